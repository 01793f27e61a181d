"""The news as InforMEA takes them: RSS 2.0 with whole texts. What it has once, it does not look at again."""

from functools import reduce
from operator import or_

from django.core.exceptions import BadRequest
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import HttpResponse
from django.urls import reverse
from django.utils import feedgenerator
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from news.models import Article
from news.records import ArticleRecord
from publishing.formats import LONG_AGO, site_of
from publishing.records import LANGUAGES
from species.models import Species

NEWEST = 50


def written_in(language):
    """The condition that an article exists in ``language``: ``languages``, said as a query."""
    titled = {code: ~Q(**{f"title_{code}": ""}) for code in LANGUAGES}
    whole = {code: titled[code] & ~Q(**{f"summary_{code}": ""}) for code in LANGUAGES}
    return titled[language] & (whole[language] | ~reduce(or_, whole.values()))


@conditional_page
@require_safe
def news(request):
    if request.GET:
        raise BadRequest
    language, site = get_language(), site_of(request)
    articles = Article.objects.published().filter(written_in(language))[:NEWEST]
    feed = WholeTexts(
        title=_("News of the Central Asian Mammals Initiative"),
        link=site + reverse("news:list"),
        description=_("For InforMEA, the United Nations’ portal of the environmental treaties"),
        language=language,
        feed_url=request.build_absolute_uri(request.path),
    )
    articles = ArticleRecord.ready(articles, site)
    prefetch_related_objects(articles, Prefetch("species", Species.objects.published()), "states__country")
    for article in articles:
        entry = ArticleRecord.entry(article)
        feed.add_item(
            title=entry.title,
            link=site + article.get_absolute_url(),
            description=escape(entry.summary),
            unique_id=article.uuid.urn,
            unique_id_is_permalink=False,
            pubdate=entry.published,
            categories=categories(article),
            text=entry.text,
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
    return response


def categories(article):
    """The names of its species and Range States."""
    return [*(one.name for one in article.species.all()), *(state.country.name for state in article.states.all())]


class WholeTexts(feedgenerator.Rss201rev2Feed):
    def rss_attributes(self):
        return super().rss_attributes() | {"xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def latest_post_date(self):
        """Nothing in the feed changes while no article does."""
        return max((item["pubdate"] for item in self.items), default=LONG_AGO)

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        if item["text"]:
            handler.addQuickElement("content:encoded", item["text"])
