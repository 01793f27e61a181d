"""What was typed, as the index is asked for it: words by their stems, other names of the same, the beginning of a last
word; and, where nothing is found, what was probably meant.
"""

import functools
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.db.models.functions import Length

from ..keeping import kept
from . import engines
from .index import SearchEntry, SearchName, SearchWord, kind_of
from .words import WORD, fold, is_function_word, slips_between, stem, stems_in

LONGEST_NAME = 10  # words of it
FEW_NAMES = 2000  # of all items together, so that all are kept
COMPLETED_FROM = 3  # letters of a last word that may go on
COMPLETIONS = 50  # words that it may become
CORRECTED_FROM, TWO_SLIPS_FROM = 4, 8  # letters of a word in which there may be one slip, or two
COUNTED = 100  # items that hold a word, to tell words from common words
NEIGHBOURS = 2000  # words that are compared with a wrong one
BEST_NEIGHBOURS = 10  # of which it is asked what has them
QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]?")

# What people say for names and terms that are recorded otherwise, or of which no record has both languages.
SAME = [
    ("Russia", "Россия", "Russian Federation", "Российская Федерация"),
    ("Kyrgyzstan", "Кыргызстан", "Киргизия"),
    ("Turkmenistan", "Туркменистан", "Туркмения"),
    ("USA", "США", "United States of America"),
    ("CAMI", "ЦАИМ", "Central Asian Mammals Initiative", "Центрально-Азиатская инициатива по млекопитающим"),
    ("CMS", "КМВ", "Bonn Convention", "Боннская конвенция"),
    ("CITES", "СИТЕС"),
    ("IUCN", "МСОП"),
    ("UNEP", "ЮНЕП"),
    ("UNDP", "ПРООН"),
    ("COP", "КС", "Conference of the Parties", "Конференция Сторон"),
    ("MOU", "МоВ", "Memorandum of Understanding", "Меморандум о взаимопонимании"),
    ("NGO", "НПО"),
    ("argali", "архар", "аргали"),
    ("focal point", "координатор", "контактное лицо"),
    ("report", "доклад", "отчёт"),
]


@dataclass
class Group:
    """Something that must be found: any of ``phrases`` (of stems) or of ``completions``, which begin with ``typed``."""

    typed: str
    phrases: list
    completions: tuple = ()

    @property
    def all(self):
        return [*self.phrases, *self.completions]

    @cached_property
    def asked(self):
        """The same without what is longer than need be: whatever holds "saiga antelope" holds "saiga"."""
        alone = {phrase for phrase in self.all if len(phrase) == 1}
        return [phrase for phrase in self.all if len(phrase) == 1 or not any((one,) in alone for one in phrase)]


class Query:
    """``text`` read as groups. Nothing is asked of the database before they are looked at."""

    def __init__(self, text):
        self.text = text

    @cached_property
    def groups(self):
        rest = QUOTED.sub(lambda found: " " * len(found[0]), self.text)
        quoted = [(found[0], tuple(stems_in(found[1]))) for found in QUOTED.finditer(self.text)]
        words = [word for word in WORD.findall(rest) if stem(word)]
        groups = [Group(typed, [phrase]) for typed, phrase in quoted if phrase]
        groups += self.named(words) if words else []
        return list({tuple(group.phrases): group for group in groups}.values())

    def named(self, words):
        """The words in groups: those that are a name together, with its other names; function words are left out."""
        stems = [stem(word) for word in words]
        spans = [(i, j) for i in range(len(stems)) for j in range(i + 1, min(len(stems), i + LONGEST_NAME) + 1)]
        names = other_names({" ".join(stems[i:j]) for i, j in spans})
        groups, left, i = [], [], 0
        while i < len(stems):
            j = next((j for j in range(len(stems), i, -1) if " ".join(stems[i:j]) in names), i + 1)
            phrases = [tuple(stems[i:j])]
            phrases += [other for name in sorted(names.get(" ".join(stems[i:j]), ())) if (other := tuple(name.split()))]
            group = Group(" ".join(words[i:j]), list(dict.fromkeys(phrases)))
            if group.typed == words[-1] and not is_function_word(words[-1]):
                group.completions = completions(words[-1], group.phrases)
            says_nothing = is_function_word(group.typed) and len(phrases) == 1
            (left if says_nothing else groups).append(group)
            i = j
        return groups or left

    @cached_property
    def expression(self):
        return [group.asked for group in self.groups]

    @cached_property
    def corrected(self):
        """The ``Query`` that was probably meant, if words of this one stand nowhere, but words much like them do."""
        words = {fold(word): word for word in WORD.findall(self.text) if not is_function_word(word)}
        words = {word: typed for word, typed in words.items() if len(word) >= CORRECTED_FROM and word.isalpha()}
        # Those that something visible holds: the table keeps words of what is yet to come, or gone.
        stems = list(dict.fromkeys(stem(word) for word in words))
        numbers = dict(zip(stems, engines.numbers([[[(one,)]] for one in stems], 1), strict=True))
        better = neighbours([word for word in words if not numbers[stem(word)]])
        if not better:
            return None
        text = WORD.sub(lambda found: better.get(fold(found[0]), found[0]), self.text)
        return Query(text)


def completions(word, known):
    """The phrases of one stem, beside those ``known``, of words that begin with ``word``."""
    word = fold(word)
    if len(word) < COMPLETED_FROM or not word.isalpha():
        return ()
    stems = dict.fromkeys(engines.stems_from(word, COMPLETIONS))
    return tuple((one,) for one in stems if (one,) not in known)


@functools.cache
def same():
    return [{" ".join(stems_in(name)) for name in names} for names in SAME]


def other_names(names):
    """``{name: names of the same}``, all as stems between spaces; only of those of ``names`` that have others."""
    found = {name: {name}.union(*[group for group in same() if name in group]) for name in names}
    groups = names_of_items_with(set().union(*found.values()))
    for others in found.values():
        others.update(*[group for group in groups if group & others])
    return {name: others for name, others in found.items() if len(others) > 1}


def names_of_items_with(names):
    """All names of each item that has one of ``names``."""
    known = few_names()
    if known is None:
        return by_item(engines.same_names(names))
    return [group for name in names & known.keys() for group in known[name]]


@kept
def few_names():
    """``{name: names of each item that has it}``; ``None`` where there are many."""
    rows = SearchName.objects.shown().values_list("kind", "object_id", "phrase")[: FEW_NAMES + 1]
    if len(rows) > FEW_NAMES:
        return None
    known = defaultdict(list)
    for group in by_item(rows):
        for name in group:
            known[name].append(group)
    return known


def by_item(rows):
    groups = defaultdict(set)
    for kind, key, phrase in rows:
        groups[kind, key].add(phrase)
    return groups.values()


def neighbours(words):
    """``{word: the word much like it that most visible items hold}``, of those that have one."""
    close = {}
    for word in words:
        slips = 2 if len(word) >= TWO_SLIPS_FROM else 1
        kept = (len(word) - slips) // (slips + 1)  # so much of the beginning, or of the end, is as it should be
        ends = [
            Q(**{f"{column}__gte": part, f"{column}__lt": f"{part}{engines.LAST}"})
            for column, part in [("word", word[:kept]), ("backwards", word[::-1][:kept])]
        ]
        length = range(len(word) - slips, len(word) + slips + 1)
        rows = SearchWord.objects.alias(length=Length("word")).filter(ends[0] | ends[1], length__in=length)
        for other, of_other in rows.values_list("word", "stem")[:NEIGHBOURS]:
            if (distance := slips_between(word, other)) <= slips:
                close.setdefault(word, []).append((distance, other, of_other))
    best = {word: sorted(others)[:BEST_NEIGHBOURS] for word, others in close.items()}
    stems = {of_other for others in best.values() for _distance, _other, of_other in others}
    numbers = dict(zip(stems, engines.numbers([[[(one,)]] for one in stems], COUNTED), strict=True))
    found = {}
    for word, others in best.items():
        seen = [(distance, -numbers[of_other], other) for distance, other, of_other in others if numbers[of_other]]
        if seen:
            found[word] = min(seen)[2]
    return found


def read(text):
    """The ``Query`` of ``text``, or the one that was probably meant, where all its words together stand nowhere."""
    query = Query(text)
    if not query.groups or any(engines.numbers([query.expression], 1)):
        return query
    return query.corrected or query


def matching(queryset, query):
    """The rows of ``queryset`` that hold what the ``Query`` asks for; none, if it asks for nothing."""
    if not query.groups:
        return queryset.none()
    entries = SearchEntry.objects.shown().filter(kind=kind_of(queryset.model), tokens__matches=query.expression)
    return queryset.filter(pk__in=entries.values("object_id"))
