"""The page that searches everything, and how a browser's address bar does."""

from functools import cached_property

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from publishing.facets import Facet, TextFilter, YearField
from publishing.keeping import kept
from publishing.lists import FilteredListView, ListFilter, Option
from publishing.models import SearchEntry
from publishing.paging import COUNTED_UP_TO
from publishing.search.marks import Marker
from publishing.search.results import find, items_of, numbers_of_kinds
from publishing.templatetags.publishing import choice, dates, day, in_tongue
from species.filters import state_options
from species.models import Species

KIND_NAMES = {
    "article": _("News"),
    "event": _("Events"),
    "species": _("Species"),
    "rangestate": _("Range States"),
    "instrument": _("Instruments"),
    "organisation": _("Organisations"),
    "role": _("Contacts"),
    "page": _("Pages"),
}
LISTS = {  # standing pages have none
    "article": "news:list",
    "event": "events:list",
    "species": "species:list",
    "rangestate": "species:states",
    "instrument": "species:instruments",
    "organisation": "contacts:organisations",
    "role": "contacts:list",
}
OWN_KINDS = ("article", "event", "instrument", "organisation")  # that are of several kinds themselves


class YearsFound(Facet):
    field_class = YearField


@kept
def species_with_keys():
    return list(Species.objects.published().values_list("slug", "name", "pk"))


class SearchFilter(ListFilter):
    """The words and facets of the page. Entries of the index name a species by its key: addresses may change."""

    q = TextFilter(widget=forms.HiddenInput)  # the box stands above
    kind = Facet(value="kind", options=lambda: list(KIND_NAMES.items()), label=_("Kind"))
    species = Facet(value="species", options=(), label=_("Species"))
    state = Facet(value="state", options=state_options, label=_("Range State"))
    year = YearsFound(value="year", options=(), label=_("Year"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        species = species_with_keys()
        self.filters["species"].extra["choices"] = [(slug, name) for slug, name, _key in species]
        self.keys = {slug: str(key) for slug, _name, key in species}

    @cached_property
    def found(self):
        facets = {name: values for name, values in self.values.items() if name != "q"}
        if "species" in facets:
            facets["species"] = [self.keys[slug] for slug in facets["species"]]
        return find(self.values.get("q", ""), facets)

    @property
    def qs(self):
        return self.found.entries if self.is_valid() else []

    @property
    def read_as(self):
        return self.found.query.text if self.found.query.text != self.values.get("q", "") else ""

    @property
    def unfiltered(self):
        query = self.data.copy()
        for name in self.filters:
            if name != "q":
                query.pop(name, None)
        query.pop("page", None)
        return f"?{query.urlencode()}" if query else ""

    def labelled(self, name, values):
        return [] if name == "q" else super().labelled(name, values)  # the words stand in their box

    def options(self, name):
        active = self.values.get(name, [])
        counts, are_all = self.found.counts(name)
        if name == "species":
            counts = {slug: counts[key] for slug, key in self.keys.items() if key in counts}
        choices = self.filters[name].field.choices or [
            (year, year) for year in sorted({*counts, *active}, reverse=True)
        ]
        return [
            Option(value, label, number if are_all else None, value in active)
            for value, label in choices
            if (number := counts.get(value, 0)) or value in active or not are_all
        ]


def hit(item, kind, marker):
    """A result as the page shows it; what it would ask of the item for each of them costs less here."""
    return {
        "kind": choice(item, "kind") if kind in OWN_KINDS else item._meta.verbose_name,
        "when": when(item, kind),
        "address": item.get_absolute_url(),
        "title": in_tongue(*marker.title(item)),
        "snippet": in_tongue(*marker.snippet(item)),
    }


def when(item, kind):
    if kind == "article":
        return day(item.date, item.date_precision)
    if kind == "event":
        return dates(item)
    return day(item.adopted, item.adopted_precision) if kind == "instrument" else ""


class Search(FilteredListView):
    filterset_class = SearchFilter
    template_name = "search/search.html"
    title = _("Search")
    forms = ()
    in_api = False
    paginate_by = 10

    def get_queryset(self):
        return SearchEntry.objects.none()

    def get_paginator(self, found, per_page, **kwargs):
        return Paginator(found, per_page)  # it is counted already

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.filterset.values:
            return context | {"ways": ways_in()}
        marker = Marker(self.filterset.found.query)
        hits = [hit(item, entry.kind, marker) for entry, item in items_of(context["object_list"])]
        return context | {"hits": hits}


def ways_in():
    """``[(name, address, number), …]`` of the lists; ``None`` for a number above what is counted."""
    numbers = numbers_of_kinds(COUNTED_UP_TO + 1)
    ways = [(KIND_NAMES[kind], reverse(name), numbers[kind]) for kind, name in LISTS.items()]
    return [(name, address, number if number <= COUNTED_UP_TO else None) for name, address, number in ways]


@require_safe
def description(request):
    """How a browser searches the portal from its address bar: OpenSearch 1.1."""
    address = request.build_absolute_uri(reverse("search"))
    media_type = "application/opensearchdescription+xml"
    return render(request, "search/description.xml", {"address": address}, content_type=f"{media_type}; charset=utf-8")
