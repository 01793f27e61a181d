"""The index: an entry for each item that visitors see or will see, other names, and the words that there are.

Drafts, submitted and withdrawn items are not in it. What is scheduled or expires carries from when until when it is
shown, and every question compares with the present instant.
"""

import datetime
import itertools
from collections import defaultdict

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..text import RichTextField
from . import engines
from .words import plain, read, stems_in

BATCH = 500
MAX_TOKENS = 16_000  # of an item; PostgreSQL counts positions so far
BREAK = "|"  # a token between two texts, so that no phrase reaches from one into the other
BEGINNING = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime(9000, 1, 1, tzinfo=datetime.UTC)


class ShownQuerySet(models.QuerySet):
    def shown(self):
        now = timezone.now()
        return self.filter(shown_from__lte=now, shown_until__gt=now)


class OfAnItem(models.Model):
    """Something about an item, for as long as visitors see it. ``kind`` is the name of its model."""

    kind = models.CharField(max_length=20)
    object_id = models.PositiveBigIntegerField()
    shown_from = models.DateTimeField()
    shown_until = models.DateTimeField()

    objects = ShownQuerySet.as_manager()

    class Meta:
        abstract = True


class SearchEntry(OfAnItem):
    """What is searched of one item. Stems stand between spaces, names in ``title`` between ``|``."""

    day = models.DateField(null=True)
    facets = models.TextField()  # " kind:article species:7 state:KZ year:2016 "
    title = models.TextField()
    summary = models.TextField()
    tokens = engines.TokensField()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [models.UniqueConstraint(name="publishing_searchentry_item", fields=["kind", "object_id"])]

    def __str__(self):
        return f"{self.kind} {self.object_id}"


class SearchName(OfAnItem):
    """One of several names of the same, as stems: who asks by one finds texts that use any of the others."""

    phrase = models.CharField(max_length=250, db_index=True)

    class Meta:
        verbose_name = _("name in the search")
        verbose_name_plural = _("names in the search")
        constraints = [
            models.UniqueConstraint(name="publishing_searchname_once", fields=["kind", "object_id", "phrase"])
        ]

    def __str__(self):
        return self.phrase


class SearchWord(models.Model):
    """A word of some item as it is spelled, without case and accents. Whoever shows one asks first what holds it."""

    word = engines.SpelledField(max_length=40, unique=True)
    backwards = engines.SpelledField(max_length=40, db_index=True)  # to find what ends alike
    stem = engines.SpelledField(max_length=40, db_index=True)

    class Meta:
        verbose_name = _("word in the search")
        verbose_name_plural = _("words in the search")

    def __str__(self):
        return self.word


def searched_models():
    return [model for model in apps.get_models() if getattr(model, "search_fields", None)]


def named_models():
    return [model for model in apps.get_models() if hasattr(model, "search_names")]


def kind_of(model):
    return model._meta.model_name


def text_in(item, field, language):
    """The plain text of a field in a language; ``country__name`` is that of a related row, which may be missing."""
    *path, name = field.split("__")
    for step in path:
        item = getattr(item, step)
    text = getattr(item, f"{name}_{language}", None) if hasattr(item, f"{name}_{language}") else getattr(item, name)
    # Formatted text has been made safe, and so has no other "<" than those of its tags.
    return plain(text or "") if isinstance(item._meta.get_field(name), RichTextField) else text or ""


def texts_of(item, fields):
    languages = [code for code, name in settings.LANGUAGES]
    return [
        text for field in fields for text in dict.fromkeys(text_in(item, field, code) for code in languages) if text
    ]


def links_of(model, keys):
    """``{key: {facet: values}}`` of the rows that relate items of ``model`` to others."""
    found = defaultdict(lambda: defaultdict(set))
    for facet, (rows, item, value) in model.search_links().items():
        pairs = rows.filter(**{f"{item}__in": keys}).order_by().values_list(item, value)
        for key, one in pairs:
            found[key][facet].add(one)
    return found


def entry_of(item, links, words):
    """The ``SearchEntry`` of ``item``; its words are added to ``words``, ``{as spelled: stem}``."""
    titles, summaries, bodies = (texts_of(item, fields) for fields in item.search_fields)
    day = item.search_day
    facets = {"kind": {kind_of(item)}} | item.search_facets()
    for facet, values in links.items():
        facets[facet] = {*facets.get(facet, ()), *values}
    marks = [f"{facet}:{value}" for facet, values in facets.items() for value in sorted(values)]
    stems = []
    for text in [*titles, *summaries, *bodies]:
        part, spelled = read(text)
        stems.append(part)
        words.update(spelled)
    names = list(dict.fromkeys(" ".join(part) for part in stems[: len(titles)]))
    in_title = dict.fromkeys(one for part in stems[: len(titles)] for one in part)
    tokens = [token for part in stems for token in [*part, BREAK]][:MAX_TOKENS]
    tokens += [*(engines.in_title(one) for one in in_title), *marks, *([] if day else [engines.STANDING])]
    since, until = item.shown
    return SearchEntry(
        kind=kind_of(item),
        object_id=item.pk,
        shown_from=since or BEGINNING,
        shown_until=until or END,
        day=day,
        facets=f" {' '.join(marks)} ",
        title=f"| {' | '.join(names)} |",
        summary=f" {' | '.join(' '.join(part) for part in stems[len(titles) : len(titles) + len(summaries)])} ",
        tokens=" ".join(tokens),
    )


def renew(items):
    """Store what is searched of ``items``, all of one model; nothing is left of those that nobody is to see."""
    items = [item for item in items if item.pk]
    if not items:
        return
    model = type(items[0])
    if getattr(model, "search_fields", None):
        renew_entries(model, items)
    if hasattr(model, "search_names"):
        renew_names(model, items)


def renew_entries(model, items):
    shown, words = [item for item in items if item.shown], {}
    links = links_of(model, [item.pk for item in shown]) if shown else {}
    if len(shown) < len(items):
        hidden = [item.pk for item in items if not item.shown]
        SearchEntry.objects.filter(kind=kind_of(model), object_id__in=hidden).delete()
    SearchEntry.objects.bulk_create(
        [entry_of(item, links.get(item.pk, {}), words) for item in shown],
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["shown_from", "shown_until", "day", "facets", "title", "summary", "tokens"],
    )
    learn(words)


def learn(words):
    """Keep the words that are new: ``{as spelled: stem}``."""
    asked, known = iter(words), set()
    while batch := list(itertools.islice(asked, 5000)):
        known |= set(SearchWord.objects.filter(word__in=batch).values_list("word", flat=True))
    new = sorted(words.keys() - known)
    SearchWord.objects.bulk_create(SearchWord(word=word, backwards=word[::-1], stem=words[word]) for word in new)


def renew_names(model, items):
    for item in items:
        phrases = {" ".join(stems_in(name)) for name in item.search_names()} - {""} if item.shown else set()
        since, until = item.shown or (None, None)
        shown = {"shown_from": since or BEGINNING, "shown_until": until or END}
        rows = SearchName.objects.filter(kind=kind_of(model), object_id=item.pk)
        if {(phrase, *shown.values()) for phrase in phrases} == set(
            rows.values_list("phrase", "shown_from", "shown_until")
        ):
            continue
        rows.delete()
        SearchName.objects.bulk_create(
            SearchName(kind=kind_of(model), object_id=item.pk, phrase=phrase[:250], **shown)
            for phrase in sorted(phrases)
        )


def linked(model, through, row):
    """The keys of the items of ``model`` that the table ``through`` relates to ``row``."""
    keys = set()
    for rows, item, value in model.search_links().values():
        if rows.model is through:
            keys.update(rows.filter(**{value.partition("__")[0]: row}).values_list(item, flat=True))
    return keys


def links_changed(through, items):
    """Renew those of ``items``, all of one model, whose facets the table ``through`` says."""
    if items and any(rows.model is through for rows, _item, _value in items[0].search_links().values()):
        renew(items)


def forget(item):
    for model in (SearchEntry, SearchName):
        model.objects.filter(kind=kind_of(item), object_id=item.pk).delete()


@transaction.atomic
def renew_all():
    """Make the index anew; how many entries it has."""
    engines.engine().empty(SearchEntry)
    for model in (SearchName, SearchWord):
        model.objects.all()._raw_delete(model.objects.db)
    for model in dict.fromkeys([*named_models(), *searched_models()]):
        items = model.objects.order_by(*[model.search_day_field or "pk"]).iterator(chunk_size=BATCH)
        while batch := list(itertools.islice(items, BATCH)):
            renew(batch)
    return SearchEntry.objects.count()
