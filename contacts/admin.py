"""The screens of countries, organisations, people and roles."""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.bulk import BulkAdmin
from publishing.screens import DATES, ContentAdmin, ContentInline, NumberedFormSet, SturdyAdmin, TranslationFilter, both
from publishing.tasks import AHEAD, TRANSLATION, Task, TaskFilter
from publishing.wording import day_in_words

from .bulk import AssignmentTable, OrganisationTable, PersonTable, RoleTable
from .models import Assignment, Country, Organisation, Partnership, Person, PrivateContact, Role, Topic


@admin.register(Country)
class CountryAdmin(ContentAdmin):
    needed = ("name",)
    list_display = ["__str__", "code", "languages", "missing"]
    list_filter = [TranslationFilter]
    search_fields = [*both("name", "official_name"), "code"]
    fields = ["code", both("name"), both("official_name")]


class PartnershipInline(ContentInline):
    model = Partnership
    formset = NumberedFormSet
    fields = [both("title"), ("signed", "signed_precision"), both("place"), "source"]
    autocomplete_fields = ["source"]


@admin.register(Organisation)
class OrganisationAdmin(BulkAdmin, ContentAdmin):
    tables = [OrganisationTable]
    needed = ("name",)
    list_display = ["__str__", "acronym", "kind", "country", "languages", "missing"]
    list_filter = ["kind", TranslationFilter]
    list_select_related = ["country"]
    search_fields = [*both("name"), "acronym", "slug"]
    autocomplete_fields = ["part_of", "country", "source"]
    fieldsets = [
        (None, {"fields": [both("name"), ("acronym", "kind"), both("about"), ("part_of", "country")]}),
        (_("How to reach it"), {"fields": ["website", both("address"), "phones", ("fax", "email")]}),
        (_("Publishing"), {"fields": ["slug", "source"]}),
    ]
    inlines = [PartnershipInline]


@admin.register(Person)
class PersonAdmin(BulkAdmin, ContentAdmin):
    tables = [PersonTable]
    needed = ("family_name",)
    list_display = ["__str__", "organisation", "position", "languages", "missing"]
    list_filter = [TranslationFilter]
    list_select_related = ["organisation"]
    # Never by private contact: whoever may search people may not find out addresses.
    search_fields = [*both("family_name", "given_name", "organisation__name"), "organisation__acronym"]
    autocomplete_fields = ["organisation", "other_organisations", "source"]
    prepopulated_fields = {"slug": ["family_name_en", "given_name_en"]}
    fieldsets = [
        (None, {"fields": [both("honorific"), both("given_name"), both("family_name"), "family_name_first"]}),
        (_("Work"), {"fields": [both("position"), both("department"), "organisation", "other_organisations"]}),
        (
            _("Life dates"),
            {
                "classes": ["collapse"],
                "description": DATES,
                "fields": [("born", "born_precision"), ("died", "died_precision")],
            },
        ),
        (_("Publishing"), {"fields": ["slug", "source"]}),
    ]

    def lookup_allowed(self, lookup, value, request):
        return not lookup.startswith("private_contact") and super().lookup_allowed(lookup, value, request)


@admin.register(PrivateContact)
class PrivateContactAdmin(SturdyAdmin):
    """For those with the permission for it only; nothing else in the admin shows or searches these rows."""

    list_display = ["person", "email", "phone"]
    search_fields = [*both("person__family_name", "person__given_name"), "email"]
    autocomplete_fields = ["person"]


@admin.register(Topic)
class TopicAdmin(ContentAdmin):
    needed = ("name",)
    list_display = ["__str__", "order", "languages"]
    search_fields = [*both("name"), "slug"]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [both("name"), ("order", "slug")]


class AssignmentInline(ContentInline):
    model = Assignment
    formset = NumberedFormSet
    classes = []
    autocomplete_fields = ["person", "source"]
    fields = [
        ("person", "acting", "confirmed"),
        ("start", "start_precision", "end", "end_precision"),
        ("email", "phone"),
        both("note"),
        "source",
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "confirmed":
            kwargs["initial"] = timezone.localdate  # whoever enters an assignment today knows of it today
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("role", "person")


def ends_soon(user, screen):
    today = timezone.localdate()
    return Exists(Assignment.objects.filter(role=OuterRef("pk"), end__range=(today, today + AHEAD)))


def unconfirmed(user, screen):
    return ~Exists(Assignment.objects.current().filter(role=OuterRef("pk")))


@admin.register(Role)
class RoleAdmin(BulkAdmin, ContentAdmin):
    tables = [RoleTable, AssignmentTable]
    needed = ("title", "about")
    list_display = ["__str__", "kind", "holder", "languages", "missing"]
    list_filter = ["kind", TranslationFilter, TaskFilter]
    tasks = [
        *TRANSLATION,
        Task("ends-soon", _("an assignment ends in the next 60 days"), ends_soon),
        Task("unconfirmed", _("nobody confirmed in charge within a year"), unconfirmed),
    ]
    search_fields = [*both("title", "about"), "slug"]
    autocomplete_fields = ["organisation", "topics"]
    fieldsets = [
        (None, {"fields": [both("title"), ("kind", "order"), both("about"), "organisation", "topics", "mailbox"]}),
        (_("Publishing"), {"fields": ["slug"]}),
    ]
    inlines = [AssignmentInline]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("assignments__person")

    @admin.display(description=_("held by, last confirmed on"))
    def holder(self, role):
        assignment = next(iter(role.assignments.all()), None)
        if assignment is None:
            return None
        confirmed = day_in_words(assignment.confirmed) if assignment.confirmed else _("never")
        return f"{assignment.person or _('not yet named')}, {confirmed}"
