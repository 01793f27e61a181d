from django.utils.translation import gettext_lazy as _

from contacts.lookups import people_with, with_organisations
from events.lookups import events_with
from publishing.lists import FilteredListView
from publishing.related import related_keys
from publishing.views import PublishedDetailView
from species.lookups import all_instruments, all_species, all_states, among

from .filters import ArticleFilter
from .models import Article
from .records import ArticleRecord

IN_ROWS = ("slug", "kind", "date", "date_precision", "title", "summary", "publisher", "picture", "published_at")
RELATIONS = ("species", "states", "events", "instruments", "people", "organisation_parts")


class ArticleList(FilteredListView):
    model = Article
    filterset_class = ArticleFilter
    title = _("News")
    record = ArticleRecord
    listed = ()

    def get_queryset(self):
        articles = super().get_queryset().select_related("picture")
        return articles if self.form else articles.only(*IN_ROWS)


class ArticleDetail(PublishedDetailView):
    model = Article
    extra_context = {"trail": [("news:list", _("News"))]}

    def get_queryset(self):
        return super().get_queryset().select_related("picture", "source")

    def get_context_data(self, **kwargs):
        article = self.object
        keys = related_keys(article, *RELATIONS)
        return super().get_context_data(
            species=among(all_species(), keys["species"]),
            states=among(all_states(), keys["states"]),
            instruments=among(all_instruments(), keys["instruments"]),
            events=events_with(keys["events"]),
            people=people_with(keys["people"]),
            parts=with_organisations(article.organisation_parts.order_by("pk") if keys["organisation_parts"] else []),
            **kwargs,
        )
