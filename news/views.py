from django.utils.translation import gettext_lazy as _

from publishing.lists import FilteredListView
from publishing.views import PublishedDetailView

from .filters import ArticleFilter
from .models import Article
from .records import ArticleRecord


class ArticleList(FilteredListView):
    model = Article
    filterset_class = ArticleFilter
    title = _("News")
    record = ArticleRecord

    def get_queryset(self):
        articles = super().get_queryset().select_related("picture")
        return articles if self.form else articles.defer("body")


class ArticleDetail(PublishedDetailView):
    model = Article
    extra_context = {"trail": [("news:list", _("News"))]}

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("picture", "source")
            .prefetch_related("organisation_parts__organisation")
        )

    def get_context_data(self, **kwargs):
        article = self.object
        return super().get_context_data(
            species=article.species.published(),
            states=article.states.select_related("country"),
            events=article.events.published(),
            instruments=article.instruments.published(),
            people=article.people.select_related("organisation"),
            **kwargs,
        )
