"""Lists that a visitor narrows down: what may be asked for, how many items each choice would give, what is active.

Everything stands in the address: ``?species=saiga&species=argali&year=2016``. Within a facet any of the values will do,
between facets all must fit. A value that is unknown is an error with a message beside its field, never "everything".
"""

import re
from dataclasses import dataclass
from functools import cache

import django_filters
from django.http import Http404
from django.urls import path, re_path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django_filters.views import FilterView

from .facets import MANY, Facet, TextFilter
from .formats import PAGES, Json
from .history import note
from .keeping import keep
from .paging import ListPaginator
from .periods import DayFilter
from .states import Publishable
from .text import RichTextField
from .wording import day_in_words

# What newsletters and social networks hang on to addresses; it filters nothing and is let pass.
TRACKING = re.compile(r"utm_\w+|\w*clid|mc_[ce]id|ref")


@dataclass
class Option:
    """One choice as the form shows it; ``number`` is ``None`` where it is above a thousand or not counted."""

    value: str
    label: str
    number: int | None
    active: bool


@dataclass
class Chip:
    """An active filter and the query string of the list without it."""

    label: str
    without: str


class ListFilter(django_filters.FilterSet):
    """The base of every list's filters: refuses parameters it does not know, and says what each choice would give."""

    grows = False  # whether a long list is counted roughly (``Facet.rough_counts()``)

    @cached_property
    def unknown_parameters(self):
        return [
            name for name in self.data if name not in self.filters and name != "page" and not TRACKING.fullmatch(name)
        ]

    @cached_property
    def repeated_parameters(self):
        """Words asked for twice: a form would take the last ones only, and say nothing."""
        names = [name for name in self.data if name in self.filters and not isinstance(self.filters[name], Facet)]
        return [name for name in names if len(self.data.getlist(name)) > 1]

    def is_valid(self):
        return super().is_valid() and not self.unknown_parameters and not self.repeated_parameters

    @cached_property
    def messages(self):
        """Everything that is wrong with the query, as sentences."""
        if not self.is_bound:
            return []
        unknown = [gettext("This list has no filter “%s”.") % name[:50] for name in self.unknown_parameters[:5]]
        repeated = [gettext("The filter “%s” can be given once only.") % name for name in self.repeated_parameters]
        return unknown + repeated + [message for messages in self.form.errors.values() for message in messages]

    @cached_property
    def values(self):
        """``{name: cleaned value}`` of what is asked for; nothing when the query is wrong."""
        if not self.is_bound or not self.is_valid():
            return {}
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def untouched_path(self):
        """The path of a list that nobody has asked to narrow, whose form is the same for all; otherwise ``None``."""
        return None if self.data else self.request.path

    @property
    def unfiltered(self):
        """What stands behind the address of the list when all filters are taken off."""
        return ""

    @cached_property
    def read_as(self):
        """The words that are looked for instead of those that were typed, which stand nowhere."""
        names = [name for name in self.values if isinstance(self.filters[name], TextFilter)]
        queries = [self.filters[name].query(self.values[name]) for name in names]
        return next((query.text for query in queries if query.text not in self.values.values()), "")

    @cached_property
    def days(self):
        """``[(bound field, day), …]``; ``None`` for what is no day, which browsers would complain of."""
        fields = [self.form[name] for name, one in self.filters.items() if isinstance(one, DayFilter)]
        return [(field, field.field.day_of(field.value())) for field in fields]

    @cached_property
    def facets(self):
        """``[(bound field, [Option, …]), …]``: choices that would give nothing are left out unless they are active."""
        return [(self.form[name], self.options(name)) for name, f in self.filters.items() if isinstance(f, Facet)]

    def counts(self, name):
        """``{value: number of items}`` of a facet, under all other filters; it is kept where these are choices."""
        others = {other: value for other, value in self.values.items() if other != name}
        facet, key = self.filters[name], self.key_of(others)

        def count():
            items = self.queryset.all()
            for other, value in others.items():
                items = self.filters[other].filter(items, value)
            if not self.grows or self.number(items, others) < MANY:
                return facet.counts(items)
            sizes = keep((self.request.path, name, "sizes"), lambda: facet.sizes(self.queryset))
            return facet.rough_counts(items, sizes)

        return keep(key and (key, name), count)

    def number(self, items, values):
        """Of the list with these values, up to ``MANY``; kept as ``ListPaginator`` keeps it."""
        if (names := tuple(values)) not in self.numbers:
            counted, key = items.order_by()[:MANY], self.key_of(values)
            self.numbers[names] = keep(key and (key, "count"), counted.count)
        return self.numbers[names]

    @cached_property
    def numbers(self):
        return {}

    @property
    def choices_key(self):
        """What the boxes of all choices depend on; ``None`` where that never ends, or something is wrong."""
        return None if self.messages else self.key_of(self.values)

    def key_of(self, values):
        """What a list with these values is kept by; ``None`` where words or days were typed, which never end."""
        if all(isinstance(self.filters[name], Facet) for name in values):
            return (self.request.path, *((name, *value) for name, value in sorted(values.items())))
        return None

    def options(self, name):
        facet, active = self.filters[name], self.values.get(name, [])
        counts = self.counts(name)
        choices = list(facet.field.choices) or [(year, year) for year in sorted({*counts, *active}, reverse=True)]
        return [
            Option(value, label, number if number < MANY else None, value in active)
            for value, label in choices
            if (number := counts.get(value, 0)) or value in active
        ]

    @cached_property
    def chips(self):
        return [
            Chip(f"{self.filters[name].label}: {label}", self.query_without(name, value))
            for name, values in self.values.items()
            for value, label in self.labelled(name, values)
        ]

    def labelled(self, name, values):
        if isinstance(self.filters[name], DayFilter):
            return [(values, day_in_words(values))]
        if not isinstance(self.filters[name], Facet):
            return [(values, gettext("“%s”") % values)]
        labels = dict(self.filters[name].field.choices)
        return [(value, labels.get(value, value)) for value in values]

    def query_without(self, name, value):
        query = self.data.copy()
        query.pop("page", None)
        rest = (
            [other for other in query.getlist(name) if other != value] if isinstance(self.filters[name], Facet) else []
        )
        query.setlist(name, rest)
        return query.urlencode()


class FilteredListView(FilterView):
    """A list with its filters. Wrong filters answer 400 with the form and its messages, wrong page numbers 404.

    Extend ``get_queryset()``, do not set ``queryset``: that would be ordered in the language of the import for ever.
    """

    paginate_by = 20
    paginator_class = ListPaginator
    title = ""
    record = None  # what data says of its items
    forms = PAGES  # the other forms that it has addresses for
    in_api = True  # whether its JSON has the same filters
    form = None  # the one that is asked for; None: the page
    listed = None  # what a page reads of each item whose row may be kept, beside its key; None: all of it

    def get_queryset(self):
        items = super().get_queryset().published()
        return items if self.form else items.defer(*long_texts(self.model))

    def rows(self, items):
        """What its data is about: the items themselves, or rows of theirs."""
        return items

    def get_filterset_kwargs(self, filterset_class):
        kwargs = super().get_filterset_kwargs(filterset_class)
        if self.form and kwargs["data"]:
            data = kwargs["data"].copy()
            for name in self.form.parameters:
                data.pop(name, None)
            kwargs["data"] = data
        return kwargs

    def get(self, request, *args, **kwargs):
        return self.form(self).answer() if self.form else super().get(request, *args, **kwargs)

    @property
    def path(self):
        """The address of the page, whichever form is asked for."""
        return self.request.path.removesuffix(self.form.suffix) if self.form else self.request.path

    @property
    def query(self):
        """The filters as they stand in an address, with their ``?``."""
        query = self.request.GET.copy()
        query.pop("page", None)
        return f"?{query.urlencode()}" if query else ""

    def name_with_filters(self):
        """What the list is, in one line: for a feed, which stands among others."""
        return " · ".join([str(self.title), *(chip.label for chip in self.filterset.chips)])

    @cached_property
    def other_forms(self):
        """``[(form, address), …]`` of this list with its filters."""
        forms = [(form, f"{self.path}{form.suffix}{self.query}") for form in self.forms]
        return [*forms, (Json, reverse(f"api:{self.record.name}") + self.query)] if self.in_api else forms

    def get_paginator(self, *args, **kwargs):
        if self.filterset.messages:  # it shows nothing, which is to be known of no list
            return super().get_paginator(*args, **kwargs)
        values = self.filterset.values
        key = self.filterset.key_of(values)
        return super().get_paginator(*args, whole=None if values else self.request.path, key=key, **kwargs)

    def paginate_queryset(self, queryset, page_size):
        if not re.fullmatch(r"[1-9][0-9]{0,5}", self.request.GET.get("page", "1"), re.ASCII):
            raise Http404
        if self.listed is not None:
            queryset = queryset.values_list("pk", *self.listed, named=True)
        return super().paginate_queryset(queryset, page_size)

    def in_full(self, keys):
        """``{key: item}`` with all that rows show; without those that have gone since the page was listed."""
        items = self.get_queryset().in_bulk(keys)
        if issubclass(self.model, Publishable):
            note(items.values())
        return items

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.listed is None and self.model and issubclass(self.model, Publishable):
            note(context["object_list"])
        return context

    def render_to_response(self, context, **response_kwargs):
        wrong = self.filterset.is_bound and not self.filterset.is_valid()
        return super().render_to_response(context, status=400 if wrong else 200, **response_kwargs)


@cache
def long_texts(model):
    """The fields that no row of a list shows, and that are most of what a database would send."""
    return [field.name for field in model._meta.fields if isinstance(field, RichTextField)]


def addresses(route, view, name):
    """The addresses of a list: ``route`` (a regular expression, if it begins with ``^``) and its forms below it."""
    if route.startswith("^"):
        forms = [re_path(f"{route}{re.escape(form.suffix)}$", view.as_view(form=form)) for form in view.forms]
        return [re_path(f"{route}$", view.as_view(), name=name), *forms]
    forms = [path(f"{route}{form.suffix}", view.as_view(form=form)) for form in view.forms]
    return [path(route, view.as_view(), name=name), *forms]
