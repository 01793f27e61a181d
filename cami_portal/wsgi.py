import ctypes
import gc
import os
import sys
from contextlib import suppress

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

FAILED_TO_BOOT = 3  # by which gunicorn knows that it need not try again
M_ARENA_MAX = -8  # of malloc.h (glibc)


def set_up():
    """The application; or the end, with a line for each thing that has to be set or done first."""
    try:
        application = get_wsgi_application()
        from .checks import what_is_missing  # which needs the settings

        missing = what_is_missing()
    except ImproperlyConfigured as error:
        missing = [str(error)]
    if missing:
        for line in missing:
            sys.stderr.write(f"The portal is not set up: {line}\n")
        sys.exit(FAILED_TO_BOOT)
    return application


def load():
    """What each worker would load for its first page: views, tags, translations. Before they part, they share it."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("")
            reverse("home")
    get_template("base.html")


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cami_portal.settings")
os.environ["PORTAL_SERVES"] = "yes"  # visitors and editors, who do not wait as long as commands
application = set_up()

from .page_cache import PageCache  # noqa: E402 - it reads the settings
from .requests import NumberedRequests  # noqa: E402 - it reads the settings

if settings.PAGE_CACHE:
    application = PageCache(application, settings.PAGE_CACHE)
application = NumberedRequests(application)  # around all others: no number is kept with a page
# A heap for each thread, in which what is freed stays, would take a fifth more memory, and no two threads run at once.
with suppress(OSError, AttributeError):  # another library of C
    ctypes.CDLL("libc.so.6").mallopt(M_ARENA_MAX, 1)
load()
gc.collect()
gc.freeze()  # what is loaded now stays; looking through it during requests would cost some of them a tenth of a second
