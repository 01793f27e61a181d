from django.db.models import Prefetch

from publishing.lists import FilteredListView
from publishing.views import PublishedDetailView

from .filters import OrganisationFilter, RoleFilter
from .models import Assignment, Organisation, Role

ASSIGNMENTS = Assignment.objects.select_related("person", "source")


class RoleList(FilteredListView):
    queryset = Role.objects.select_related("organisation").prefetch_related(
        Prefetch("assignments", ASSIGNMENTS), "topics"
    )
    model = Role
    filterset_class = RoleFilter
    paginate_by = 60


class RoleDetail(PublishedDetailView):
    queryset = Role.objects.select_related("organisation").prefetch_related(
        Prefetch("assignments", ASSIGNMENTS), "topics"
    )
    model = Role


class OrganisationList(FilteredListView):
    queryset = Organisation.objects.select_related("country")
    model = Organisation
    filterset_class = OrganisationFilter
    paginate_by = 60


class OrganisationDetail(PublishedDetailView):
    queryset = Organisation.objects.select_related("country__range_state", "part_of", "source").prefetch_related(
        "parts", "roles", "partnerships__source", "people", "other_people"
    )
    model = Organisation
