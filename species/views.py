from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView

from publishing.formats import TABLES
from publishing.lists import FilteredListView
from publishing.related import related_keys
from publishing.views import PublishedDetailView, track

from .filters import InstrumentFilter, MatrixFilter, SpeciesFilter, StateFilter
from .lookups import all_species, all_states, among
from .matrix import Matrix
from .models import Assessment, FocalPoint, Instrument, Listing, Membership, Range, RangeState, Species
from .records import InstrumentRecord, RangeRecord, SpeciesRecord, StateRecord

RELATED = 12  # as many news items and events stand on a hub; the rest is one link away


class SpeciesList(FilteredListView):
    model = Species
    filterset_class = SpeciesFilter
    title = _("Species")
    record = SpeciesRecord
    paginate_by = 60
    listed = ()

    def get_queryset(self):
        species = super().get_queryset().select_related("picture")
        in_force = Prefetch("assessments", Assessment.objects.filter(current=True))
        return species if self.form else species.prefetch_related(in_force, "listings")


class SpeciesDetail(PublishedDetailView):
    model = Species
    extra_context = {"trail": [("species:list", _("Species"))]}

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("picture", "source")
            .prefetch_related(
                Prefetch("assessments", Assessment.objects.select_related("source").order_by("-current", "-year")),
                Prefetch("listings", Listing.objects.select_related("source")),
                Prefetch("memberships", Membership.objects.select_related("source")),
                Prefetch("focalpoints", FocalPoint.objects.current().select_related("person", "source")),
                Prefetch(
                    "ranges", Range.objects.select_related("state__country", "source").order_by("state__country__name")
                ),
                "identifiers__source",
            )
        )

    def get_context_data(self, **kwargs):
        species = self.object
        return super().get_context_data(
            track=track(
                RELATED,
                article=species.articles.published(),
                event=species.events.published().select_related("country"),
            ),
            instruments=species.instruments.published(),
            states=all_states(),
            **kwargs,
        )


class RangeMatrix(FilteredListView):
    """The initiative on one page: species × Range State."""

    model = Species
    filterset_class = MatrixFilter
    template_name = "species/range_matrix.html"
    paginate_by = 100
    title = _("Which species lives where")
    record = RangeRecord
    forms = TABLES  # a cell of the matrix has no page and no history to follow

    def get_queryset(self):
        ranges = Range.objects.select_related("source").order_by("pk")
        return super().get_queryset().prefetch_related(Prefetch("ranges", ranges))

    def rows(self, items):
        ranges = Range.objects.filter(species__in=items.order_by())
        return ranges.order_by("species__name", "state__country__name", "pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"matrix": Matrix(context["object_list"], all_states()), "presences": Range.Presence}


class StateList(FilteredListView):
    model = RangeState
    filterset_class = StateFilter
    extra_context = {"trail": [("species:list", _("Species"))]}
    template_name = "species/state_list.html"
    paginate_by = 100
    title = _("Range States")
    record = StateRecord

    def get_queryset(self):
        return super().get_queryset().select_related("country", "source").counted()


class StateDetail(DetailView):
    extra_context = {"trail": [("species:states", _("Range States"))]}
    template_name = "species/state_detail.html"

    def get_object(self, queryset=None):
        code = self.kwargs["code"]
        if not code.islower():
            raise Http404
        return get_object_or_404(RangeState.objects.select_related("country", "source"), country__code=code.upper())

    def get_context_data(self, **kwargs):
        state = self.object
        return super().get_context_data(
            ranges=state.ranges.published().select_related("species", "source").order_by("species__name"),
            track=track(
                RELATED,
                article=state.articles.published(),
                event=state.events.published().select_related("country"),
            ),
            instruments=state.instruments.published(),
            organisations=state.country.organisations.all(),
            **kwargs,
        )


class InstrumentList(FilteredListView):
    model = Instrument
    filterset_class = InstrumentFilter
    title = _("Instruments")
    record = InstrumentRecord
    listed = ()


class InstrumentDetail(PublishedDetailView):
    model = Instrument
    extra_context = {"trail": [("species:instruments", _("Instruments"))]}

    def get_queryset(self):
        return super().get_queryset().select_related("source")

    def get_context_data(self, **kwargs):
        instrument = self.object
        keys = related_keys(instrument, "species", "states")
        return super().get_context_data(
            species=among(all_species(), keys["species"]),
            states=among(all_states(), keys["states"]),
            track=track(
                RELATED,
                article=instrument.articles.published(),
                event=instrument.events.published().select_related("country"),
            ),
            **kwargs,
        )
