import datetime
from urllib.parse import urlencode

from django.db.models import DateField, F, Max, Min, Prefetch, Q, Value
from django.db.models.functions import Greatest, Least
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from contacts.lookups import with_countries
from publishing.dates import Precision, first_day, last_day
from publishing.formats import TABLES, Atom, site_of
from publishing.keeping import keep
from publishing.lists import FilteredListView
from publishing.related import related_keys
from publishing.views import PublishedDetailView
from publishing.wording import day_in_words
from species.lookups import all_instruments, all_species, all_states, among

from . import ics
from .calendar import FIRST_DAY, LAST_DAY, ONE_DAY, known_to_year, months, timeline, weeks, within
from .documents import TYPES
from .filters import EventFilter, PeriodFilter, WhatFacet
from .models import Document, Event
from .records import EventRecord

IN_ROWS = (
    "slug", "published_at", "title", "short_title", "kind", "status", "city", "country", "start", "start_precision",
    "end", "end_precision", "start_time", "end_time", "time_zone",
)  # fmt: skip
RELATIONS = ("species", "states", "instruments", "parts", "deadlines")


class Events(FilteredListView):
    """What the list, the year and the month share: each leads to the two others and takes its filters along."""

    model = Event
    title = _("Events")
    record = EventRecord
    forms = [Atom, ics.Calendar, *TABLES]
    first, last = FIRST_DAY, LAST_DAY

    def get_queryset(self):
        events = super().get_queryset()
        return events.select_related("country") if self.form else events.only(*IN_ROWS)

    def with_filters(self, name, *args):
        """The address of another view, with those of the filters that it has too."""
        values = {name: value for name, value in self.filterset.values.items() if name in PeriodFilter.base_filters}
        address = reverse(f"events:{name}", args=args)
        return f"{address}?{urlencode(values, doseq=True)}" if values else address

    def day(self):
        """Where the calendar opens: at the next of these events or else at the last one."""
        today, key = timezone.localdate(), self.filterset.choices_key
        found = keep(
            key and ("where the calendar opens", key),
            lambda: self.object_list.aggregate(next=Min("start", filter=Q(end__gte=today)), last=Max("start")),
        )
        day = max(found["next"], today) if found["next"] else found["last"] or today
        return within(day, self.first, self.last)

    def calendars(self):
        """``[(what is in it, its address, the same for calendar programs), …]``, each with the filters of this list."""
        values = {name: value for name, value in self.filterset.values.items() if name != "what"}
        kinds = [
            (gettext("Meetings and deadlines"), {}),
            (gettext("Meetings only"), {"what": WhatFacet.MEETINGS}),
            (gettext("Deadlines only"), {"what": WhatFacet.DEADLINES}),
        ]
        scheme, _colon, host = site_of(self.request).partition(":")
        path = f"{host}{self.path}{ics.Calendar.suffix}"
        for label, what in kinds:
            query = urlencode(values | what, doseq=True)
            address = f"{path}?{query}" if query else path
            yield label, f"{scheme}:{address}", f"webcal:{address}"

    def get_context_data(self, **kwargs):
        day = self.day()
        ways = [
            (gettext("List"), self.with_filters("list"), self.name == "list"),
            (gettext("Year"), self.with_filters("year", day.year), self.name == "year"),
            (gettext("Month"), self.with_filters("month", day.year, day.month), self.name == "month"),
        ]
        return super().get_context_data(ways=ways, calendars=self.calendars(), **kwargs)


class EventList(Events):
    name = "list"
    filterset_class = EventFilter
    listed = ("start",)

    def in_full(self, keys):
        events = super().in_full(keys)
        with_countries(events.values())
        return events


class Period(Events):
    """Everything that touches an interval, from its beginning on; ``precision`` says how long it is."""

    filterset_class = PeriodFilter
    in_api = False  # where the list has a filter for the year
    paginate_by = 500  # a year or a month is shown whole; no reader's calendar holds more

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        day = datetime.date(int(kwargs["year"]), int(kwargs.get("month", 1)), 1)
        self.first, self.last = first_day(day, self.precision), last_day(day, self.precision)

    @property
    def title(self):
        return gettext("Events in %(period)s") % {"period": self.in_words(self.first)}

    def get_queryset(self):
        touching = super().get_queryset().filter(start__lte=self.last, end__gte=self.first)
        return touching.order_by("start", "start_precision", "slug")

    def elsewhere(self):
        """All events that fit the filters, of whatever time."""
        events = Event.objects.published().filter(start__lte=LAST_DAY, end__gte=FIRST_DAY)
        for name, value in self.filterset.values.items():
            events = self.filterset.filters[name].filter(events, value)
        return events

    def neighbours(self):
        """The nearest days before and after this interval on which there is something; ``None`` where there is not."""
        before, after = Value(self.first - ONE_DAY), Value(self.last + ONE_DAY)
        found = self.elsewhere().aggregate(
            previous=Max(Least("end", before, output_field=DateField()), filter=Q(start__lt=self.first)),
            next=Min(Greatest("start", after, output_field=DateField()), filter=Q(end__gt=self.last)),
        )
        return {name: day for name, day in found.items() if day and FIRST_DAY <= day <= LAST_DAY}

    def in_words(self, day):
        return day_in_words(day, self.precision)

    def get_context_data(self, **kwargs):
        neighbours = {
            name: (capfirst(self.in_words(day)), self.with_filters(self.name, *self.address_of(day)))
            for name, day in self.neighbours().items()
        }
        context = super().get_context_data(period=self.in_words(self.first), neighbours=neighbours, **kwargs)
        with_countries(context["object_list"])
        return context


class EventYear(Period):
    name, precision = "year", Precision.YEAR
    template_name = "events/event_year.html"

    def address_of(self, day):
        return [day.year]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        year, events = self.first.year, list(context["object_list"])
        dated, vague = months(year, events)
        return context | {
            "months": [
                (capfirst(day_in_words(first, Precision.MONTH)), self.with_filters("month", year, first.month), rows)
                for first, rows in dated
            ],
            "vague": vague,
            "timeline": timeline(year, events, timezone.localdate()),
            "names": [date_format(datetime.date(year, number, 1), "M") for number in range(1, 13)],
        }


class EventMonth(Period):
    name, precision = "month", Precision.MONTH
    template_name = "events/event_month.html"

    def address_of(self, day):
        return [day.year, day.month]

    def elsewhere(self):
        """A year in which something happened some time does not make each of its months worth a visit."""
        return super().elsewhere().exclude(start_precision=Precision.YEAR).exclude(end_precision=Precision.YEAR)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        events = list(context["object_list"])
        vague = [event for event in events if not event.is_exact]
        monday = datetime.date(2018, 1, 1)
        return context | {
            "weeks": weeks(self.first, self.last, [event for event in events if event.is_exact]),
            "weekdays": [date_format(monday + number * ONE_DAY, "l") for number in range(7)],
            "known_to_month": [event for event in vague if not known_to_year(event)],
            "known_to_year": [event for event in vague if known_to_year(event)],
            "year": day_in_words(self.first, Precision.YEAR),
            "today": timezone.localdate(),
        }


class EventDetail(PublishedDetailView):
    model = Event
    extra_context = {"trail": [("events:list", _("Events"))]}

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("country", "picture", "source", "deadline__role")
            .prefetch_related(
                "organisation_parts__organisation",
                "people__person",
                Prefetch("documents", Document.objects.select_related("event")),
                Prefetch("documents__superseded_by", Document.objects.filter(event=F("supersedes__event"))),
            )
        )

    def get_context_data(self, **kwargs):
        event = self.object
        keys = related_keys(event, *RELATIONS)
        published = Event.objects.published().select_related("country")
        return super().get_context_data(
            whole=event.part_of_id and published.filter(pk=event.part_of_id).first(),
            parts=published.filter(part_of=event) if keys["parts"] else [],
            serves=event.is_deadline and published.filter(deadlines__event=event).first(),
            deadlines=published.filter(deadline__serves=event) if keys["deadlines"] else [],
            species=among(all_species(), keys["species"]),
            states=among(all_states(), keys["states"]),
            instruments=among(all_instruments(), keys["instruments"]),
            articles=event.articles.published(),
            **kwargs,
        )


class EventFile(PublishedDetailView):
    """One event as a file for the reader's own calendar; ``Http404`` where its days are not both known."""

    model = Event

    def get_queryset(self):
        return ics.entries(super().get_queryset())

    def render_to_response(self, context, **response_kwargs):
        site = site_of(self.request)
        response = HttpResponse(ics.single(self.object, site), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self.object.slug}.ics"'
        return response


@require_safe
def document(request, slug, number):
    """The file of a published event's document, as an attachment."""
    row = get_object_or_404(Document, event__in=Event.objects.published().filter(slug=slug), number=number)
    try:
        file = row.file.open()
    except (FileNotFoundError, ValueError):  # the file is gone, or the document is a link
        raise Http404 from None
    extension = row.file.name.rpartition(".")[2]
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{slug}-{number}.{extension}",
        content_type=TYPES.get(extension, "application/octet-stream"),
    )
