"""Error pages: in the reader's language, with a way on, without the database or anything else that may be broken."""

import errno
import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.csrf import requires_csrf_token

from publishing.formats import refused
from publishing.keeping import reading
from publishing.storage import Away

from .informea import odata
from .logs import request_id

MESSAGES = {
    400: "The request is not well formed.",
    403: "This may not be read.",
    404: "There is nothing at this address.",
    405: "The data can be read only, by GET or HEAD.",
    429: "Too many requests.",
    500: "The portal failed. The error is recorded.",
    503: "The portal is not available at the moment. Please try again in half a minute.",
    507: "The disk of the server is full. Nothing was saved.",
}
DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SQLITE_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHM")
SECTIONS = ("news", "events", "species", "contacts")


def section_of(path):
    """The list that a reader at ``path`` most likely came for: "news" of /en/news/nothing/; ``None`` elsewhere."""
    return next((name for name in path.split("/")[2:3] if name in SECTIONS), None)


def error_page(request, status):
    """The page for ``status``. It is rendered without context processors: they may be what failed."""
    if request.path_info.startswith("/api/"):
        return error_data(status)
    # What is our fault can be found in the log by it.
    number = request_id.get() if status >= 500 else ""
    if request.path_info.startswith(odata.PATH):
        return odata.error(status, f"{MESSAGES[status]} Request {number}." if number else MESSAGES[status])
    language = translation.get_language_from_path(request.path_info)
    with reading(None), translation.override(language or translation.get_language_from_request(request)):
        context = {
            "status": status,
            "section": section_of(request.path_info),
            "minutes": settings.THROTTLE_MINUTES,
            "sent": request.method == "POST",
            "number": number,
        }
        page = render_to_string("error.html", context)
        response = HttpResponse(page, status=status)
        response["Content-Language"] = translation.get_language()
    response["Cache-Control"] = "no-store"
    return response


def error_data(status, message=""):
    """The same for programs."""
    number = {"request": request_id.get()} if status >= 500 and request_id.get() else {}
    content = refused(status, [message or MESSAGES[status]], **number)
    response = HttpResponse(content, status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request, exception=None):
    return error_page(request, 400)


def permission_denied(request, exception=None):
    return error_page(request, 403)


def page_not_found(request, exception=None):
    return error_page(request, 404)


@requires_csrf_token
def csrf_failure(request, reason=""):
    return error_page(request, 403)


def too_many_requests(request, exception=None):
    """429: somebody tried to sign in too often (the limits are in the settings)."""
    response = error_page(request, 429)
    response["Retry-After"] = str(settings.THROTTLE_MINUTES * 60)
    return response


def server_error(request):
    """500; or 507 if a disk is full; or 503 while the database, the files or Redis are away, which passes by itself."""
    error = sys.exc_info()[1]
    if is_disk_full(error):
        return error_page(request, 507)
    if not is_away(error):
        return error_page(request, 500)
    response = error_page(request, 503)
    response["Retry-After"] = "30"
    return response


def is_away(error):
    """Whether the database, the store of files, or Redis could not be asked."""
    if settings.REDIS_URL:
        from redis import RedisError  # a large library, for those who have it

        if isinstance(error, RedisError):
            return True
    return isinstance(error, (InterfaceError, OperationalError, Away))


def is_disk_full(error):
    """Whether that of a file was, or that of the database: SQLite and PostgreSQL (53100) say it each in its way."""
    if isinstance(error, OSError):
        return error.errno in DISK_FULL
    cause = getattr(error, "__cause__", None)
    return getattr(cause, "sqlite_errorname", "").startswith(SQLITE_FULL) or getattr(cause, "pgcode", None) == "53100"
