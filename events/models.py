"""Meetings and deadlines: one kind of row, so that one list, one filter and one calendar serve both."""

import datetime
import zoneinfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Country, Organisation, OrganisationPart, Person, Role
from publishing.checklist import Gap
from publishing.constraints import FieldCheck
from publishing.content import Content, ContentQuerySet
from publishing.dates import Precision, PrecisionField, first_day, last_day, not_before
from publishing.models import Picture
from publishing.slugs import page_address
from publishing.states import Publishable, PublishableQuerySet
from publishing.structured_data import language_of, recorded, references
from publishing.text import CleanCharField, CleanTextField, RichTextField
from publishing.wording import machine_date
from species.models import Instrument, RangeState, Species, species_and_states

from . import informea
from .documents import document_path


class EventQuerySet(PublishableQuerySet):
    def upcoming(self, today=None):
        """What is not over yet, and what has no date yet."""
        today = today or timezone.localdate()
        return self.filter(Q(end__gte=today) | Q(start__isnull=True))

    def past(self, today=None):
        return self.filter(end__lt=today or timezone.localdate())

    def taking_place(self):
        """Without what is cancelled or postponed: ``takes_place``, said as a query."""
        return self.exclude(status__in=[Event.Status.CANCELLED, Event.Status.POSTPONED])

    def exact(self):
        """Whose days are both known: ``is_exact``, said as a query."""
        return self.filter(start__isnull=False, start_precision=Precision.DAY, end_precision=Precision.DAY)

    def deadlines(self):
        return self.filter(kind=Event.Kind.DEADLINE)

    def meetings(self):
        return self.exclude(kind=Event.Kind.DEADLINE)

    def for_informea(self):
        """What InforMEA gets; of one event, ``kept_from_informea`` says why it does not."""
        exact = Q(start__isnull=False, start_precision=Precision.DAY, end_precision=Precision.DAY)
        return self.filter(exact, to_informea=True, kind__in=informea.TYPES).exclude(title_en="")


class Event(Publishable):
    """A meeting or a deadline.

    ``start`` is the first day that may be meant, ``end`` the last one, always set with ``start``; both empty means
    "to be announced". Times, if known, are in the zone of the event itself.
    """

    class Kind(models.TextChoices):
        COP = "cop", _("Conference of the Parties")
        MEETING = "meeting", _("official meeting")
        WORKSHOP = "workshop", _("workshop")
        SIDE_EVENT = "side-event", _("side event")
        ROUND_TABLE = "round-table", _("round table")
        DISCUSSION = "discussion", _("expert discussion")
        VISIT = "visit", _("visit")
        CONGRESS = "congress", _("congress")
        DEADLINE = "deadline", _("deadline")

    class Status(models.TextChoices):
        TENTATIVE = "tentative", _("tentative")
        CONFIRMED = "confirmed", _("confirmed")
        POSTPONED = "postponed", _("postponed")
        CANCELLED = "cancelled", _("cancelled")

    class Attendance(models.TextChoices):
        NOT_RECORDED = "not-recorded", _("not recorded")
        IN_PERSON = "in-person", _("in person")
        ONLINE = "online", _("online")
        HYBRID = "hybrid", _("in person and online")

    # As machines know them; what is tentative is not yet "scheduled".
    STATUSES = {
        Status.CONFIRMED: "https://schema.org/EventScheduled",
        Status.POSTPONED: "https://schema.org/EventPostponed",
        Status.CANCELLED: "https://schema.org/EventCancelled",
    }
    ATTENDANCES = {
        Attendance.IN_PERSON: "https://schema.org/OfflineEventAttendanceMode",
        Attendance.ONLINE: "https://schema.org/OnlineEventAttendanceMode",
        Attendance.HYBRID: "https://schema.org/MixedEventAttendanceMode",
    }

    reserved_slugs = r"\d+"
    search_fields = (("title", "short_title"), ("summary",), ("body", "venue", "city", "participants", "outcomes"))
    search_day_field = "start"
    LASTING = (Kind.COP, Kind.CONGRESS, Kind.MEETING)  # more than a day
    # A change of one of these is a new edition of the calendar entry: who wants to come has to plan anew. RFC 5546 asks
    # for it after other times or another status; another place is as bad to miss. Other words only renew the entry.
    SCHEDULE = (
        "start", "start_precision", "end", "end_precision", "start_time", "end_time", "time_zone", "status",
        "venue_en", "venue_ru", "city_en", "city_ru", "country_id", "attendance",
    )  # fmt: skip

    title = CleanCharField(_("title"), max_length=300, blank=True)
    short_title = CleanCharField(_("short title"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.CONFIRMED)
    start = models.DateField(
        _("from"), null=True, blank=True, help_text=_("Empty: to be announced. For a deadline: the day it is due.")
    )
    start_precision = PrecisionField()
    end = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day. Empty: one day only."))
    end_precision = PrecisionField()
    start_time = models.TimeField(_("begins at"), null=True, blank=True, help_text=_("In the time zone below."))
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        help_text=_("Needed with times: the zone of the place, such as Asia/Dushanbe."),
    )
    venue = CleanCharField(_("venue"), max_length=250, blank=True)
    city = CleanCharField(_("city"), max_length=120, blank=True)
    country = models.ForeignKey(
        Country, verbose_name=_("country"), null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    attendance = models.CharField(_("attendance"), max_length=12, choices=Attendance, default=Attendance.NOT_RECORDED)
    invitation_only = models.BooleanField(
        _("by invitation only"), null=True, blank=True, help_text=_("Unknown: not recorded.")
    )
    link = models.URLField(_("link"), max_length=500, blank=True)
    part_of = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="parts",
        help_text=_("The larger meeting that this one is a side event of."),
    )
    picture = models.ForeignKey(
        Picture, verbose_name=_("picture"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    summary = CleanTextField(
        _("summary"), blank=True, help_text=_("One or two sentences, shown in lists and below the title.")
    )
    body = RichTextField(_("text"), blank=True)
    participants = CleanTextField(_("participants"), blank=True, help_text=_("Who took part, in words and numbers."))
    outcomes = RichTextField(_("outcomes"), blank=True)
    species = models.ManyToManyField(Species, verbose_name=_("species"), blank=True, related_name="events")
    states = models.ManyToManyField(RangeState, verbose_name=_("Range States"), blank=True, related_name="events")
    instruments = models.ManyToManyField(Instrument, verbose_name=_("instruments"), blank=True, related_name="events")
    organisations = models.ManyToManyField(Organisation, through="Part", related_name="events")
    sequence = models.PositiveIntegerField(_("edition of the calendar entry"), default=0, editable=False)
    informea_kind = models.CharField(
        _("kind for InforMEA"),
        max_length=30,
        blank=True,
        choices=informea.Type,
        help_text=_("Empty: decided by the kind above."),
    )
    to_informea = models.BooleanField(
        _("send to InforMEA"),
        default=True,
        help_text=_("Take the tick away where another secretariat sends the same meeting."),
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        # What is to be announced comes first; left alone, each database would put it at another end.
        ordering = [F("start").desc(nulls_first=True), "start_precision", "slug"]
        # With what tells whether an event is live, and its kind: choices are counted without its text.
        indexes = [
            *Publishable.indexes(),
            models.Index(
                fields=["start", "end", "published_at", "withdrawn_at", "expires_at", "kind"],
                name="events_event_dates",
            ),
        ]
        constraints = [
            *Publishable.constraints(),
            not_before("start", "end"),
            FieldCheck(
                name="events_event_start_with_end",
                field="start",
                condition=Q(start__isnull=True, end__isnull=True) | Q(start__isnull=False, end__isnull=False),
                violation_error_message=_("Give the first day, or leave both days empty for “to be announced”."),
            ),
            FieldCheck(
                name="events_event_deadline_is_one_day",
                field="end",
                condition=~Q(kind="deadline") | Q(start__isnull=True) | ~Q(start_precision="day") | Q(start=F("end")),
                violation_error_message=_("A deadline is one day: leave “until” empty."),
            ),
            FieldCheck(
                name="events_event_times_have_a_zone",
                field="time_zone",
                condition=Q(start_time__isnull=True, end_time__isnull=True) | ~Q(time_zone=""),
                violation_error_message=_("Name the time zone of the place, such as Asia/Dushanbe."),
            ),
            FieldCheck(
                name="events_event_times_need_an_exact_day",
                field="start_time",
                condition=Q(start_time__isnull=True) | Q(start__isnull=False, start_precision="day"),
                violation_error_message=_("A time needs an exact day."),
            ),
            FieldCheck(
                name="events_event_not_part_of_itself",
                field="part_of",
                condition=Q(part_of__isnull=True) | ~Q(part_of=F("pk")),
                violation_error_message=_("A meeting cannot be part of itself."),
            ),
        ]

    def get_absolute_url(self):
        return page_address("events:detail", self.slug)

    @property
    def schema_type(self):
        return "WebPage" if self.is_deadline else "Event"  # schema.org knows no deadlines, and nobody goes to one

    def reference(self, absolute):
        """When and where it is: machines take no notice of an event without it."""
        event = super().reference(absolute)
        if self.is_deadline:
            return event
        start = self.instant(self.start, self.start_precision, self.start_time)
        end = self.instant(self.end, self.end_precision, self.end_time)
        return event | recorded(
            startDate=start,
            endDate="" if start.startswith(end) else end,  # the same day, month or year says nothing more
            previousStartDate=self.status == self.Status.POSTPONED and start,
            eventStatus=self.STATUSES.get(self.status),
            eventAttendanceMode=self.ATTENDANCES.get(self.attendance),
            location=self.location,
        )

    def structured_data(self, absolute, shown):
        event = self.reference(absolute) | recorded(description=self.summary)
        about = references(shown.get("species"), absolute)
        if self.is_deadline:
            return event | recorded(inLanguage=language_of(self), about=about)
        whole = shown.get("whole")
        return event | recorded(
            sameAs=self.link,
            superEvent=whole and whole.reference(absolute),
            organizer=self.organisations_as(absolute, "organiser", "co-organiser"),
            funder=self.organisations_as(absolute, "funder", "donor"),
            sponsor=self.organisations_as(absolute, "supporter"),
            about=about,
            image=self.picture and self.picture.structured_data(absolute),
        )

    def organisations_as(self, absolute, *parts):
        return references([row.organisation for row in self.organisation_parts.all() if row.part in parts], absolute)

    def instant(self, day, precision, time):
        """For machines: ``day`` as far as it is known, or ``time`` with its offset, "2026-03-02T09:30:00+05:00"."""
        if day is None:
            return ""
        try:
            zone = time and zoneinfo.ZoneInfo(self.time_zone)
        except (KeyError, OSError, ValueError):  # no such zone: forms refuse it, other ways do not
            zone = None
        if zone is None or precision != Precision.DAY:
            return machine_date(day, precision)
        return datetime.datetime.combine(day, time, zone).isoformat()

    @property
    def location(self):
        """For machines: the place, where one is recorded, and the page of what is online."""
        places = []
        country = self.country and self.country.code
        if name := self.venue or self.city or (self.country and self.country.name):
            address = recorded(addressLocality=self.city, addressCountry=country)
            address = address and {"@type": "PostalAddress"} | address
            places.append({"@type": "Place", "name": name} | recorded(address=address))
        if self.attendance in (self.Attendance.ONLINE, self.Attendance.HYBRID) and self.link:
            places.append({"@type": "VirtualLocation", "url": self.link})
        return places[0] if len(places) == 1 else places

    def search_facets(self):
        return {"year": set(range(self.search_day.year, self.day_of("end").year + 1)) if self.start else ()}

    @classmethod
    def search_links(cls):
        return species_and_states(cls, "event")

    def clean(self):
        self.fill_dates()  # first, so that another field's error does not bring one of the dates with it
        super().clean()
        if self.time_zone and self.time_zone not in zoneinfo.available_timezones():
            raise ValidationError({"time_zone": _("This time zone is not known. Write it like Asia/Dushanbe.")})
        if (
            self.start
            and self.start == self.end
            and self.start_time
            and self.end_time
            and self.end_time < self.start_time
        ):
            raise ValidationError({"end_time": _("The end is before the beginning. Change one of the two times.")})

    def save(self, *args, **kwargs):
        self.fill_dates()
        self.fill_sequence()
        super().save(*args, **kwargs)

    def fill_dates(self):
        if not self.start:
            return
        if not self.end:
            self.end, self.end_precision = self.start, self.start_precision
        self.start = first_day(self.start, self.start_precision)
        self.end = last_day(self.end, self.end_precision)

    def fill_sequence(self):
        """The next number after a change of the schedule; never less than what is stored, however old this row is."""
        before = Event.objects.filter(pk=self.pk).values("sequence", *self.SCHEDULE).first() if self.pk else None
        if before:
            changed = any((getattr(self, field) or None) != (before[field] or None) for field in self.SCHEDULE)
            self.sequence = max(self.sequence, before["sequence"]) + changed

    def gaps(self):
        yield from super().gaps()
        if not self.start:
            yield Gap("start", _("The date is still to be announced."))
        elif self.is_exact and self.start == self.end and self.kind in self.LASTING:
            yield Gap("end", _("The last day is missing: so far it lasts one day."))
        if self.is_deadline or not self.takes_place:
            return
        if self.is_past and not self.outcomes_en and not self.outcomes_ru:
            yield Gap("outcomes_en", _("It is over, and its outcomes are missing."))
        place = self.city_en or self.city_ru or self.venue_en or self.venue_ru
        if not place and self.attendance != self.Attendance.ONLINE:
            yield Gap("city_en", _("Neither a city nor a venue is given."))

    @property
    def day(self):
        """Its place on a timeline, where it stands among news."""
        return self.start

    @property
    def is_deadline(self):
        return self.kind == self.Kind.DEADLINE

    @property
    def takes_place(self):
        """Whether the days given hold; for what is cancelled or postponed they do not."""
        return self.status not in (self.Status.CANCELLED, self.Status.POSTPONED)

    @property
    def is_past(self):
        return self.end is not None and self.end < timezone.localdate()

    @property
    def is_exact(self):
        """Whether calendars can hold it: both days are known."""
        return bool(self.start) and self.start_precision == self.end_precision == Precision.DAY

    @property
    def informea_type(self):
        return self.informea_kind or informea.TYPES.get(self.kind, "")

    @property
    def kept_from_informea(self):
        """Why InforMEA does not get it, in words, or ``""``; ``for_informea()`` asks the same of many."""
        if self.kind not in informea.TYPES:
            return _("Visits and deadlines are no meetings: they are not sent.")
        if not self.to_informea:
            return _("“Send to InforMEA” is not ticked.")
        if not self.start:
            return _("The date is still to be announced.")
        if not self.is_exact:
            return _("Only the month or the year is known; InforMEA needs exact days.")
        if not self.title_en:
            return _("The title is missing in English.")
        return ""

    def remains(self):
        """So much as InforMEA has to be told of a meeting that it got and that is deleted here."""
        if self.kept_from_informea:
            return None
        kept = ["title_en", "title_ru", "kind", "informea_kind", "venue_en", "city_en", "attendance", "invitation_only"]
        days = {"start": self.start.isoformat(), "end": self.end.isoformat()}
        return {name: getattr(self, name) for name in kept} | days | {"country": self.country and self.country.code}


class DeadlineQuerySet(ContentQuerySet):
    def published(self):
        return self.filter(event__in=Event.objects.published())


class Deadline(Content):
    """What is due at a deadline; the day is the event's ``start``."""

    natural_key_fields = ("event__slug",)

    event = models.OneToOneField(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="deadline")
    for_whom = CleanCharField(_("for whom"), max_length=250, blank=True)
    rule = CleanTextField(
        _("the rule in words"), blank=True, help_text=_("Such as: no later than 180 days before the COP.")
    )
    how = CleanTextField(_("how to submit"), blank=True)
    role = models.ForeignKey(
        Role, verbose_name=_("role to ask"), null=True, blank=True, on_delete=models.PROTECT, related_name="deadlines"
    )
    serves = models.ForeignKey(
        Event,
        verbose_name=_("event it serves"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deadlines",
    )

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["event"]

    def __str__(self):
        return str(self.event)


class Part(OrganisationPart):
    natural_key_fields = ("event__slug", "organisation__slug", "part")

    event = models.ForeignKey(
        Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="organisation_parts"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="event_parts"
    )

    class Meta:
        verbose_name = _("organisation taking part")
        verbose_name_plural = _("organisations taking part")
        ordering = ["event", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="events_part_once",
                fields=["event", "organisation", "part"],
                violation_error_message=_("This organisation has that part already."),
            )
        ]


class Participant(Content):
    """A person who took part in a meeting, and as what."""

    natural_key_fields = ("event__slug", "person__slug")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="participations"
    )
    capacity = CleanCharField(_("as what"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("person taking part")
        verbose_name_plural = _("people taking part")
        ordering = ["event", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="events_participant_once",
                fields=["event", "person"],
                violation_error_message=_("This person is entered already."),
            )
        ]

    def __str__(self):
        return str(self.person)


class Document(Content):
    """A file or link that belongs to a meeting."""

    class Kind(models.TextChoices):
        AGENDA = "agenda", _("agenda")
        DOCUMENT = "document", _("meeting document")
        PRESENTATION = "presentation", _("presentation")
        REPORT = "report", _("report")
        RESULT = "result", _("results")
        WEB_PAGE = "web-page", _("web page")

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        RUSSIAN = "ru", _("Russian")
        OTHER = "other", _("another language")

    natural_key_fields = ("event__slug", "number")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="documents")
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    title = CleanCharField(_("title"), max_length=250)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.DOCUMENT)
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    file = models.FileField(
        _("file"), upload_to=document_path, blank=True, help_text=_("PDF, DOCX, XLSX or PPTX, at most 20 MB.")
    )
    link = models.URLField(
        _("link"), max_length=500, blank=True, help_text=_("Instead of a file: where the document stands.")
    )
    supersedes = models.ForeignKey(
        "self",
        verbose_name=_("supersedes"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="superseded_by",
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["event", "number"]
        constraints = [
            models.UniqueConstraint(
                name="events_document_numbered",
                fields=["event", "number"],
                violation_error_message=_("This event has a document of that number already."),
            ),
            FieldCheck(
                name="events_document_file_or_link",
                field="file",
                condition=(Q(file="") & ~Q(link="")) | (~Q(file="") & Q(link="")),
                violation_error_message=_("Give either a file or a link."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        """Where a visitor gets it: the link, or the portal's own copy."""
        return self.link or reverse("events:document", args=[self.event.slug, self.number])
