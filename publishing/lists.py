"""Lists that a visitor narrows down: what may be asked for, how many items each choice would give, what is active.

Everything stands in the address: ``?species=saiga&species=argali&year=2016``. Within a facet any of the values will do,
between facets all must fit. A value that is unknown is an error with a message beside its field, never "everything".
"""

import re
from array import array
from collections import Counter
from copy import copy
from dataclasses import dataclass
from functools import reduce
from operator import or_

import django_filters
from django import forms
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import ExtractYear
from django.http import Http404
from django.urls import path, re_path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters.views import FilterView

from .formats import PAGES, Json
from .history import note
from .keeping import keep
from .pasting import mended_characters
from .periods import DayFilter
from .search.query import matching, read
from .search.words import WORD, comparable
from .states import Publishable
from .wording import day_in_words

COUNTED_UP_TO = 1000
MAX_WORDS, MAX_PARTS = 8, 16  # "CoP17" is one word of two parts, each of which costs a question
MAX_VALUES = 50  # of one facet: no list has more choices that anybody would tick
# What newsletters and social networks hang on to addresses; it filters nothing and is let pass.
TRACKING = re.compile(r"utm_\w+|\w*clid|mc_[ce]id|ref")


class FacetField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"invalid_choice": _("“%(value)s” is not among the choices.")}

    def to_python(self, value):
        return [one for one in dict.fromkeys(super().to_python(value)) if one]  # "year=" asks for nothing

    def validate(self, value):
        if len(value) > MAX_VALUES:
            raise forms.ValidationError(_("Choose at most 50 values."))
        super().validate(value)


class YearField(FacetField):
    """Any year from 1900 to 2100 is a sensible question, also one in which nothing happened."""

    default_error_messages = {"invalid_choice": _("“%(value)s” is not a year between 1900 and 2100.")}

    def valid_value(self, value):
        return bool(re.fullmatch(r"[0-9]{4}", value, re.ASCII)) and 1900 <= int(value) <= 2100


class Facet(django_filters.Filter):
    """One group of choices, any of which may be taken.

    ``options`` is a callable that returns ``[(value, label), …]``. What is compared is the look-up ``value`` of the
    item itself or, when ``rows`` is given (a callable returning a queryset), of those rows whose ``item`` column names
    the item: a many-to-many table, or facts about it.
    """

    field_class = FacetField
    # Rows above which items are gone through in their order and each is asked whether it has one: the first page is
    # soon full. Below, those that have one are looked up and sorted. (SQLite does what it is told.)
    COMMON = 2000

    def __init__(self, *, value, options, rows=None, item=None, **kwargs):
        self.value, self.rows, self.item = value, rows, item
        super().__init__(field_name=value, choices=options, **kwargs)

    def __deepcopy__(self, memo):
        """Each request has its own, of whose definition nothing is ever changed."""
        return copy(self)

    @property
    def takes_keys(self):
        """Whether the values are keys of items, of which there may be others tomorrow."""
        return self.value.split("__")[-1] in ("slug", "code")

    def filter(self, queryset, values):
        if not values:
            return queryset
        wanted = {f"{self.value}__in": values}
        if self.rows is None:
            return queryset.filter(**wanted)
        rows = self.rows().filter(**wanted)
        if keep(("common", self.rows, *values), lambda: rows[: self.COMMON].count()) == self.COMMON:
            return queryset.filter(Exists(rows.filter(**{self.item: OuterRef("pk")})))
        return queryset.filter(pk__in=rows.values(self.item))

    def counts(self, queryset):
        """``{value: number of items of ``queryset`` that have it}``; one query."""
        if self.rows is None:
            rows, counted = queryset, "pk"
        else:
            rows, counted = self.rows().filter(**{f"{self.item}__in": queryset.order_by().values("pk")}), self.item
        counts = rows.order_by().values_list(self.value).annotate(Count(counted, distinct=self.rows is not None))
        return {str(value): number for value, number in counts}


class YearFacet(Facet):
    """The years that an item touches, from the date column ``first`` to the date column ``last``."""

    field_class = YearField

    def __init__(self, *, first, last=None, **kwargs):
        self.first, self.last = first, last or first
        super().__init__(value=f"{first}__year", options=(), label=_("Year"), **kwargs)

    def filter(self, queryset, values):
        if not values:
            return queryset
        return queryset.filter(reduce(or_, [self.touching(year) for year in values]))

    def touching(self, year):
        return Q(**{f"{self.first}__lte": f"{year}-12-31", f"{self.last}__gte": f"{year}-01-01"})

    def counts(self, queryset):
        counts = Counter()
        spans = queryset.filter(**{f"{self.first}__isnull": False}).order_by()
        spans = spans.values(first_year=ExtractYear(self.first), last_year=ExtractYear(self.last))
        spans = spans.values_list("first_year", "last_year").annotate(Count("pk"))
        for first, last, number in spans:
            for year in range(first, last + 1):
                counts[str(year)] += number
        return counts


class WordsField(forms.CharField):
    """One to eight words."""

    def clean(self, value):
        """The words in one line, without what cannot be seen: they are repeated in the names of feeds and calendars."""
        typed = super().clean(value)
        value = " ".join(mended_characters(typed).split())
        words = len(comparable(value).split())
        if typed and not words:
            raise forms.ValidationError(_("Write at least one word."))
        if words > MAX_WORDS or len(WORD.findall(value)) > MAX_PARTS:
            raise forms.ValidationError(_("Write at most eight words."))
        return value


class TextFilter(django_filters.CharFilter):
    """Words that must all stand in the item, in either language."""

    field_class = WordsField

    def __init__(self, **kwargs):
        super().__init__(max_length=100, label=_("Words"), **kwargs)
        self.queries = {}

    def query(self, value):
        """What is looked for; it is asked for anew for every facet, and read once."""
        if value not in self.queries:
            self.queries[value] = read(value)
        return self.queries[value]

    def filter(self, queryset, value):
        return matching(queryset, self.query(value)) if value else queryset


@dataclass
class Option:
    """One choice as the form shows it; ``number`` is ``None`` where it is above a thousand."""

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

        def count():
            narrowed = self.queryset.all()
            for other, value in others.items():
                narrowed = self.filters[other].filter(narrowed, value)
            return self.filters[name].counts(narrowed)

        key = self.key_of(others)
        return keep((key, name), count) if key else count()

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
            Option(value, label, number if number <= COUNTED_UP_TO else None, value in active)
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


class OpenPage(Page):
    """A page of a list whose end is not known: it holds one item more if there is a page after it."""

    def __init__(self, items, number, paginator):
        super().__init__(items[: paginator.per_page], number, paginator)
        self.goes_on = len(items) > paginator.per_page

    def has_next(self):
        return self.goes_on

    def next_page_number(self):
        return self.number + 1

    def previous_page_number(self):
        return self.number - 1


class ListPaginator(Paginator):
    """Pages whose cost does not grow with the archive.

    ``whole`` is the path of a list without filters: its number and, far from its beginning, its order are kept. What
    filters leave is counted up to a thousand; beyond that only the page itself tells whether another one follows. That
    number is kept by ``key``, if there is one.
    """

    FAR = 50  # pages; nearer ones are found by walking along the index

    def __init__(self, *args, whole=None, key=None, **kwargs):
        self.whole, self.key = whole, key
        super().__init__(*args, **kwargs)

    @cached_property
    def count(self):
        if self.whole:
            return keep((self.whole, "count"), self.object_list.count)
        counted = self.object_list.order_by()[: COUNTED_UP_TO + 1]
        return keep((self.key, "count"), counted.count) if self.key else counted.count()

    @property
    def goes_on(self):
        """Whether there are more than are counted."""
        return not self.whole and self.count > COUNTED_UP_TO

    def page(self, number):
        if self.goes_on:
            first = (number - 1) * self.per_page
            items = list(self.object_list[first : first + self.per_page + 1])
            if not items:
                raise EmptyPage
            return OpenPage(items, number, self)
        if not self.whole or number <= self.FAR:
            return super().page(number)
        number = self.validate_number(number)
        keys = keep((self.whole, "keys"), lambda: array("q", self.object_list.values_list("pk", flat=True)))
        wanted = keys[(number - 1) * self.per_page : number * self.per_page]
        items = self.object_list.in_bulk(list(wanted))
        return Page([items[key] for key in wanted if key in items], number, self)


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

    def get_queryset(self):
        return super().get_queryset().published()

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
        values = self.filterset.values
        key = self.filterset.key_of(values)
        return super().get_paginator(*args, whole=None if values else self.request.path, key=key, **kwargs)

    def paginate_queryset(self, queryset, page_size):
        if not re.fullmatch(r"[1-9][0-9]{0,5}", self.request.GET.get("page", "1"), re.ASCII):
            raise Http404
        return super().paginate_queryset(queryset, page_size)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.model and issubclass(self.model, Publishable):
            note(context["object_list"])
        return context

    def render_to_response(self, context, **response_kwargs):
        wrong = self.filterset.is_bound and not self.filterset.is_valid()
        return super().render_to_response(context, status=400 if wrong else 200, **response_kwargs)


def addresses(route, view, name):
    """The addresses of a list: ``route`` (a regular expression, if it begins with ``^``) and its forms below it."""
    if route.startswith("^"):
        forms = [re_path(f"{route}{re.escape(form.suffix)}$", view.as_view(form=form)) for form in view.forms]
        return [re_path(f"{route}$", view.as_view(), name=name), *forms]
    forms = [path(f"{route}{form.suffix}", view.as_view(form=form)) for form in view.forms]
    return [path(route, view.as_view(), name=name), *forms]
