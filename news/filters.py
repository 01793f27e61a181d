from django.utils.translation import gettext_lazy as _

from publishing.facets import Facet, TextFilter, YearFacet
from publishing.lists import ListFilter
from species.filters import species_options, state_options

from .models import Article


class ArticleFilter(ListFilter):
    grows = True

    q = TextFilter()
    species = Facet(
        value="species__slug",
        rows=Article.species.through.objects.all,
        item="article",
        options=species_options,
        label=_("Species"),
    )
    state = Facet(
        value="rangestate__country__code",
        rows=Article.states.through.objects.all,
        item="article",
        options=state_options,
        label=_("Range State"),
    )
    kind = Facet(value="kind", options=lambda: Article.Kind.choices, label=_("Kind"))
    year = YearFacet(first="date")
