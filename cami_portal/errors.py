"""Error pages: in the reader's language, with a way on, without the database or anything else that may be broken."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.csrf import requires_csrf_token

from publishing.formats import refused
from publishing.keeping import reading

from .informea import odata

MESSAGES = {
    400: "The request is not well formed.",
    403: "This may not be read.",
    404: "There is nothing at this address.",
    405: "The data can be read only, by GET or HEAD.",
    429: "Too many requests.",
    500: "The portal failed. The error is recorded.",
    503: "The portal is not available at the moment. Please try again in half a minute.",
}
SECTIONS = ("news", "events", "species", "contacts")


def section_of(path):
    """The list that a reader at ``path`` most likely came for: "news" of /en/news/nothing/; ``None`` elsewhere."""
    return next((name for name in path.split("/")[2:3] if name in SECTIONS), None)


def error_page(request, status):
    """The page for ``status``. It is rendered without context processors: they may be what failed."""
    if request.path_info.startswith("/api/"):
        return error_data(status)
    if request.path_info.startswith(odata.PATH):
        return odata.error(status, MESSAGES[status])
    language = translation.get_language_from_path(request.path_info)
    with reading(None), translation.override(language or translation.get_language_from_request(request)):
        context = {"status": status, "section": section_of(request.path_info), "minutes": settings.THROTTLE_MINUTES}
        page = render_to_string("error.html", context)
        response = HttpResponse(page, status=status)
        response["Content-Language"] = translation.get_language()
    response["Cache-Control"] = "no-store"
    return response


def error_data(status, message=""):
    """The same for programs."""
    content = refused(status, [message or MESSAGES[status]])
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
    """500; or 503 while the database is away, which passes by itself."""
    if not isinstance(sys.exc_info()[1], (InterfaceError, OperationalError)):
        return error_page(request, 500)
    response = error_page(request, 503)
    response["Retry-After"] = "30"
    return response
