from django.db.models import Prefetch

from publishing.lists import FilteredListView
from publishing.views import PublishedDetailView, track

from .filters import OrganisationFilter, RoleFilter
from .models import Assignment, Organisation, Partnership, Role

ASSIGNMENTS = Prefetch("assignments", Assignment.objects.select_related("person", "source"))
RELATED = 12


class RoleList(FilteredListView):
    model = Role
    filterset_class = RoleFilter
    paginate_by = 60

    def get_queryset(self):
        return super().get_queryset().select_related("organisation").prefetch_related(ASSIGNMENTS, "topics")


class RoleDetail(PublishedDetailView):
    model = Role

    def get_queryset(self):
        return super().get_queryset().select_related("organisation").prefetch_related(ASSIGNMENTS, "topics")

    def get_context_data(self, **kwargs):
        return super().get_context_data(deadlines=self.object.deadlines.published().select_related("event"), **kwargs)


class OrganisationList(FilteredListView):
    model = Organisation
    filterset_class = OrganisationFilter
    paginate_by = 60

    def get_queryset(self):
        return super().get_queryset().select_related("country")


class OrganisationDetail(PublishedDetailView):
    model = Organisation

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("country__range_state", "part_of", "source")
            .prefetch_related("parts", "roles", Prefetch("partnerships", Partnership.objects.select_related("source")))
        )

    def get_context_data(self, **kwargs):
        organisation = self.object
        return super().get_context_data(
            track=track(
                RELATED,
                article=organisation.articles.published().distinct(),
                event=organisation.events.published().select_related("country").distinct(),
            ),
            **kwargs,
        )
