"""What changed on the portal since a day, from the editors' own notes for readers."""

import datetime
from collections import Counter
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event
from news.models import Article
from publishing.facets import Facet
from publishing.lists import FilteredListView, ListFilter
from publishing.models import ChangeNote, Page
from publishing.periods import DayFilter, PeriodForm
from publishing.records import ID, IN_LANGUAGES, KEY, LANGUAGES, URL, Record, plain, said, texts, translated
from publishing.wording import in_some_language
from species.filters import species_options
from species.models import Instrument, Species

SECTIONS = {
    "news": (Article, _("News")),
    "events": (Event, _("Events")),
    "species": (Species, _("Species")),
    "instruments": (Instrument, _("Instruments")),
    "pages": (Page, _("Pages")),
}
# Where it stands which species an item is about: the rows, their column of the item, their way to the species.
ABOUT_SPECIES = {
    Article: (Article.species.through, "article", "species__slug"),
    Event: (Event.species.through, "event", "species__slug"),
    Instrument: (Instrument.species.through, "instrument", "species__slug"),
    Species: (Species, "pk", "slug"),
}


def section_of(item):
    return next(name for name, (model, _label) in SECTIONS.items() if isinstance(item, model))


def type_of(model):
    return ContentType.objects.get_for_model(model)


class SectionFacet(Facet):
    """Where on the portal the item stands."""

    def __init__(self, **kwargs):
        options = [(name, label) for name, (_model, label) in SECTIONS.items()]
        super().__init__(value="content_type", options=lambda: options, label=_("Section"), **kwargs)

    def filter(self, queryset, values):
        return super().filter(queryset, [type_of(SECTIONS[value][0]).pk for value in values])

    def counts(self, queryset):
        counts = super().counts(queryset)
        return {name: counts.get(str(type_of(model).pk), 0) for name, (model, _label) in SECTIONS.items()}


class SpeciesFacet(Facet):
    """The species that the item is, or is about."""

    def __init__(self, **kwargs):
        super().__init__(value="species__slug", options=species_options, label=_("Species"), **kwargs)

    def filter(self, queryset, values):
        if not values:
            return queryset
        about = Q(pk__in=[])
        for model, (rows, item, slug) in ABOUT_SPECIES.items():
            items = rows.objects.filter(**{f"{slug}__in": values}).values(item)
            about |= Q(content_type=type_of(model), object_id__in=items)
        return queryset.filter(about)

    def counts(self, queryset):
        counts = Counter()
        for model, (rows, item, slug) in ABOUT_SPECIES.items():
            notes = queryset.order_by().filter(content_type=type_of(model))
            number = (
                notes.filter(object_id=OuterRef(item)).values("object_id").annotate(Count("pk")).values("pk__count")
            )
            noted = rows.objects.filter(**{f"{item}__in": notes.values("object_id")}).order_by()
            counts.update(dict(noted.annotate(number=Subquery(number)).values_list(slug).annotate(Sum("number"))))
        return counts


class ChangeFilter(ListFilter):
    since = DayFilter(field_name="at", label=_("Since"))
    until = DayFilter(field_name="at", label=_("Until"), until=True)
    section = SectionFacet()
    species = SpeciesFacet()

    class Meta:
        form = PeriodForm


def with_items():
    """For ``prefetch_related()``: what the notes are about, each with its title and address."""
    titles = [(model, model.title_field) for model, _label in SECTIONS.values()]
    return GenericPrefetch(
        "item", [model.objects.only("uuid", "slug", title, f"{title}_en", f"{title}_ru") for model, title in titles]
    )


def titles(note, site):
    return texts(note.item, note.item.title_field)


class ChangeRecord(Record):
    name = "changes"
    about = _("What editors changed, in their own words, the last change first.")
    model = ChangeNote
    declared = [
        ID, plain("at"),
        said("section", _("section"), KEY | {"enum": list(SECTIONS)}, lambda note, site: section_of(note.item)),
        said("item", _("identity of the item"), KEY | {"format": "uuid"}, lambda note, site: str(note.item.uuid),
             prefetch=lambda: [with_items()]),
        said("title", _("title of the item"), IN_LANGUAGES, titles, LANGUAGES),
        URL, *translated("text"), plain("changed"),
    ]  # fmt: skip
    summary_field = "text"
    category_columns = ("section",)

    @classmethod
    def title_of(cls, note):
        """In the language of the note, if it can be."""
        with translation.override(in_some_language(note, "text")[1]):
            return super().title_of(note.item)

    @classmethod
    def published(cls, note):
        return note.at


class ChangeList(FilteredListView):
    model = ChangeNote
    filterset_class = ChangeFilter
    template_name = "changes/list.html"
    title = _("What changed")
    record = ChangeRecord

    def get_queryset(self):
        return super().get_queryset().prefetch_related(with_items())

    def periods(self):
        """``[(label, query string, whether it is shown), …]`` for those who come back; other filters stay."""
        values, today = self.filterset.values, timezone.localdate()
        others = {name: value for name, value in values.items() if name not in ("since", "until")}
        beginnings = [
            (gettext("All"), None),
            (gettext("Last 7 days"), today - datetime.timedelta(days=7)),
            (gettext("Last 30 days"), today - datetime.timedelta(days=30)),
            (gettext("This year"), today.replace(month=1, day=1)),
        ]
        return [
            (
                label,
                urlencode(others | ({"since": day} if day else {}), doseq=True),
                (values.get("since"), values.get("until")) == (day, None),
            )
            for label, day in beginnings
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(periods=self.periods(), **kwargs)
