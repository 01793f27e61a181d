"""The content security policy: strict for readers, with two additions for editors; and who may ask what."""

import re

from csp.constants import NONCE
from csp.middleware import CSPMiddleware
from django.http import HttpResponse

from .errors import error_page

# The one <style> that the rich text editor writes into the page (a browser test fails when an upgrade changes it).
PROSE_EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Readers' pages get the policy of the settings; in the admin, the nonce lets the editor's import map through."""

    def process_response(self, request, response):
        if request.path_info.startswith("/admin/"):
            response._csp_update = {"script-src": [NONCE], "style-src": [PROSE_EDITOR_STYLE]}
        return super().process_response(request, response)


class CrossOriginMiddleware:
    """Scripts of any site may read what is data, whatever it answers: it is public, and nobody is known here."""

    DATA = re.compile(r"/api/|/data/|/informea\.svc|/../news/informea\.xml$|.*\.(?:atom|csv|ics)$")
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
        if not self.DATA.match(request.path_info):
            return self.get_response(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return HttpResponse(status=204, headers=self.ALLOWED | self.ALLOWED_NEXT)
        response = self.get_response(request)
        for name, value in self.ALLOWED.items():
            response[name] = value
        return response


class ReadOnlyMiddleware:
    """Readers' addresses can be read, and nothing else: 405 comes before anything looks for a form's token."""

    WRITABLE = ("/admin/", "/accounts/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in ("GET", "HEAD", "OPTIONS") or request.path_info.startswith(self.WRITABLE):
            return self.get_response(request)
        response = error_page(request, 405)
        response["Allow"] = "GET, HEAD, OPTIONS"
        return response
