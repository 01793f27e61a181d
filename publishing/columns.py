"""The columns of a table that is exported and imported: how a value of an item becomes a cell, and a cell a value.

What comes in is compared with what is stored as both would be written, so that a file that was exported and comes back
changes nothing.
"""

import datetime
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from .pasting import UNPRINTABLE
from .sheets import Unusable, unescaped
from .text import RichTextField
from .wording import name_of

MAX_KEYS = 300  # in one cell
TRUE = {"yes", "true", "1", "да", "истина", "ja", "wahr", "vrai"}
FALSE = {"no", "false", "0", "нет", "ложь", "nein", "falsch", "faux"}


class Column:
    """A column with text. ``required`` says that a cell may not be empty."""

    is_relation = False

    def __init__(self, field, required=None):
        self.field, self.name = field, field.name
        original = getattr(field, "translated_field", field)
        self.language = getattr(field, "language", "")
        first = self.language in ("", settings.LANGUAGES[0][0])
        self.required = not original.blank and not field.has_default() and first if required is None else required
        self.original = original

    @property
    def label(self):
        return name_of(self.field)

    @property
    def meaning(self):
        """What may stand in a cell, in words."""
        return _("formatted text, as HTML") if isinstance(self.field, RichTextField) else _("text")

    def read(self, cell):
        """The value that ``cell`` stands for; raises ``ValidationError``."""
        if isinstance(cell, Unusable):
            raise ValidationError(cell.reason)
        if isinstance(cell, str):
            cell = unescaped(UNPRINTABLE.sub("", cell)).strip()
        if cell == "":
            return self.empty()
        return self.parse(cell)

    def read_or_none(self, cell):
        try:
            return self.read(cell)
        except ValidationError:
            return None

    def empty(self):
        if self.required:
            raise ValidationError(_("This cell must not be empty."))
        if self.field.null and not isinstance(self.field, (models.CharField, models.TextField)):
            return None
        default = self.field.get_default()
        return "" if default is None else default

    def parse(self, cell):
        if isinstance(cell, (datetime.date, datetime.time, datetime.timedelta)):
            raise ValidationError(_("The spreadsheet made a date of this. Format the cell as text."))
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        cleaned = getattr(self.field, "cleaned", str)
        return cleaned(str(cell))

    def value(self, item):
        return getattr(item, self.name)

    def put(self, item, value):
        setattr(item, self.name, value)

    def written(self, value):
        """``value`` as a cell: text, or what spreadsheets know as a number, a date, a time."""
        return "" if value is None else value


class ChoiceColumn(Column):
    @property
    def meaning(self):
        return _("one of: %s") % ", ".join(value for value, label in self.field.flatchoices)

    def parse(self, cell):
        value = str(cell).lower()
        known = {str(choice).lower(): choice for choice, label in self.field.flatchoices}
        if value not in known:
            choices = ", ".join(known.values())
            raise ValidationError(_("“%(value)s” is not known. Write one of: %(choices)s.")
                                  % {"value": shortened(cell), "choices": choices})  # fmt: skip
        return known[value]


class NumberColumn(Column):
    @property
    def meaning(self):
        return _("whole number")

    def parse(self, cell):
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**9:
            cell = int(cell)
        if isinstance(cell, (bool, float, datetime.date, datetime.time)) or not re.fullmatch(
            r"-?[0-9]{1,9}", str(cell), re.ASCII
        ):
            raise ValidationError(_("“%s” is not a whole number.") % shortened(cell))
        return int(cell)


class YesNoColumn(Column):
    @property
    def meaning(self):
        return _("yes, no or empty: not recorded") if self.field.null else _("yes or no")

    def parse(self, cell):
        word = str(int(cell) if cell in (0, 1) else cell).lower()
        if word not in TRUE | FALSE:
            raise ValidationError(_("Write yes or no instead of “%s”.") % shortened(cell))
        return word in TRUE

    def written(self, value):
        return "" if value is None else "yes" if value else "no"


class DayColumn(Column):
    @property
    def meaning(self):
        return _("date: 2026-08-31 or 31.08.2026")

    def parse(self, cell):
        if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
            return cell.date()
        if isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime):
            return cell
        return parsed(cell, r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)( 00:00:00)?",
                      r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})", make=datetime.date,
                      refusal=_("“%s” is not a date. Write it as 2026-08-31 or 31.08.2026."))  # fmt: skip


TIME = r"(?P<hour>\d\d?):(?P<minute>\d\d)(:(?P<second>\d\d))?"


class TimeColumn(Column):
    @property
    def meaning(self):
        return _("time: 14:30")

    def parse(self, cell):
        if isinstance(cell, datetime.time):
            return cell.replace(microsecond=0)
        return parsed(cell, TIME, make=datetime.time, refusal=_("“%s” is not a time. Write it as 14:30."))


class InstantColumn(Column):
    @property
    def meaning(self):
        return _("date and time in Bonn: 2026-08-31 14:30")

    def parse(self, cell):
        if isinstance(cell, datetime.date):
            day = cell if isinstance(cell, datetime.datetime) else datetime.datetime.combine(cell, datetime.time())
        else:
            day = parsed(cell, rf"(?P<year>\d{{4}})-(?P<month>\d\d?)-(?P<day>\d\d?)([ T]{TIME})?",
                         rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{{4}})( {TIME})?", make=datetime.datetime,
                         refusal=_("“%s” is not a date and time. Write it as 2026-08-31 14:30."))  # fmt: skip
        return timezone.make_aware((day + datetime.timedelta(seconds=0.5)).replace(microsecond=0))

    def written(self, value):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0) if value else ""


def parsed(cell, *patterns, make, refusal):
    """What ``make`` makes of the named numbers in ``cell``, if it looks like one of ``patterns`` and exists."""
    for pattern in patterns:
        match = isinstance(cell, str) and re.fullmatch(pattern, cell, re.ASCII)
        if match:
            try:
                return make(**{name: int(number) for name, number in match.groupdict().items() if number})
            except ValueError:  # the 30th of February
                break
    raise ValidationError(refusal % shortened(cell))


def shortened(value, length=60):
    text = str(value)
    return text if len(text) <= length else f"{text[:length]}…"


# --- relations ----------------------------------------------------------------------------------------------------


class RelationColumn(Column):
    """A column with the key of another item: its slug, or the code of a country. The value is that key."""

    def __init__(self, field, required=None):
        super().__init__(field, required)
        self.model = field.related_model
        (self.path,) = self.model.natural_key_fields
        self.known = {}

    @property
    def meaning(self):
        return _("key of one: %s") % self.model._meta.verbose_name

    @property
    def prefetch(self):
        """What ``value()`` needs of many items, to be fetched at once."""
        return ["__".join([self.name, *self.path.split("__")[:-1]])]

    def keys(self, cell):
        """The keys in ``cell``, without a look at what they lead to."""
        return [unescaped(str(cell)).strip()] if cell != "" and not isinstance(cell, Unusable) else []

    def find(self, keys):
        """Look up what the file names, once for all its rows."""
        items = self.model.objects.select_related(*self.path.split("__")[:-1])
        missing = sorted(keys - self.known.keys())
        for start in range(0, len(missing), 500):
            some = items.filter(**{f"{self.path}__in": missing[start : start + 500]})
            self.known |= {key_of(item): item for item in some}

    def found(self, key):
        if key not in self.known and self.model == self.field.model:
            self.find({key})  # an earlier row may have made it
        if key not in self.known:
            raise ValidationError(_("There is no such item (%(kind)s): “%(key)s”.")
                                  % {"kind": self.model._meta.verbose_name, "key": shortened(key)})  # fmt: skip
        return self.known[key]

    def empty(self):
        if self.required:
            raise ValidationError(_("This cell must not be empty."))
        return ""

    def parse(self, cell):
        return key_of(self.found(self.keys(cell)[0]))

    def value(self, item):
        return key_of(getattr(item, self.name)) if getattr(item, self.field.attname) else ""

    def put(self, item, key):
        setattr(item, self.name, self.known[key] if key else None)


class RelationsColumn(RelationColumn):
    """A column with the keys of several items, with spaces between them. The value is a sorted tuple of keys."""

    is_relation = True  # of rows of their own: stored after the item

    @property
    def prefetch(self):
        return [models.Prefetch(self.name, self.keyed())]

    def keyed(self):
        """The other items with nothing but their keys; their texts may be long."""
        return self.model.objects.select_related(*self.path.split("__")[:-1]).only(self.path).order_by()

    @property
    def meaning(self):
        return _("keys with spaces between them: %s") % self.model._meta.verbose_name_plural

    def keys(self, cell):
        return re.split(r"[\s,;|]+", unescaped(cell).strip()) if isinstance(cell, str) and cell.strip() else []

    def empty(self):
        return ()

    def parse(self, cell):
        keys = self.keys(cell)
        if not isinstance(cell, str) or len(keys) > MAX_KEYS:
            raise ValidationError(_("Write keys with spaces between them, at most %d.") % MAX_KEYS)
        return tuple(sorted({key_of(self.found(key)) for key in keys if key}))

    def value(self, item):
        return tuple(sorted(key_of(one) for one in getattr(item, self.name).all())) if item.pk else ()

    def put(self, item, keys):
        getattr(item, self.name).set([self.known[key] for key in keys])

    def written(self, keys):
        return " ".join(keys)


class PartsColumn(RelationsColumn):
    """The organisations of a meeting or an article, each with its part: ``host:giz funder:bmuv``."""

    def __init__(self, field, required=None):
        super().__init__(field, required=False)
        self.through = field.remote_field.through
        self.rows = self.through._meta.get_field(field.m2m_field_name()).remote_field.get_accessor_name()
        self.parts = self.through._meta.get_field("part")

    @property
    def prefetch(self):
        return [models.Prefetch(f"{self.rows}__organisation", self.keyed())]

    @property
    def meaning(self):
        parts = ", ".join(value for value, label in self.parts.flatchoices)
        return _("part and key with a colon, such as host:giz; parts are: %s") % parts

    def keys(self, cell):
        return [pair.partition(":")[2] for pair in super().keys(cell)]

    def parse(self, cell):
        pairs = set()
        if not isinstance(cell, str) or len(cell.split()) > MAX_KEYS:
            raise ValidationError(_("Write keys with spaces between them, at most %d.") % MAX_KEYS)
        for pair in super().keys(cell):
            part, _colon, key = pair.partition(":")
            if part not in dict(self.parts.flatchoices):
                raise ValidationError(_("Write a part, a colon and a key, such as host:giz, instead of “%s”.")
                                      % shortened(pair))  # fmt: skip
            pairs.add(f"{part}:{key_of(self.found(key))}")
        return tuple(sorted(pairs))

    def value(self, item):
        rows = getattr(item, self.rows).all() if item.pk else []
        return tuple(sorted(f"{row.part}:{row.organisation.slug}" for row in rows))

    def put(self, item, pairs):
        rows = {f"{row.part}:{row.organisation.slug}": row for row in getattr(item, self.rows).all()}
        for pair in rows.keys() - set(pairs):
            rows[pair].delete()
        for pair in set(pairs) - rows.keys():
            part, _colon, key = pair.partition(":")
            getattr(item, self.rows).create(part=part, organisation=self.known[key])


def key_of(item):
    return item.natural_key()[0]


KINDS = [
    (models.BooleanField, YesNoColumn),
    (models.IntegerField, NumberColumn),
    (models.DateTimeField, InstantColumn),
    (models.DateField, DayColumn),
    (models.TimeField, TimeColumn),
    (models.ForeignKey, RelationColumn),
]


def column(model, name, required=None):
    """The column for a field of ``model``."""
    field = model._meta.get_field(name)
    if field.many_to_many:
        kind = RelationsColumn if field.remote_field.through._meta.auto_created else PartsColumn
    elif field.choices:
        kind = ChoiceColumn
    else:
        kind = next((kind for field_class, kind in KINDS if isinstance(field, field_class)), Column)
    return kind(field, required)
