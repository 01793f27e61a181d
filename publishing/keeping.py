"""Look-ups that many pages share, made once for an edition of the content and kept in this process until it changes.

Only while a reader's page is made: elsewhere (commands, the desk, transactions that are not yet whole) nothing is kept.
"""

from contextvars import ContextVar
from functools import wraps

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.utils.translation import get_language

from .version import Edition

MOST = 5000  # look-ups of one edition; what comes later is made each time
_reading = ContextVar("reading", default=None)
_newest = None, {}


class Reading:
    """One request of a reader. ``edition``, if it is known already; otherwise the first look-up asks for it."""

    def __init__(self, edition=None):
        self.edition, self.values = edition, None

    def kept(self):
        """``{key: value}`` of the edition that this request shows."""
        global _newest
        if self.values is None:
            edition = self.edition or Edition.now()
            if _newest[0] != edition:
                _newest = edition, {}
            self.values = _newest[1]
        return self.values


def keep(key, make):
    """What ``make()`` gives in the reader's language; the same object for all readers, so nobody may change it."""
    reading = _reading.get()
    if reading is None:
        return make()
    values, key = reading.kept(), (get_language(), key)
    if key not in values:
        value = make()
        if len(values) >= MOST:
            return value
        values[key] = value
    return values[key]


def kept(function):
    """A function whose answer depends on its arguments, on the content and on the language alone."""

    @wraps(function)
    def once(*args):
        return keep((function, *args), lambda: function(*args))

    return once


def forget():
    """For tests, which begin with the same version and other content."""
    global _newest
    _newest = None, {}


class KeepingMiddleware:
    """Readers' requests may keep what they look up. ``page_cache.py`` hands on the edition that it has asked for."""

    def __init__(self, get_response):
        if settings.DEBUG:
            raise MiddlewareNotUsed  # templates change under way
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(("/admin/", "/accounts/")):
            return self.get_response(request)
        token = _reading.set(Reading(request.META.get("portal.edition")))
        try:
            return self.get_response(request)
        finally:
            _reading.reset(token)
