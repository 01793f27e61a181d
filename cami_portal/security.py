"""What browsers may do with answers, and what may be asked of readers' addresses."""

import re
from functools import partial
from urllib.parse import urljoin

from csp.constants import HEADER, NONCE
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils.encoding import iri_to_uri

from .errors import error_page

# The one <style> that the rich text editor writes into the page (a browser test fails when an upgrade changes it).
PROSE_EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"

SANDBOX = "default-src 'none'; sandbox"  # a file that somebody opens by itself runs nothing, whatever is in it
# What no page uses, and so no page may.
PERMISSIONS = ", ".join(f"{feature}=()" for feature in ["camera", "geolocation", "microphone", "payment", "usb"])
# What other sites may show: feeds carry pictures, and links have cards. And what their scripts may read.
PICTURES = re.compile(r"/(?:static|media)/")
DATA = re.compile(r"/api/|/data/|/informea\.svc|/../news/informea\.xml$|.*\.(?:atom|csv|ics)$")


class PolicyMiddleware(CSPMiddleware):
    """What browsers may do with any answer. Readers' pages get the policy of the settings; in the admin, the nonce lets
    the editor's import map through, and the hash its one style.
    """

    def process_response(self, request, response):
        if isinstance(response, FileResponse):
            response.headers.setdefault(HEADER, SANDBOX)
        elif request.path_info.startswith("/admin/"):
            response._csp_update = {"script-src": [NONCE], "style-src": [PROSE_EDITOR_STYLE]}
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        shared = PICTURES.match(request.path_info) or DATA.match(request.path_info)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if shared else "same-origin")
        return super().process_response(request, response)


class SiteMiddleware:
    """Whole addresses begin with ``SITE_URL`` if it is set, by whatever name the portal was asked."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SITE_URL:
            request.build_absolute_uri = partial(whole_address, request)
        return self.get_response(request)


def whole_address(request, location=None):
    if location is None:
        location = request.get_full_path()
    return iri_to_uri(urljoin(settings.SITE_URL + request.path, str(location)))


class CrossOriginMiddleware:
    """Scripts of any site may read what is data, whatever it answers: it is public, and nobody is known here."""

    ALLOWED = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link"}
    # They ask first when they bring a header of their own.
    ALLOWED_NEXT = {
        "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
        "Access-Control-Allow-Headers": "If-None-Match",
        "Access-Control-Max-Age": "86400",
    }

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not DATA.match(request.path_info):
            return self.get_response(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return HttpResponse(status=204, headers=self.ALLOWED | self.ALLOWED_NEXT)
        response = self.get_response(request)
        for name, value in self.ALLOWED.items():
            response[name] = value
        return response


class ReadersMiddleware:
    """Readers' addresses can be read, and nothing else: 405 comes before anything looks for a form's token. Nobody is
    known there: no cookie is looked at, so that none is answered, but that of a language, which chooses the way from /.
    """

    WRITABLE = ("/admin/", "/accounts/")
    FOR_EDITORS = (*WRITABLE, "/style/")
    ALLOWED = "GET, HEAD, OPTIONS"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.GET  # noqa: B018 - too many parameters are refused here, whether or not a page would look at them
        if not request.path_info.startswith(self.FOR_EDITORS):
            language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
            request.COOKIES = {settings.LANGUAGE_COOKIE_NAME: language} if language else {}
        if request.method in ("GET", "HEAD") or request.path_info.startswith(self.WRITABLE):
            return self.get_response(request)
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": self.ALLOWED})
        response = error_page(request, 405)
        response["Allow"] = self.ALLOWED
        return response
