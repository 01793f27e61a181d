"""Readers' pages kept as bytes in front of Django, so that asking for one again costs next to nothing.

What is kept is true for one edition of the content: until something is saved, and until the next instant at which
something changes by itself. Both are asked for at every request, so an edit is seen by everybody at once. Whoever is
signed in reads the same (``ReadersMiddleware``); whatever is not readers' own passes by untouched.
"""

import gzip
import re
import time
from collections import OrderedDict
from email.utils import formatdate, parsedate_to_datetime
from hashlib import sha256
from threading import Lock

import brotli
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error, connection
from django.utils.http import parse_etags

from publishing.keeping import reading
from publishing.version import Edition

from .compression import TEXT

# Not among them: tables, which are whole archives, and what tells of the last dump, which moves no version.
READERS = re.compile(r"/(?:en|ru|api)/(?!data/$|.*\.csv$)")
LARGEST = 2 * 2**20  # bytes of a page that is kept
OVERHEAD = 8000  # bytes of its headers, its forms and the places where all of it is noted
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE")
OURS = {"content-length", "etag", "last-modified"}


def compressed(body, encoding):
    if encoding == "br":
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=4)
    return gzip.compress(body, compresslevel=6, mtime=0) if encoding == "gzip" else body


class Answer:
    """What Django answered, and for which edition of the content that is true (``None``: not known)."""

    def __init__(self, status, headers, body, edition):
        self.status, self.headers, self.body, self.edition = status, headers, body, edition
        given = {name.lower(): value for name, value in headers}
        self.is_text = TEXT.match(given.get("content-type", "")) is not None and "content-encoding" not in given
        self.may_be_kept = (
            edition is not None
            and status.startswith("200 ")
            and not re.search("no-store|private", given.get("cache-control", ""))
            and not given.keys() & {"set-cookie", "content-encoding"}
            and given.get("vary", "Accept-Encoding") == "Accept-Encoding"
            and len(body) <= LARGEST
        )
        self.size = len(body) * 2 + OVERHEAD  # bytes, with what its compressed forms may take
        self.forms = {}
        if self.may_be_kept:
            self.made, self.tag = int(time.time()), sha256(body).hexdigest()[:24]
            self.headers = [(name, value) for name, value in headers if name.lower() not in OURS]
            self.headers.append(("Last-Modified", formatdate(self.made, usegmt=True)))
            if "cache-control" not in given:
                self.headers.append(("Cache-Control", "no-cache"))

    def form(self, encoding):
        """Its headers, bytes and tag in an encoding: made once."""
        if encoding not in self.forms:
            body, headers, tag = compressed(self.body, encoding), self.headers, None
            if self.may_be_kept:
                tag = f'"{self.tag}{f"-{encoding}" if encoding else ""}"'
                headers = [*headers, ("ETag", tag)]
            if encoding:
                headers = [*headers, ("Content-Encoding", encoding)]
            headers = [one for one in headers if one[0].lower() != "content-length"]
            self.forms[encoding] = ([*headers, ("Content-Length", str(len(body)))], body, tag)
        return self.forms[encoding]

    def send(self, environ, start_response, is_checked):
        """Give it to one reader, in an encoding that they take, or say that they have it already.

        ``is_checked``: the database just said that it is true; only then may nginx keep it too.
        """
        headers, body, tag = self.form(accepted(environ) if self.is_text else "")
        if tag and is_known(environ, tag, self.made):
            left_out = ("Content-Type", "Content-Length", "Content-Encoding")
            start_response("304 Not Modified", [one for one in headers if one[0] not in left_out])
            return [b""]
        if tag and is_checked and settings.EDITION_FILE:
            # To the end of the second before: nginx counts whole ones, and shows a page throughout its last.
            headers = [*headers, ("X-Accel-Expires", f"@{int(self.edition.until.timestamp()) - 1}")]
        start_response(self.status, headers)
        return [body]


class KeepingMiddleware:
    """What readers' pages look up is kept too (``publishing/keeping.py``), so that making one costs little.

    It is kept for the edition that the page is made for: above, that was asked for before anything else was read.
    """

    def __init__(self, get_response):
        if settings.DEBUG:
            raise MiddlewareNotUsed  # templates change meanwhile
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(("/admin/", "/accounts/")):
            return self.get_response(request)
        edition = request.META.get("portal.edition")
        with reading((lambda: edition) if edition else Edition.now):
            return self.get_response(request)


class PageCache:
    """A WSGI application in front of ``application``; ``room`` is how many bytes it may keep."""

    def __init__(self, application, room):
        self.application, self.room = application, room
        self.pages, self.size, self.lock = OrderedDict(), 0, Lock()

    def __call__(self, environ, start_response):
        key = key_of(environ)
        if key is None:
            return self.application(environ, start_response)
        edition = self.edition()
        kept = self.pages.get(key)
        if kept is None or (edition and kept.edition != edition):
            kept = self.fetch(environ, edition)
            if kept.may_be_kept:
                kept.size += sum(map(len, key)) * 2  # visitors choose how long a question is
                self.keep(key, kept)
        return kept.send(environ, start_response, is_checked=edition is not None)

    def edition(self):
        """The present one; ``None`` while the database is away, when what was true last is better than nothing."""
        for _ in range(2):
            rested = connection.connection is not None  # and may have died
            try:
                return Edition.now()
            except Error:
                connection.close()
            if not rested:
                break
        return None  # and is asked again by the next request: once it is back, nothing old may be shown

    def fetch(self, environ, edition):
        """The whole page as Django makes it now."""
        asked = {name: value for name, value in environ.items() if name not in CONDITIONS}
        asked |= {"REQUEST_METHOD": "GET", "HTTP_ACCEPT_ENCODING": "identity", "portal.edition": edition}
        said = []
        parts = self.application(asked, lambda status, headers, exc_info=None: said.append((status, headers)))
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return Answer(*said[-1], body, edition)

    def keep(self, key, kept):
        with self.lock:
            if former := self.pages.pop(key, None):
                self.size -= former.size
            self.pages[key] = kept
            self.size += kept.size
            while self.size > self.room:
                self.size -= self.pages.popitem(last=False)[1].size


def key_of(environ):
    """What a page depends on; ``None`` for what is not kept."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not READERS.match(environ.get("PATH_INFO", "")):
        return None
    proxy = ("HTTP_X_FORWARDED_PROTO",) if settings.BEHIND_PROXY else ()
    names = ("wsgi.url_scheme", *proxy, "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
    return tuple(environ.get(name, "") for name in names)


def accepted(environ):
    """The encoding that the reader's program takes: ``br``, ``gzip`` or ``""``."""
    given = environ.get("HTTP_ACCEPT_ENCODING", "")
    for encoding in ("br", "gzip"):
        if re.search(rf"(?:^|[\s,]){encoding}\s*(?:,|$|;(?!\s*q=0(?:\.0*)?\s*(?:,|$)))", given):
            return encoding
    return ""


def is_known(environ, tag, made):
    """Whether the reader has it already."""
    if tags := environ.get("HTTP_IF_NONE_MATCH"):
        known = parse_etags(tags)
        return known == ["*"] or tag in [one.removeprefix("W/") for one in known]
    try:
        since = parsedate_to_datetime(environ.get("HTTP_IF_MODIFIED_SINCE", ""))
        return since.timestamp() > made  # within the same second it may have changed
    except (TypeError, ValueError, OverflowError):
        return False
