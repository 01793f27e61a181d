"""The screens of species with their facts, Range States and instruments."""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from publishing.bulk import BulkAdmin
from publishing.screens import (
    DATES,
    ContentAdmin,
    ContentInline,
    NumberedFormSet,
    PublishableAdmin,
    TranslationFilter,
    both,
)
from publishing.states import State, in_state
from publishing.tasks import EDITORIAL, Task
from publishing.wording import day_in_words

from .bulk import RangeTable, SpeciesTable
from .models import (
    Assessment,
    FocalPoint,
    Identifier,
    Instrument,
    Listing,
    Membership,
    Range,
    RangeState,
    Species,
)


class FactInline(ContentInline):
    """A fact about a species: ``own`` is its own row, what follows is the same for all."""

    own = ()
    formset = NumberedFormSet
    autocomplete_fields = ["source"]

    def get_fields(self, request, obj=None):
        return [*self.own, ("source", "year", "verified"), both("note")]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("species", "source")


class AssessmentFormSet(NumberedFormSet):
    def clean(self):
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        for form in [form for form in kept if form.cleaned_data.get("current")][1:]:
            form.add_error("current", _("Only one assessment of a species can be in force."))

    def save(self, commit=True):
        # "In force" leaves one row before it enters another: the database allows no second one even for a moment.
        known = self.initial_form_count()
        self.forms[:known] = sorted(self.forms[:known], key=lambda form: form.cleaned_data["current"])
        return super().save(commit)


class AssessmentInline(FactInline):
    model = Assessment
    formset = AssessmentFormSet
    own = [("category", "current"), both("scope")]


class ListingInline(FactInline):
    model = Listing
    own = [("appendix", "cop", "until"), both("scope")]


class MembershipInline(FactInline):
    model = Membership
    own = [("status", "since_cop", "until"), both("decision")]


class IdentifierInline(FactInline):
    model = Identifier
    formset = ContentInline.formset
    own = [("scheme", "value")]


class RangeInline(FactInline):
    model = Range
    formset = ContentInline.formset
    autocomplete_fields = ["state", "source"]
    own = [("state", "presence")]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("state__country")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "state":
            kwargs["queryset"] = RangeState.objects.select_related("country")  # their names are those of countries
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class FocalPointInline(FactInline):
    model = FocalPoint
    autocomplete_fields = ["person", "source"]
    own = [("person", "name_public"), ("start", "start_precision", "end", "end_precision")]


def without_focal_point(user, screen):
    return in_state(State.LIVE) & ~Exists(FocalPoint.objects.current().filter(species=OuterRef("pk")))


@admin.register(Species)
class SpeciesAdmin(BulkAdmin, PublishableAdmin):
    tables = [SpeciesTable, RangeTable]
    needed = ("name", "summary")
    list_display = ["heading", "scientific", "group", *PublishableAdmin.STATUS]
    list_filter = [*PublishableAdmin.list_filter, "group", "memberships__status"]
    tasks = [*EDITORIAL, Task("no-focal-point", _("without a Species Focal Point"), without_focal_point)]
    search_fields = [*both("name", "other_names"), "scientific_name", "family", "order", "slug"]
    autocomplete_fields = ["picture"]
    fieldsets = [
        (None, {"fields": [both("name"), both("other_names"), both("summary"), both("body"), "picture"]}),
        (_("Zoology"), {"fields": ["scientific_name", ("family", "order"), ("group", "habitat")]}),
    ]
    inlines = [MembershipInline, ListingInline, AssessmentInline, RangeInline, FocalPointInline, IdentifierInline]

    @admin.display(description=_("scientific name"), ordering="scientific_name")
    def scientific(self, species):
        return format_html('<i lang="la">{}</i>', species.scientific_name)


@admin.register(RangeState)
class RangeStateAdmin(ContentAdmin):
    list_display = ["__str__", "status", "since", "verified", "missing"]
    list_filter = ["status", "verified", TranslationFilter]
    search_fields = [*both("country__name"), "country__code"]
    autocomplete_fields = ["country", "source"]
    fieldsets = [
        (
            None,
            {
                "description": DATES,
                "fields": ["country", "status", ("party_since", "party_since_precision"), both("participation")],
            },
        ),
        (_("Where this is known from"), {"fields": [("source", "year", "verified"), both("note")]}),
        (_("Tile map"), {"fields": [("tile_column", "tile_row")]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("country")

    @admin.display(description=_("Party since"), ordering="party_since")
    def since(self, state):
        return state.party_since and day_in_words(state.party_since, state.party_since_precision)


@admin.register(Instrument)
class InstrumentAdmin(PublishableAdmin):
    list_display = ["heading", "kind", "date", *PublishableAdmin.STATUS]
    list_filter = [*PublishableAdmin.list_filter, "kind"]
    search_fields = [*both("title", "short_title"), "slug"]
    autocomplete_fields = ["species", "states"]
    fieldsets = [
        (
            None,
            {
                "description": DATES,
                "fields": [both("title"), both("short_title"), "kind", ("adopted", "adopted_precision"), "link"],
            },
        ),
        (_("Text"), {"fields": [both("summary"), both("body")]}),
        (_("About"), {"fields": ["species", "states"]}),
    ]

    @admin.display(description=_("adopted"), ordering="adopted")
    def date(self, instrument):
        return instrument.adopted and day_in_words(instrument.adopted, instrument.adopted_precision)
