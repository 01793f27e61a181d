"""The sitemaps: every address that is for readers, in each language that it exists in; and the news of two days.

Drafts are in none, for all begin with ``published()``. The protocol is that of sitemaps.org, with the alternates and
the news that Google added to it.
"""

import datetime

from django.conf import settings
from django.contrib import sitemaps
from django.contrib.sitemaps import views
from django.db.models import Max
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from contacts.models import Organisation, Role
from events.calendar import FIRST_DAY, LAST_DAY
from events.filters import EventFilter
from events.models import Event
from news.models import Article
from publishing.dates import Precision
from publishing.formats import site_of
from publishing.models import Page
from species.models import Instrument, RangeState, Species

LANGUAGES = [code for code, name in settings.LANGUAGES]
# What an address, its languages and its last change are made of: no text of an item is read for it.
COLUMNS = {"slug", "changed", "published_at", "date"} | {
    f"{field}_{code}" for field in ("title", "name", "summary") for code in LANGUAGES
}


class Sitemap(sitemaps.Sitemap):
    """Django would make all addresses there are to write a file of some; here only what is in the file is fetched."""

    limit = 500  # of a file; each stands there once in each of its languages

    def languages_of(self, item):
        return LANGUAGES

    def lastmod(self, item):
        return None

    def get_urls(self, page=1, site=None, protocol=None):
        start = settings.SITE_URL or f"{protocol}://{site.domain}"
        items = list(self.paginator.page(page).object_list)
        addresses = {}
        for code in LANGUAGES:
            with translation.override(code):
                addresses[code] = [self.location(item) for item in items]
        urls = []
        for number, item in enumerate(items):
            places = {code: addresses[code][number] for code in self.languages_of(item)}
            alternates = []
            if len(places) > 1:
                code, place = next(iter(places.items()))
                known = places | {"x-default": place.removeprefix(f"/{code}")}  # leads to the reader's language
                alternates = [{"lang_code": code, "location": start + place} for code, place in known.items()]
            about = {"item": item, "lastmod": self.lastmod(item), "alternates": alternates}
            urls += [about | {"language": code, "location": start + place} for code, place in places.items()]
        return urls


class Items(Sitemap):
    """The published items of one model."""

    def __init__(self, model):
        self.model = model

    def items(self):
        columns = [field.name for field in self.model._meta.fields if field.name in COLUMNS]
        return self.model.objects.published().order_by("pk").only(*columns)

    def languages_of(self, item):
        return item.languages

    def lastmod(self, item):
        """An item that was written long ago changes for its readers when it goes live."""
        return max(item.changed, getattr(item, "published_at", item.changed))

    def get_latest_lastmod(self):
        dates = {"changed", "published_at"} & {field.name for field in self.model._meta.fields}
        latest = self.model.objects.published().aggregate(*(Max(date) for date in dates))
        return max(filter(None, latest.values()), default=None)


class States(Items):
    def items(self):
        return self.model.objects.published().order_by("pk").select_related("country").only("changed", "country__code")

    def languages_of(self, item):
        return LANGUAGES


class Lists(Sitemap):
    """Pages that are no item: ``(name, arguments)`` of their addresses. A month is found from its year."""

    NAMES = ["home", "news:list", "events:list", "species:list", "species:range", "species:states"]
    NAMES += ["species:instruments", "contacts:list", "contacts:organisations", "sources"]
    NAMES += ["changes", "data", "api-docs"]

    def items(self):
        years = EventFilter.base_filters["year"].counts(Event.objects.published())
        years = sorted(int(year) for year in years if FIRST_DAY.year <= int(year) <= LAST_DAY.year)
        return [*((name, []) for name in self.NAMES), *(("events:year", [year]) for year in years)]

    def location(self, item):
        name, arguments = item
        return reverse(name, args=arguments)

    def get_latest_lastmod(self):
        return None


class News(Items):
    """The news of the last two days, which is all that a sitemap of news may hold, by the day that the page shows."""

    def items(self):
        today = timezone.localdate()
        recent = (today - datetime.timedelta(days=2), today)
        news = super().items().filter(kind__in=Article.NEWS, date__range=recent, date_precision=Precision.DAY)
        return news.order_by("-date", "-pk")[: self.limit]  # more than a thousand addresses may not stand there

    def get_urls(self, **kwargs):
        return [url | {"title": getattr(url["item"], f"title_{url['language']}")} for url in super().get_urls(**kwargs)]


SECTIONS = {
    "lists": Lists(),
    "pages": Items(Page),
    "articles": Items(Article),
    "events": Items(Event),
    "species": Items(Species),
    "states": States(RangeState),
    "instruments": Items(Instrument),
    "roles": Items(Role),
    "organisations": Items(Organisation),
}


def for_machines(view):
    """What crawlers fetch again and again: 304 while it is the same."""
    return require_safe(conditional_page(cache_control(no_cache=True)(view)))


@for_machines
@views.x_robots_tag
def index(request):
    files, site = [], site_of(request)
    for name, sitemap in SECTIONS.items():
        address, changed = site + reverse("sitemap", args=[name]), sitemap.get_latest_lastmod()
        pages = [address, *(f"{address}?p={page}" for page in sitemap.paginator.page_range[1:])]
        files += [views.SitemapIndexItem(page, changed) for page in pages]
    return TemplateResponse(request, "sitemap_index.xml", {"sitemaps": files}, content_type="application/xml")


@for_machines
def section(request, section):
    return views.sitemap(request, SECTIONS, section=section)


@for_machines
def news(request):
    return views.sitemap(request, {"news": News(Article)}, template_name="sitemap_news.xml")
