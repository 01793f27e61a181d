from django.utils.translation import gettext_lazy as _

from publishing.facets import Facet, TextFilter
from publishing.keeping import kept
from publishing.lists import ListFilter

from .models import Country, Organisation, Role, Topic


@kept
def topic_options():
    return list(Topic.objects.values_list("slug", "name"))


@kept
def organisation_options():
    return list(Organisation.objects.filter(roles__isnull=False).distinct().values_list("slug", "name"))


@kept
def country_options():
    return list(Country.objects.values_list("code", "name"))


class RoleFilter(ListFilter):
    topic = Facet(
        value="topic__slug",
        rows=Role.topics.through.objects.all,
        item="role",
        options=topic_options,
        label=_("Topic"),
    )
    organisation = Facet(
        value="organisation__slug",
        options=organisation_options,
        label=_("Organisation"),
    )


class OrganisationFilter(ListFilter):
    q = TextFilter()
    kind = Facet(value="kind", options=lambda: Organisation.Kind.choices, label=_("Kind"))
    country = Facet(value="country__code", options=country_options, label=_("Country"))
