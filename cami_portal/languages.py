"""Which language an answer is in."""

from django.http import Http404
from django.middleware import locale
from django.utils import translation
from django.utils.cache import patch_vary_headers

from publishing.views import find_page


class LocaleMiddleware(locale.LocaleMiddleware):
    """An address without a language leads to the page in the reader's, if there is one; Django asks no further than
    whether a pattern fits, and would send the reader from one missing page to another.
    """

    def process_response(self, request, response):
        answer = super().process_response(request, response)
        if answer is response:
            return response
        try:
            find_page(f"/{translation.get_language()}{request.path_info.rstrip('/')}/", request)
        except Http404:
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            return response
        return answer
