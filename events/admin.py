"""The screen of meetings and deadlines."""

import zoneinfo

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.bulk import BulkAdmin
from publishing.screens import (
    DATES,
    ContentInline,
    NumberedFormSet,
    PartInline,
    PublishableAdmin,
    SturdyForm,
    both,
)
from publishing.states import State, in_state
from publishing.tasks import AHEAD, EDITORIAL, Task
from publishing.wording import range_in_words

from .bulk import EventTable
from .documents import validate_document
from .models import Deadline, Document, Event, Part, Participant


class DeadlineInline(ContentInline):
    model = Deadline
    fk_name = "event"
    classes = []
    fields = [both("for_whom"), both("rule"), both("how"), ("role", "serves")]
    autocomplete_fields = ["role", "serves"]


class EventPartInline(PartInline):
    model = Part


class ParticipantInline(ContentInline):
    model = Participant
    fields = ["person", both("capacity")]
    autocomplete_fields = ["person"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person")


class DocumentForm(SturdyForm):
    def clean_file(self):
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            validate_document(file)
        return file


class DocumentInline(ContentInline):
    model = Document
    form = DocumentForm
    formset = NumberedFormSet
    fields = [both("title"), ("kind", "language", "supersedes"), ("file", "link")]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "supersedes":
            kwargs["queryset"] = Document.objects.filter(event=request.resolver_match.kwargs.get("object_id"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def time_zones():
    """The zones by place, as in Asia/Dushanbe; of those that are no place only UTC."""
    zones = [zone for zone in sorted(zoneinfo.available_timezones()) if "/" in zone or zone == "UTC"]
    return [("", "—"), *((zone, zone.replace("_", " ")) for zone in zones)]


class EventForm(SturdyForm):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        required=False,
        help_text=_("Needed with times: the zone of the place."),
    )


def without_outcome(user, screen):
    over = Q(end__lt=timezone.localdate()) & ~Q(status__in=[Event.Status.CANCELLED, Event.Status.POSTPONED])
    return in_state(State.LIVE) & over & ~Q(kind=Event.Kind.DEADLINE) & Q(outcomes_en="", outcomes_ru="")


def deadlines_ahead(user, screen):
    today = timezone.localdate()
    return Q(kind=Event.Kind.DEADLINE, end__range=(today, today + AHEAD))


@admin.register(Event)
class EventAdmin(BulkAdmin, PublishableAdmin):
    tables = [EventTable]
    form = EventForm
    list_display = ["heading", "kind", "when", *PublishableAdmin.STATUS]
    list_filter = [*PublishableAdmin.list_filter, "kind", "status"]
    tasks = [
        *EDITORIAL,
        Task("no-outcome", _("over, without outcomes"), without_outcome),
        Task("deadline-ahead", _("deadlines in the next 60 days"), deadlines_ahead),
    ]
    search_fields = [*both("title", "short_title", "city", "venue"), "slug"]
    date_hierarchy = "start"
    autocomplete_fields = ["country", "part_of", "picture", "species", "states", "instruments"]
    readonly_fields = [*PublishableAdmin.readonly_fields, "sequence"]
    fieldsets = [
        (None, {"fields": [both("title"), both("short_title"), ("kind", "status"), both("summary")]}),
        (
            _("When and where"),
            {
                "description": DATES,
                "fields": [
                    ("start", "start_precision"),
                    ("end", "end_precision"),
                    ("start_time", "end_time", "time_zone"),
                    both("venue"),
                    both("city"),
                    ("country", "attendance", "invitation_only"),
                    ("link", "part_of"),
                ],
            },
        ),
        (_("Text"), {"fields": [both("body"), both("participants"), both("outcomes"), "picture"]}),
        (_("About"), {"fields": ["species", "states", "instruments"]}),
        (_("InforMEA"), {"classes": ["collapse"], "fields": [("to_informea", "informea_kind")]}),
    ]
    inlines = [DeadlineInline, EventPartInline, ParticipantInline, DocumentInline]

    @admin.display(description=_("when"), ordering="start")
    def when(self, event):
        words = range_in_words(event.start, event.start_precision, event.end, event.end_precision)
        return words or _("to be announced")
