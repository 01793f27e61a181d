"""Look-ups that many pages share, made once for an edition of the content and kept in this process until it changes.

Only while a reader's page is made: elsewhere (commands, the desk, transactions that are not yet whole) nothing is kept.
"""

from collections import defaultdict
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cached_property, wraps
from threading import Lock

from django.urls import get_script_prefix
from django.utils.translation import get_language

# As many of one edition: then the oldest goes for each new one. Rows of lists are many and cheap, look-ups are dear,
# items that were found come with all their texts.
MOST = {"look-ups": 1000, "rows": 2000, "found": 200}
_reading = ContextVar("reading", default=None)
_newest = None, defaultdict(dict)
_lock = Lock()


class Reading:
    """One request of a reader; ``edition()`` is what it may show, and is asked for by the first look-up."""

    def __init__(self, edition):
        self.edition = edition

    @cached_property
    def kept(self):
        """``{room: {key: value}}`` of the edition that this request shows."""
        global _newest
        edition, newest = self.edition(), _newest  # which another thread may exchange meanwhile
        if newest[0] != edition:
            newest = _newest = edition, defaultdict(dict)
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
    """What ``make()`` gives in the reader's language; the same object for all readers, so nobody may change it.

    For the key ``None`` it is not kept.
    """
    return make() if key is None else keep_each([key], lambda missing: [make()], "look-ups")[0]


def keep_each(keys, make, room):
    """The values of ``keys``; ``make(missing keys)`` gives those of the keys that are not kept."""
    request = _reading.get()
    if request is None:
        return make(keys)
    kept, found, about = request.kept[room], {}, (get_language(), get_script_prefix())
    for key in keys:
        with suppress(KeyError):
            found[key] = kept[about, key]
    if missing := [key for key in keys if key not in found]:
        made = dict(zip(missing, make(missing), strict=True))
        found |= made
        with _lock:
            for key, value in made.items():
                if len(kept) >= MOST[room]:
                    kept.pop(next(iter(kept)))
                kept[about, key] = value
    return [found[key] for key in keys]


def kept(function):
    """A function whose answer depends on its arguments, on the content and on the language alone."""

    @wraps(function)
    def once(*args):
        return keep((function, *args), lambda: function(*args))

    return once


def forget():
    """For tests, which begin with the same version and other content."""
    global _newest
    _newest = None, defaultdict(dict)
