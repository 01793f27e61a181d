"""Look-ups that many pages share, made once for an edition of the content and kept in this process until it changes.

Only while a reader's page is made: elsewhere (commands, the desk, transactions that are not yet whole) nothing is kept.
"""

from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cached_property, wraps
from threading import Lock

from django.urls import get_script_prefix
from django.utils.translation import get_language

MOST = 1000  # look-ups and parts of pages of one edition: then the oldest goes for each new one
_reading = ContextVar("reading", default=None)
_newest = None, {}
_lock = Lock()


class Reading:
    """One request of a reader; ``edition()`` is what it may show, and is asked for by the first look-up."""

    def __init__(self, edition):
        self.edition = edition

    @cached_property
    def kept(self):
        """``{key: value}`` of the edition that this request shows."""
        global _newest
        edition, newest = self.edition(), _newest  # which another thread may exchange meanwhile
        if newest[0] != edition:
            newest = _newest = edition, {}
        return newest[1]


@contextmanager
def reading(edition):
    """What is looked up meanwhile is kept for ``edition()``; for ``None``, nothing is: on pages of errors, which are
    made whether or not the database can be asked.
    """
    token = _reading.set(edition and Reading(edition))
    try:
        yield
    finally:
        _reading.reset(token)


def keep(key, make):
    """What ``make()`` gives in the reader's language; the same object for all readers, so nobody may change it."""
    request = _reading.get()
    if request is None:
        return make()
    key = (get_language(), get_script_prefix(), key)
    with suppress(KeyError):
        return request.kept[key]
    value = make()
    with _lock:
        if len(request.kept) >= MOST:
            request.kept.pop(next(iter(request.kept)))
        request.kept[key] = value
    return value


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
