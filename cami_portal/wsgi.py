import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cami_portal.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - they are there only now

from .page_cache import PageCache  # noqa: E402 - it needs them
from .requests import NumberedRequests  # noqa: E402 - it needs them too

if settings.PAGE_CACHE:
    application = PageCache(application, settings.PAGE_CACHE)
application = NumberedRequests(application)  # around all others: no number is kept with a page
gc.collect()
gc.freeze()  # what is loaded now stays; looking through it during requests would cost some of them a tenth of a second
