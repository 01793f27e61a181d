"""The search index: one row per item with its words in both languages, in a form that can be compared.

It holds drafts as well: whoever searches starts from ``published()``. It is moved, like the content version, by the
receivers in ``version.py``; ``manage.py reindex`` makes it anew.
"""

import html
import itertools
import re
import unicodedata

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from .slugs import Addressed


class SearchEntry(models.Model):
    """The words of one item in both languages, as readers' words are compared with them."""

    uuid = models.UUIDField(unique=True)
    words = models.TextField()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")

    def __str__(self):
        return str(self.uuid)


def comparable(text):
    """``text`` without case, accents and tags, with ``е`` for ``ё``: what is stored and what is asked for alike."""
    decomposed = unicodedata.normalize("NFKD", html.unescape(strip_tags(text.replace("<", " <"))).casefold())
    # й is и with a breve: a letter of its own, unlike the accents that are dropped.
    bare = "".join(c for c in decomposed.replace("и\u0306", "й") if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", bare).strip()


def words_of(item):
    fields = [f"{field}_{code}" for field in item.search_fields for code, name in settings.LANGUAGES]
    values = [getattr(item, field, None) or "" for field in [*fields, *item.search_fields_untranslated]]
    return comparable(" ".join(values))


def index(item):
    """Store the words of ``item``, an ``Addressed``."""
    SearchEntry.objects.update_or_create(uuid=item.uuid, defaults={"words": words_of(item)})


def index_all(items):
    """Store the words of many new items at once."""
    entries = (SearchEntry(uuid=item.uuid, words=words_of(item)) for item in items)
    while batch := list(itertools.islice(entries, 500)):
        SearchEntry.objects.bulk_create(batch)


def forget(item):
    SearchEntry.objects.filter(uuid=item.uuid).delete()


def searchable_models():
    return [model for model in apps.get_models() if issubclass(model, Addressed) and model.search_fields]


def matching(queryset, query):
    """The rows of ``queryset`` that hold every word of ``query``; none, if there is no word in it."""
    terms = comparable(query).split()
    entries = SearchEntry.objects.all() if terms else SearchEntry.objects.none()
    for term in terms:
        entries = entries.filter(GreaterThan(StrIndex("words", models.Value(term)), 0))  # LIKE is slow on SQLite
    return queryset.filter(uuid__in=entries.values("uuid"))
