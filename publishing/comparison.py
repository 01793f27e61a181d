"""What differs between two snapshots of an item, in words: fields, relations, rows, and texts word by word.

The cost is bounded: ``difflib`` may take the square of what it compares, so that long texts are compared by paragraph
first, then by word within a paragraph; what is still too much is shown as taken out and put in whole.
"""

import datetime
import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html.parser import HTMLParser

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modeltranslation.fields import TranslationField
from reversion.models import Version

from .history import Snapshot, parents_of_rows
from .text import RichTextField, clean_html
from .wording import day_in_words, name_of

SHORT = 80  # characters of a value that is shown whole in a list
EFFORT = 8_000_000  # steps that the comparisons of one page may take: about half a second
LEAST_EFFORT = 1000  # of comparing two paragraphs and showing them


def moment(at):
    """A time in Bonn, in words."""
    at = timezone.localtime(at)
    return f"{day_in_words(at.date())}, {at:%H:%M}"


def shown_fields(model, parent=None):
    """The fields of a form: without keys of its own, and without the bare columns of translated ones."""
    bare = {one.translated_field.name for one in model._meta.fields if isinstance(one, TranslationField)}
    return [
        one
        for one in [*model._meta.fields, *model._meta.many_to_many]
        if one.editable and not one.primary_key and one.name not in bare and one.name != parent
    ]


# --- names of what a snapshot refers to -----------------------------------------------------------------------------


class Names:
    """The rows that snapshots refer to, looked up at once; what is removed meanwhile goes by its last name."""

    def __init__(self, snapshots):
        wanted = {}
        for snapshot in snapshots:
            for model, fields in [
                (snapshot.model, snapshot.fields),
                *((at[0], row) for at, row in snapshot.rows.items()),
            ]:
                for one in shown_fields(model):
                    value = fields.get(one.name)
                    if one.remote_field and value:
                        wanted.setdefault(one.related_model, set()).update(value if one.many_to_many else [value])
        self.found = {model: model._base_manager.select_related().in_bulk(keys) for model, keys in wanted.items()}
        self.former = {}
        for model, keys in wanted.items():
            if gone := keys - self.found[model].keys():
                versions = Version.objects.get_for_model(model).filter(object_id__in=gone).order_by("pk")
                self.former[model] = dict(versions.values_list("object_id", "object_repr"))

    def is_there(self, model, key):
        return key in self.found.get(model, {})

    def of(self, model, key):
        if self.is_there(model, key):
            return str(self.found[model][key])
        name = self.former.get(model, {}).get(str(key))
        return _("“%s”, removed meanwhile") % name if name else _("no. %s, removed meanwhile") % key

    def of_row(self, snapshot, at):
        """The name of a row of ``snapshot``, in the language of the page where all that it is made of is there."""
        model, fields = at[0], snapshot.rows[at]
        row, parent = model(), parents_of_rows(snapshot.model)[model]
        for one in model._meta.concrete_fields:
            value = fields.get(one.name)
            if one.name == parent:
                setattr(row, one.name, past_item(snapshot))
            elif one.remote_field and value is not None:
                if not self.is_there(one.related_model, value):
                    return snapshot.names[at]
                setattr(row, one.name, self.found[one.related_model][value])
            elif one.name in fields and not one.remote_field:
                setattr(row, one.attname, in_python(one, value))
        whole = str(row)
        return re.sub(rf"^{re.escape(str(past_item(snapshot)))}(, |: | )", "", whole) or whole


def past_item(snapshot):
    """The item as it was, as far as its own fields go; to be asked, not to be saved."""
    item = snapshot.model(pk=snapshot.key)
    for one in snapshot.model._meta.concrete_fields:
        if one.name in snapshot.fields:
            setattr(item, one.attname, in_python(one, snapshot.fields[one.name]))
    return item


def in_python(one, value):
    try:
        return one.target_field.to_python(value) if one.remote_field else one.to_python(value)
    except ValidationError:  # a field that was of another kind then
        return value


def in_words(one, value, names):
    if one.many_to_many:
        return ", ".join(sorted(names.of(one.related_model, key) for key in value or []))
    if value is None or value == "":
        return ""
    if one.remote_field:
        return names.of(one.related_model, value)
    if one.flatchoices:
        return str(dict(one.flatchoices).get(value, value))
    value = in_python(one, value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime.datetime):
        return moment(value)
    if isinstance(value, datetime.date):
        return day_in_words(value)
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    return "\n".join(blocks(value)) if isinstance(one, RichTextField) else str(value)


# --- changes --------------------------------------------------------------------------------------------------------


@dataclass
class Change:
    """Of one field: ``old`` and ``new`` in words."""

    field: models.Field
    old: str
    new: str
    removed: list = field(default_factory=list)  # of a relation to many: what left it, what came
    added: list = field(default_factory=list)
    paragraphs: list = field(default_factory=list)  # of a text: see ``word_by_word``

    @property
    def label(self):
        return name_of(self.field)

    @property
    def language(self):
        return getattr(self.field, "language", "")

    @property
    def is_text(self):
        return isinstance(self.field, models.CharField | models.TextField) and not self.field.flatchoices

    @property
    def is_relation(self):
        return self.field.many_to_many

    @property
    def is_short(self):
        return self.is_relation or max(len(self.old), len(self.new)) <= SHORT

    @property
    def only_formatting(self):
        return self.is_text and self.old == self.new


@dataclass
class RowChange:
    """Of a row: it came, it left, or some of its fields changed."""

    kind: str  # "added", "removed", "changed"
    model: type
    name: str
    changes: list

    @property
    def label(self):
        return capfirst(self.model._meta.verbose_name)


def field_changes(model, old, new, names, parent=None):
    """``[Change]``; a field that one of the two does not know of, being older than a migration, is left out."""
    changes = []
    for one in shown_fields(model, parent):
        if (old and one.name not in old) or (new and one.name not in new):
            continue
        before, after = old.get(one.name), new.get(one.name)
        if one.many_to_many:
            before, after = set(before or []), set(after or [])
            if before != after:
                gone = sorted(names.of(one.related_model, key) for key in before - after)
                come = sorted(names.of(one.related_model, key) for key in after - before)
                changes.append(Change(one, ", ".join(gone), ", ".join(come), gone, come))
        elif (before or None) != (after or None) and not (before in ("", None) and after in ("", None)):
            changes.append(Change(one, in_words(one, before, names), in_words(one, after, names)))
    return changes


def changes(old, new, names):
    """All that differs: ``([Change], [RowChange])``."""
    rows = []
    for model, parent in parents_of_rows(new.model).items():
        for at in sorted(at for at in {*old.rows, *new.rows} if at[0] is model):
            before, after = old.rows.get(at, {}), new.rows.get(at, {})
            found = field_changes(model, before, after, names, parent)
            kind = "changed" if before and after else "added" if after else "removed"
            if found or kind != "changed":
                rows.append(RowChange(kind, model, names.of_row(new if after else old, at), found))
    return field_changes(new.model, old.fields, new.fields, names), rows


def word_by_word(fields, rows):
    """The same changes with their texts compared."""
    differ = Differ()
    for change in [*fields, *(change for row in rows for change in row.changes)]:
        if change.is_text:
            change.paragraphs = differ.paragraphs(change.old, change.new)
    return fields, rows


def nothing(snapshot):
    """An empty snapshot, to compare one that has no predecessor with."""
    return Snapshot(snapshot.model, snapshot.key)


# --- texts ----------------------------------------------------------------------------------------------------------


class Blocks(HTMLParser):
    """Rich text as paragraphs of plain text that say what they are."""

    BLOCKS = {"p", "h2", "h3", "li", "blockquote", "tr"}

    def __init__(self, html):
        super().__init__()
        self.blocks, self.text, self.mark, self.links, self.in_cell = [], "", "", [], False
        self.feed(html)
        self.close()
        self.end_block()

    def end_block(self):
        if text := " ".join(self.text.split()):
            self.blocks.append(f"{self.mark}{text}")
            self.mark = ""
        self.text = ""

    def handle_starttag(self, tag, attributes):
        marks = {"h2": _("Heading:"), "h3": _("Subheading:"), "li": "•", "blockquote": _("Quotation:")}
        if tag in ("td", "th"):
            self.text += " | " if self.text.strip() else ""
            self.in_cell = True
        elif tag in self.BLOCKS and not self.in_cell:
            self.end_block()
            self.mark = f"{marks[tag]} " if tag in marks else self.mark
        elif tag == "br":
            self.text += " "
        elif tag == "a":
            self.links.append(dict(attributes).get("href") or "")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.in_cell = False
        elif tag in self.BLOCKS and not self.in_cell:
            self.end_block()
            self.mark = ""
        elif tag == "a" and self.links and (address := self.links.pop()):
            self.text += f" ({address})"

    def handle_data(self, data):
        self.text += data


def blocks(html):
    return Blocks(clean_html(html)).blocks  # what is not well-formed would take long


@dataclass
class Paragraph:
    kind: str  # "same", "skipped", "changed"
    pieces: list = field(default_factory=list)  # [(kind, text), …], kinds "same", "removed", "added"
    skipped: int = 0


class Differ:
    """Compares the texts of one page."""

    def __init__(self):
        self.effort = EFFORT

    def opcodes(self, old, new):
        """As ``SequenceMatcher``; the whole as one replacement where it would take too long."""
        start = 0
        while start < min(len(old), len(new)) and old[start] == new[start]:
            start += 1
        end = 0
        while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
            end += 1
        a, b = old[start : len(old) - end], new[start : len(new) - end]
        counts = Counter(b)
        pairs = sum(counts[one] for one in a)
        cost = (pairs + len(a) + len(b)) * min(len(a), len(b))  # at worst it goes through all for each that it finds
        if not a or not b or cost > self.effort:
            middle = [("replace", 0, len(a), 0, len(b))] if a or b else []
        else:
            self.effort -= cost
            middle = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        return [
            ("equal", 0, start, 0, start),
            *((kind, i + start, j + start, k + start, m + start) for kind, i, j, k, m in middle),
            ("equal", len(old) - end, len(old), len(new) - end, len(new)),
        ]

    def paragraphs(self, old, new):
        """The paragraphs that differ, each word by word, with one of those around them."""
        old, new = ([line.strip() for line in text.split("\n") if line.strip()] for text in (old, new))
        shown = []
        for kind, i, j, k, m in self.opcodes(old, new):
            if kind != "equal":
                shown += self.changed(old[i:j], new[k:m])
            elif i < j:
                shown += self.around(old[i:j], at_start=i == 0, at_end=j == len(old))
        return shown

    @staticmethod
    def around(lines, at_start, at_end):
        kept = set() if at_start else {0}
        kept |= set() if at_end else {len(lines) - 1}
        skipped = Paragraph("skipped", skipped=len(lines) - len(kept))
        shown = [Paragraph("same", [("same", lines[place])]) for place in sorted(kept)]
        if skipped.skipped:
            shown.insert(0 if at_start else 1, skipped)
        return shown

    def changed(self, old, new):
        self.effort -= LEAST_EFFORT * max(len(old), len(new))
        if self.effort < 0:
            old, new = ["\n".join(old)] if old else [], ["\n".join(new)] if new else []
        shown = []
        for place in range(max(len(old), len(new))):
            before, after = old[place : place + 1], new[place : place + 1]
            pieces = self.words(before[0], after[0]) if before and after else None
            if pieces:
                shown.append(Paragraph("changed", pieces))
            else:
                shown += [Paragraph("changed", [("removed", text)]) for text in before]
                shown += [Paragraph("changed", [("added", text)]) for text in after]
        return shown

    def words(self, old, new):
        """``[(kind, text), …]``; nothing, if the two have little in common."""
        a, b = re.findall(r"\s*\S+", old), re.findall(r"\s*\S+", new)
        pieces, common = [], 0
        for kind, i, j, k, m in self.opcodes(a, b):
            if kind == "equal" and i < j:
                pieces.append(("same", "".join(a[i:j])))
                common += j - i
            elif kind != "equal":
                pieces += [("removed", "".join(a[i:j]))] if i < j else []
                pieces += [("added", "".join(b[k:m]))] if k < m else []
        return pieces if common * 5 >= max(len(a), len(b)) or max(len(a), len(b)) <= 3 else []
