from django.utils.translation import gettext_lazy as _

from contacts.models import Country
from publishing.facets import Facet, TextFilter
from publishing.keeping import kept
from publishing.lists import ListFilter

from .models import (
    FOUNDING_COP,
    Assessment,
    Group,
    Instrument,
    Listing,
    Membership,
    Range,
    RangeState,
    RedList,
    Species,
)


@kept
def species_options():
    return list(Species.objects.published().values_list("slug", "name"))


@kept
def state_options():
    return list(Country.objects.filter(range_state__isnull=False).values_list("code", "name"))


class MembershipFacet(Facet):
    """The fifteen of 2014, and how things stand today: two questions that readers ask in one place."""

    FOUNDING = "2014"

    def __init__(self, **kwargs):
        super().__init__(
            value="status",
            rows=Membership.objects.all,
            item="species",
            options=lambda: [(self.FOUNDING, _("one of the fifteen of 2014")), *Membership.Status.choices],
            **kwargs,
        )

    def filter(self, queryset, values):
        if self.FOUNDING not in values:
            return super().filter(queryset, values)
        statuses = Membership.objects.filter(status__in=values) | Membership.objects.filter(since_cop=FOUNDING_COP)
        return queryset.filter(pk__in=statuses.values("species"))

    def counts(self, queryset):
        return super().counts(queryset) | {self.FOUNDING: queryset.founding().count()}


class SpeciesFilter(ListFilter):
    q = TextFilter()
    state = Facet(
        value="state__country__code",
        rows=lambda: Range.objects.living(),
        item="species",
        options=state_options,
        label=_("Range State"),
    )
    group = Facet(value="group", options=lambda: Group.choices, label=_("Group"))
    category = Facet(
        value="category",
        rows=lambda: Assessment.objects.filter(current=True),
        item="species",
        options=lambda: [(code, f"{code} · {name}") for code, name in RedList.choices],
        label=_("Red List category"),
    )
    appendix = Facet(
        value="appendix",
        rows=lambda: Listing.objects.filter(until__isnull=True),
        item="species",
        options=lambda: Listing.Appendix.choices,
        label=_("Appendix"),
    )
    membership = MembershipFacet(label=_("Membership of CAMI"))


class MatrixFilter(SpeciesFilter):
    species = Facet(value="slug", options=species_options, label=_("Species"))


class InstrumentFilter(ListFilter):
    kind = Facet(value="kind", options=lambda: Instrument.Kind.choices, label=_("Kind"))
    species = Facet(
        value="species__slug",
        rows=Instrument.species.through.objects.all,
        item="instrument",
        options=species_options,
        label=_("Species"),
    )


class StateFilter(ListFilter):
    status = Facet(value="status", options=lambda: RangeState.Status.choices, label=_("Standing towards CMS"))
