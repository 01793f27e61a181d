from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from contacts.filters import country_options
from publishing.facets import Facet, TextFilter, YearFacet
from publishing.lists import ListFilter
from species.filters import species_options, state_options

from .models import Event


class WhenFacet(Facet):
    """Upcoming or past, as ``EventQuerySet`` says."""

    UPCOMING, PAST = "upcoming", "past"

    def __init__(self, **kwargs):
        options = [(self.UPCOMING, _("upcoming")), (self.PAST, _("past"))]
        super().__init__(value="when", options=lambda: options, label=_("When"), **kwargs)

    def filter(self, queryset, values):
        if len(values) != 1:
            return queryset
        return queryset.upcoming() if values == [self.UPCOMING] else queryset.past()

    def counts(self, queryset):
        upcoming = Count("pk", filter=Q(pk__in=queryset.model.objects.upcoming().values("pk")))
        numbers = queryset.order_by().aggregate(upcoming=upcoming, all=Count("pk"))
        return {self.UPCOMING: numbers["upcoming"], self.PAST: numbers["all"] - numbers["upcoming"]}


class WhatFacet(Facet):
    """Meetings or deadlines, as ``EventQuerySet`` says: what a subscriber may want without the other."""

    MEETINGS, DEADLINES = "meetings", "deadlines"

    def __init__(self, **kwargs):
        options = [(self.MEETINGS, _("meetings")), (self.DEADLINES, _("deadlines"))]
        super().__init__(value="kind", options=lambda: options, label=_("Meetings or deadlines"), **kwargs)

    def filter(self, queryset, values):
        if len(values) != 1:
            return queryset
        return queryset.meetings() if values == [self.MEETINGS] else queryset.deadlines()

    def counts(self, queryset):
        deadlines = Count("pk", filter=Q(kind=Event.Kind.DEADLINE))
        numbers = queryset.order_by().aggregate(deadlines=deadlines, all=Count("pk"))
        return {self.MEETINGS: numbers["all"] - numbers["deadlines"], self.DEADLINES: numbers["deadlines"]}


class EventFilter(ListFilter):
    q = TextFilter()
    what = WhatFacet()
    when = WhenFacet()
    year = YearFacet(first="start", last="end")
    kind = Facet(value="kind", options=lambda: Event.Kind.choices, label=_("Kind"))
    country = Facet(value="country__code", options=country_options, label=_("Country"))
    species = Facet(
        value="species__slug",
        rows=Event.species.through.objects.all,
        item="event",
        options=species_options,
        label=_("Species"),
    )
    state = Facet(
        value="rangestate__country__code",
        rows=Event.states.through.objects.all,
        item="event",
        options=state_options,
        label=_("Range State"),
    )


class PeriodFilter(EventFilter):
    """The same without what a year or a month is asked for by its address."""

    when = None
    year = None
