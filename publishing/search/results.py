"""What is found, the best first.

At most ``RANKED`` items are ranked: the newest that fit, and those besides that fit by titles or belong to no day. So
a word that stands everywhere costs as little as a rare one.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from ..keeping import keep_each
from . import engines
from .index import kind_of, searched_models
from .query import Query
from .words import stems_in

FEWER_OF = 8  # words, one of which may be left out
RANKED = 500  # of more it is said that they are more
WHOLE_TITLE, IN_TITLE, IN_SUMMARY, IN_BODY = 3, 4, 2, 1  # the first beside the second
IN_ORDER = 0.5  # several words that stand in a title as they were typed
COMPLETED = 0.6  # what a word is worth of which the beginning was typed
# Of items that fit alike: what stands first.
KINDS = {
    kind: place
    for place, kind in enumerate(
        ["species", "rangestate", "page", "instrument", "role", "organisation", "event", "article"]
    )
}


class Entry(NamedTuple):
    key: int
    kind: str
    object_id: int
    day: date | None
    title: str
    summary: str
    facets: str


@dataclass
class Fewer:
    """The query without one of its words, and how many items that would find; one more than are ranked means many."""

    word: str
    text: str
    number: int


class Found:
    """What fits ``query``, narrowed by ``facets``, ``{name: values}``, of each of which any value will do."""

    def __init__(self, query, facets):
        self.query, self.facets = query, facets
        self.marks = {}

    def expression(self, facets):
        """What is asked for; nothing, where there are only signs that are no words."""
        marks = [[(f"{name}:{value}",) for value in values] for name, values in facets.items()]
        return [*self.query.expression, *marks] if self.query.groups or not self.query.text else []

    @cached_property
    def fitting(self):
        expression = self.expression(self.facets)
        return [*map(Entry._make, engines.fitting(expression, RANKED))] if expression else []

    @cached_property
    def entries(self):
        """The best first; of those that fit alike by kinds, the newest, the first."""
        entries = sorted(self.fitting, key=attrgetter("key"))
        entries.sort(key=lambda entry: entry.day or date.max, reverse=True)
        entries.sort(key=self.rank())
        return entries[:RANKED]

    @property
    def are_more(self):
        return len(self.fitting) > RANKED

    @property
    def at_most(self):
        return RANKED

    def counts(self, name):
        """``({value: number}, whether that is all)`` of the choices of a facet, other facets being as they are."""
        key = name if name in self.facets else None
        if key not in self.marks:
            if key is None:
                facets = [entry.facets for entry in self.fitting]
            else:
                rest = self.expression({other: values for other, values in self.facets.items() if other != name})
                facets = engines.facets_of(rest, RANKED) if rest else []
            counts = defaultdict(dict)
            for mark, number in Counter("".join(facets).split()).items():
                facet, _, value = mark.partition(":")
                counts[facet][value] = number
            self.marks[key] = counts, len(facets) <= RANKED
        counts, are_all = self.marks[key]
        return counts.get(name, {}), are_all

    def rank(self):
        """What entries are sorted by. A word counts more in a title than in a summary, and more there than elsewhere;
        most does a whole title.
        """
        needles, whole_titles = self.needles, self.whole_titles
        in_order = self.in_order if len(needles) > 1 else None

        def key(entry):
            title, summary, score = entry.title, entry.summary, 0
            for whole, begun in needles:
                score += worth(whole, begun, title, summary)
            score = score / len(needles) if needles else 0
            for one in whole_titles:
                if one in title:
                    score += WHOLE_TITLE
                    break
            else:
                if in_order and in_order in title:
                    score += IN_ORDER
            return -round(score, 1), KINDS.get(entry.kind, len(KINDS))

        return key

    @cached_property
    def needles(self):
        """For each group what is looked for, and what begins with what was typed."""
        return [
            tuple([f" {' '.join(phrase)} " for phrase in phrases] for phrases in (group.phrases, group.completions))
            for group in self.query.groups
        ]

    @cached_property
    def in_order(self):
        return f" {' '.join(stems_in(self.query.text))} "

    @cached_property
    def whole_titles(self):
        alone = self.query.groups[0].phrases if len(self.query.groups) == 1 else []
        names = [self.in_order, *(f" {' '.join(phrase)} " for phrase in alone)]
        return [f"|{name}|" for name in names if name.strip()]

    @cached_property
    def fewer(self):
        """What to leave out, where all words together find nothing."""
        groups = self.query.groups
        if not 1 < len(groups) <= FEWER_OF:
            return []
        marks = [[(f"{name}:{value}",) for value in values] for name, values in self.facets.items()]
        rests = [[other for other in groups if other is not group] for group in groups]
        numbers = engines.numbers([[*(other.asked for other in rest), *marks] for rest in rests], RANKED + 1)
        found = zip(groups, rests, numbers, strict=True)
        return [
            Fewer(group.typed, " ".join(other.typed for other in rest), number)
            for group, rest, number in found
            if number
        ]


def worth(whole, begun, title, summary):
    for needle in whole:
        if needle in title:
            return IN_TITLE
    for needle in begun:
        if needle in title:
            return IN_TITLE * COMPLETED
    for needle in whole:
        if needle in summary:
            return IN_SUMMARY
    for needle in begun:
        if needle in summary:
            return IN_SUMMARY * COMPLETED
    return IN_BODY


def find(text, facets):
    """What ``text`` finds; if that is nothing, what words much like it find: then ``query.text`` is another."""
    found = Found(Query(text), facets)
    if text and not found.entries and found.query.corrected:
        return Found(found.query.corrected, facets)
    return found


def items_of(entries):
    """``[(entry, item), …]`` of those that visitors see, whatever was changed behind the index."""
    models = {kind_of(model): model for model in searched_models()}

    def look_up(missing):
        keys = defaultdict(list)
        for kind, key in missing:
            keys[kind].append(key)
        items = {kind: shown_items(models[kind]).in_bulk(keys[kind]) for kind in keys}
        return [items[kind].get(key) for kind, key in missing]

    items = keep_each([(entry.kind, entry.object_id) for entry in entries], look_up, "found")
    return [(entry, item) for entry, item in zip(entries, items, strict=True) if item]


def shown_items(model):
    """What visitors see, with the rows that the names of its items come from, and in no order, which would cost."""
    related = {name.rpartition("__")[0] for fields in model.search_fields for name in fields} - {""}
    return model.objects.published().select_related(*related).order_by()


def numbers_of_kinds(limit):
    """``{kind: how many items of it visitors see}``; of no more than ``limit`` it is counted."""
    return dict(zip(KINDS, engines.numbers([[[(f"kind:{kind}",)]] for kind in KINDS], limit), strict=True))
