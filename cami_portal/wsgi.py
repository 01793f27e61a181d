import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cami_portal.settings")
os.environ.setdefault("STATEMENT_SECONDS", "20")  # of visitors and editors; commands wait as long as it takes
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - they are there only now

from .page_cache import PageCache  # noqa: E402 - it needs them

if settings.PAGE_CACHE:
    application = PageCache(application, settings.PAGE_CACHE)
gc.collect()
gc.freeze()  # what is loaded now stays; looking through it during requests would cost some of them a tenth of a second
