from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.records import NAMES, names_of, parts
from publishing.records import ID, URL, Record, key, keys, listed, plain, said, translated
from publishing.wording import day_in_words

from .models import Article


def people(article, site):
    """By their keys, which no language and no database puts in another order."""
    return [names_of(one) for one in sorted(article.people.all(), key=lambda person: person.slug)]


class ArticleRecord(Record):
    name = "news"
    about = _("News items.")
    model = Article
    declared = [
        ID, plain("slug"), URL, plain("kind"), plain("date"), plain("date_precision"),
        *translated("title", "summary", "body"), plain("link"), *translated("publisher"),
        keys("species"), keys("states", "country__code"), keys("events"), keys("instruments"),
        parts("organisation_parts"),
        said("people", _("people"), listed(NAMES), people, prefetch=lambda: ["people"]),
        key("source"), plain("published_at", always=True), plain("changed"),
    ]  # fmt: skip

    @classmethod
    def published(cls, item):
        """The day of the news itself, when it began in Bonn."""
        midnight = timezone.datetime.combine(item.date, timezone.datetime.min.time())
        return timezone.make_aware(midnight)

    @classmethod
    def lead(cls, item):
        return "" if item.date_precision == "day" else day_in_words(item.date, item.date_precision)
