from django.utils.translation import gettext_lazy as _

from publishing.lists import Facet, ListFilter, TextFilter

from .models import Country, Organisation, Role, Topic


class RoleFilter(ListFilter):
    topic = Facet(
        value="topic__slug",
        rows=Role.topics.through.objects.all,
        item="role",
        options=lambda: list(Topic.objects.values_list("slug", "name")),
        label=_("Topic"),
    )
    organisation = Facet(
        value="organisation__slug",
        options=lambda: list(Organisation.objects.filter(roles__isnull=False).distinct().values_list("slug", "name")),
        label=_("Organisation"),
    )


class OrganisationFilter(ListFilter):
    q = TextFilter()
    kind = Facet(value="kind", options=lambda: Organisation.Kind.choices, label=_("Kind"))
    country = Facet(
        value="country__code", options=lambda: list(Country.objects.values_list("code", "name")), label=_("Country")
    )
