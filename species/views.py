from django.db.models import Count, Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.generic import DetailView, ListView

from publishing.lists import FilteredListView
from publishing.views import PublishedDetailView

from .filters import InstrumentFilter, SpeciesFilter
from .models import Assessment, FocalPoint, Instrument, Listing, Membership, Range, RangeState, Species

RELATED = 10  # as many news items and events stand on a hub; the rest is one link away


class SpeciesList(FilteredListView):
    model = Species
    filterset_class = SpeciesFilter
    paginate_by = 60

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("picture")
            .prefetch_related(
                Prefetch("assessments", Assessment.objects.filter(current=True)), "listings", "memberships"
            )
        )


class SpeciesDetail(PublishedDetailView):
    model = Species

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
            articles=species.articles.published()[:RELATED],
            events=species.events.published().select_related("country")[:RELATED],
            instruments=species.instruments.published(),
            **kwargs,
        )


class StateList(ListView):
    model = RangeState
    template_name = "species/state_list.html"

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("country", "source")
            .annotate(species_count=Count("ranges", filter=Q(ranges__in=Range.objects.published().living())))
        )


class StateDetail(DetailView):
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
            articles=state.articles.published()[:RELATED],
            events=state.events.published().select_related("country")[:RELATED],
            instruments=state.instruments.published(),
            organisations=state.country.organisations.all(),
            **kwargs,
        )


class InstrumentList(FilteredListView):
    model = Instrument
    filterset_class = InstrumentFilter


class InstrumentDetail(PublishedDetailView):
    model = Instrument

    def get_queryset(self):
        return super().get_queryset().select_related("source")

    def get_context_data(self, **kwargs):
        instrument = self.object
        return super().get_context_data(
            species=instrument.species.published(),
            states=instrument.states.select_related("country"),
            articles=instrument.articles.published()[:RELATED],
            events=instrument.events.published().select_related("country")[:RELATED],
            **kwargs,
        )
