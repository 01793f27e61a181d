"""Answers made of text travel compressed. Static files were compressed when they were collected, pictures when made."""

import re

from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

REFUSED = re.compile(r"\bgzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")
TEXT = re.compile(r"text/|application/(?:[a-z.]+\+)?(?:json|xml)\b")


class CompressionMiddleware(GZipMiddleware):
    """The length of an answer gives no secret away (BREACH): Django masks the token of a form anew each time, and pads
    what it compresses at random.
    """

    def process_response(self, request, response):
        if not TEXT.match(response.get("Content-Type", "")):
            return response
        if REFUSED.search(request.headers.get("Accept-Encoding", "")):
            patch_vary_headers(response, ("Accept-Encoding",))
            return response
        return super().process_response(request, response)
