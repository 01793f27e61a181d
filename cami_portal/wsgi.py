import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cami_portal.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()  # what is loaded now stays; looking through it during requests would cost some of them a tenth of a second
