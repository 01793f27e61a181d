"""Which language an answer is in."""

from django.http import Http404
from django.middleware import locale
from django.utils import translation
from django.utils.cache import patch_vary_headers

from publishing.views import find_page


def in_english(request):
    return request.path_info.startswith("/api/")


class LocaleMiddleware(locale.LocaleMiddleware):
    """An address without a language leads to the page in the reader's, if there is one; Django asks no further than
    whether a pattern fits, and would send the reader from one missing page to another.

    The API is in English: one order and one wording for all programs, whatever they say that their user reads.
    """

    def process_request(self, request):
        if not in_english(request):
            return super().process_request(request)
        translation.activate("en")
        request.LANGUAGE_CODE = "en"

    def process_response(self, request, response):
        if in_english(request):
            response.headers.setdefault("Content-Language", "en")
            return response
        answer = super().process_response(request, response)
        if answer is response:
            return response
        try:
            find_page(f"/{translation.get_language()}{request.path_info.rstrip('/')}/", request)
        except Http404:
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            return response
        return answer
