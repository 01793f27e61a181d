"""What is found, as readers see it: title and a few lines of text, with the words marked that were looked for."""

import itertools
from html import escape

from django.conf import settings
from django.utils import translation
from django.utils.safestring import mark_safe

from .. import wording
from .index import text_in
from .words import WORD, stem, stems_in

SNIPPET, BEFORE = 260, 90  # characters; and how many of them come before the first word that is marked


class Marker:
    """Marks what ``query`` looks for."""

    def __init__(self, query):
        self.groups, self.phrases = query.groups, {}
        for phrase in (phrase for group in query.groups for phrase in group.all):
            self.phrases.setdefault(phrase[0], []).append(phrase)

    def spans(self, text):
        """``(start, end)`` of what was looked for, one after the other."""
        words = [(found.start(), found.end(), stem(found[0])) for found in WORD.finditer(text)]
        stems = [word for _start, _end, word in words]
        i = 0
        while i < len(words):
            phrases = self.phrases.get(stems[i], ())
            length = max((len(one) for one in phrases if tuple(stems[i : i + len(one)]) == one), default=0)
            if length:
                yield words[i][0], words[i + length - 1][1]
            i += length or 1

    def says_all(self, text):
        stems = f" {' '.join(stems_in(text))} "
        return all(any(f" {' '.join(phrase)} " in stems for phrase in group.all) for group in self.groups)

    def marked(self, text):
        """``text`` as HTML."""
        parts, done = [], 0
        for start, end in self.spans(text):
            parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
            done = end
        return mark_safe("".join([*parts, escape(text[done:])]))  # noqa: S308 - each part is escaped

    def title(self, item):
        """``(HTML, language)``"""
        text, language = title_of(item)
        return self.marked(wording.typeset(text, language)), language

    def snippet(self, item):
        """``(HTML, language)`` of the summary, or of the text where only that holds what was looked for.

        What an item is comes first where its title says all that was looked for.
        """
        texts, language = texts_in_some_language(item, [*item.search_fields[1], *item.search_fields[2]])
        first = next(texts, "")
        if not self.says_all(title_of(item)[0]):
            for text in itertools.chain([first], texts):
                if span := next(self.spans(text), None):
                    return self.marked(wording.typeset(excerpt(text, span[0]), language)), language
        return self.marked(wording.typeset(excerpt(first, 0), language)), language


def title_of(item):
    """``(text, language)``"""
    *path, name = item.search_fields[0][0].split("__")
    for step in path:
        item = getattr(item, step)
    return wording.in_some_language(item, name)


def texts_in_some_language(item, fields):
    """``(texts, language)`` of the translated ones of ``fields``, in the reader's language if there is any in it."""
    current = translation.get_language()
    for language in [current, *(code for code, name in settings.LANGUAGES if code != current)]:
        written = [field for field in fields if getattr(item, f"{field}_{language}", "")]
        if written:
            return (" ".join(text_in(item, field, language).split()) for field in written), language
    return iter(()), ""


def excerpt(text, place):
    """So much of ``text`` round ``place`` as a result has room for, in whole words."""
    start = 0 if place < SNIPPET - BEFORE else text.rfind(" ", 0, place - BEFORE) + 1
    end = len(text) if len(text) <= start + SNIPPET else text.rfind(" ", 0, start + SNIPPET)
    end = end if end > start else start + SNIPPET
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
