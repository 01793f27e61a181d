"""What a list can be narrowed by: groups of choices, years, and words. A filter is a class here and nothing else.

A value that is unknown is an error with a message beside its field, never "everything".
"""

import datetime
import re
from collections import Counter
from copy import copy
from functools import reduce
from operator import or_

import django_filters
from django import forms
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from .keeping import keep
from .paging import COUNTED_UP_TO
from .pasting import mended_characters
from .search.query import matching, read
from .search.words import WORD, comparable

MAX_WORDS, MAX_PARTS = 8, 16  # "CoP17" is one word of two parts, each of which costs a question
MANY = COUNTED_UP_TO + 1  # as many are not told from more
MAX_VALUES = 50  # of one facet: no list has more choices that anybody would tick


def chosen(column=0):
    """What ``counted()`` gives for it: a column of the choice that is being counted."""
    return RawSQL(f"choice.c{column}", ())  # noqa: S611 - a name of a column


def counted(rows, choices, up_to):
    """``{value: number of rows, no more than up_to}`` of ``choices``, ``[(value, …), …]``; one query.

    ``rows`` are those that fit one choice, whose columns are ``chosen()``.
    """
    if not choices:
        return {}
    sql, params = rows.order_by()[:up_to].query.sql_with_params()
    columns = ", ".join(f"c{number}" for number in range(len(choices[0])))
    values = ", ".join([f"({', '.join(['%s'] * len(choices[0]))})"] * len(choices))
    number = f"(SELECT count(*) FROM ({sql}) rows_of_choice)"  # noqa: S608 - as Django wrote it
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH choice({columns}) AS (VALUES {values}) SELECT c0, {number} FROM choice",  # noqa: S608 - of the names above
            [*(part for choice in choices for part in choice), *params],
        )
        return dict(cursor.fetchall())


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
        """Each request has its own, with options of its own; the rest of its definition is never changed."""
        own = copy(self)
        own.extra = dict(self.extra)
        return own

    @property
    def takes_keys(self):
        """Whether the values are keys of items, of which there may be others tomorrow."""
        return self.value.split("__")[-1] in ("slug", "code")

    def filter(self, queryset, values):
        if not values:
            return queryset
        wanted = {f"{self.value}__in": values}
        if self.rows is None and len(values) > 1 and "__" not in self.value:
            # The items are gone through in their order. SQLite would fetch all by an index and sort them, if it saw
            # what is asked; it does not look behind "not (not …)".
            return queryset.exclude(~Q(**wanted))
        if self.rows is None:
            return queryset.filter(**wanted)
        rows = self.rows().filter(**wanted)
        if keep(("common", self.rows, self.value, *values), lambda: rows[: self.COMMON].count()) == self.COMMON:
            return queryset.filter(Exists(rows.filter(**{self.item: OuterRef("pk")})))
        return queryset.filter(pk__in=rows.values(self.item))

    def counts(self, queryset):
        """``{value: number of items of ``queryset`` that have it}``; one query."""
        if self.rows is None:
            rows, column = queryset, "pk"
        else:
            rows, column = self.rows().filter(**{f"{self.item}__in": queryset.order_by().values("pk")}), self.item
        counts = rows.order_by().values_list(self.value).annotate(Count(column, distinct=self.rows is not None))
        return {str(value): number for value, number in counts}

    # For lists that grow: what follows costs the same however long they are, if an index begins with what is compared.

    def sizes(self, whole):
        """``{value: number of items}`` of the list ``whole``, or of ``rows``, whoever may see them, up to ``MANY``."""
        rows = whole if self.rows is None else self.rows()
        choices = [self.choice(value) for value in self.values_in(whole)]
        return counted(rows.filter(self.is_chosen()).values("pk"), choices, MANY)

    def rough_counts(self, queryset, sizes):
        """``counts()`` of a part of the whole list; ``MANY`` for a choice of that size, if it has any item there."""
        if self.rows is None:
            fitting = queryset.filter(self.is_chosen()).values("pk")
        else:
            items = queryset.order_by().filter(pk=OuterRef(self.item))
            fitting = self.rows().filter(self.is_chosen(), Exists(items)).values(self.item)
        common = [self.choice(value) for value, size in sizes.items() if size == MANY]
        rare = [self.choice(value) for value, size in sizes.items() if 0 < size < MANY]
        found = counted(fitting, common, 1)
        return {value: number * MANY for value, number in found.items()} | counted(fitting.distinct(), rare, MANY)

    def values_in(self, whole):
        return [value for value, _label in self.field.choices]

    def choice(self, value):
        """The columns of ``chosen()``."""
        return (value,)

    def is_chosen(self):
        return Q(**{self.value: chosen()})


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
        # By days, along the index; to have the years taken from all of them would cost SQLite ten times as much.
        days = spans.values_list(*dict.fromkeys([self.first, self.last])).annotate(Count("pk"))
        for first, *last, number in days:
            for year in range(first.year, (last or [first])[0].year + 1):
                counts[str(year)] += number
        return counts

    def values_in(self, whole):
        days = whole.filter(**{f"{self.first}__isnull": False}).values_list(self.first, flat=True)
        ends = [day.year for order in (self.first, f"-{self.first}") for day in days.order_by(order)[:1]]
        return [str(year) for year in range(max(ends[0], 1900), min(ends[-1], 2100) + 1)] if ends else []

    def choice(self, value):
        days = datetime.date(int(value), 1, 1), datetime.date(int(value), 12, 31)
        return (value, *map(connection.ops.adapt_datefield_value, days))

    def is_chosen(self):
        return Q(**{f"{self.first}__gte": chosen(1), f"{self.last}__lte": chosen(2)})


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
