from django.db.models import Prefetch

from publishing.lists import FilteredListView
from publishing.views import PublishedDetailView

from .filters import OrganisationFilter, RoleFilter
from .models import Assignment, Organisation, Partnership, Role

ASSIGNMENTS = Prefetch("assignments", Assignment.objects.select_related("person", "source"))
RELATED = 10


class RoleList(FilteredListView):
    queryset = Role.objects.select_related("organisation").prefetch_related(ASSIGNMENTS, "topics")
    model = Role
    filterset_class = RoleFilter
    paginate_by = 60


class RoleDetail(PublishedDetailView):
    queryset = Role.objects.select_related("organisation").prefetch_related(ASSIGNMENTS, "topics")
    model = Role

    def get_context_data(self, **kwargs):
        return super().get_context_data(deadlines=self.object.deadlines.published().select_related("event"), **kwargs)


class OrganisationList(FilteredListView):
    queryset = Organisation.objects.select_related("country")
    model = Organisation
    filterset_class = OrganisationFilter
    paginate_by = 60


class OrganisationDetail(PublishedDetailView):
    queryset = Organisation.objects.select_related("country__range_state", "part_of", "source").prefetch_related(
        "parts", "roles", Prefetch("partnerships", Partnership.objects.select_related("source"))
    )
    model = Organisation

    def get_context_data(self, **kwargs):
        organisation = self.object
        return super().get_context_data(
            articles=organisation.articles.published().distinct()[:RELATED],
            events=organisation.events.published().select_related("country").distinct()[:RELATED],
            **kwargs,
        )
