"""Links from texts to pages of the portal itself: they follow what moves, and lead to the reader's language.

A text keeps the address that somebody pasted, from ``/`` on. What it means is found out when the text is shown.
"""

import re
from html import escape, unescape
from urllib.parse import unquote, urlsplit, urlunsplit

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from .slugs import FormerSlug

LINK = re.compile(r"""<a\b((?:[^<>"]|"[^"]*")*)>(.*?)</a>""", re.DOTALL)
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
PREFIX = re.compile(f"/({'|'.join(code for code, name in settings.LANGUAGES)})/")


def attributes_of(link):
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(link)}


def hrefs(html):
    """The addresses that the links of a stored text lead to."""
    return [attributes_of(match[1]).get("href", "") for match in LINK.finditer(html or "")]


class Page:
    """What a path of the portal shows: a view, and the item whose slug is in the path, if there is one."""

    def __init__(self, path):
        self.parts = urlsplit(path)
        with translation.override(PREFIX.match(path)[1]):
            self.match = resolve(unquote(self.parts.path))
        view = getattr(self.match.func, "view_class", None)
        self.slug = self.match.kwargs.get("slug")
        self.model = getattr(view, "model", None) if self.slug else None

    def address(self, slug):
        """The page's address in the language that is active; ``slug`` is that of its item today."""
        path = self.parts.path
        if slug != self.slug:
            path = reverse(self.match.view_name, kwargs=self.match.kwargs | {"slug": slug})
        path = PREFIX.sub(f"/{translation.get_language()}/", path, count=1)
        return urlunsplit(("", "", path, self.parts.query, self.parts.fragment))


def current_slugs(pages):
    """``{(model, slug): slug of today}`` for the published items of ``pages``; at most three queries a model."""
    wanted = {}
    for page in pages:
        if page.model:
            wanted.setdefault(page.model, set()).add(page.slug)
    found = {}
    for model, slugs in wanted.items():
        published = model.objects.published()
        found |= {(model, slug): slug for slug in published.filter(slug__in=slugs).values_list("slug", flat=True)}
        if moved := [slug for slug in slugs if (model, slug) not in found]:
            former = dict(FormerSlug.objects.of(model).filter(slug__in=moved).values_list("slug", "object_id"))
            today = dict(published.filter(pk__in=former.values()).values_list("pk", "slug")) if former else {}
            found |= {(model, slug): today[pk] for slug, pk in former.items() if pk in today}
    return found


def up_to_date(html):
    """A stored text with its links to the portal's own pages as they are today, in the language that is active.

    Of a link to nothing that visitors may see, the words remain.
    """
    pages = {}
    for href in hrefs(html):
        if PREFIX.match(href):
            try:
                pages[href] = Page(href)
            except Resolver404:
                pages[href] = None
    if not pages:
        return html
    slugs = current_slugs([page for page in pages.values() if page])

    def today(match):
        href = attributes_of(match[1]).get("href", "")
        if href not in pages:
            return match[0]
        page = pages[href]
        if page is None or (page.model and (page.model, page.slug) not in slugs):
            return match[2]
        address = escape(page.address(slugs.get((page.model, page.slug), page.slug)))
        attributes = ATTRIBUTE.sub(lambda one: f'href="{address}"' if one[1] == "href" else one[0], match[1])
        return f"<a{attributes}>{match[2]}</a>"

    return LINK.sub(today, html)
