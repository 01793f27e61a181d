"""What data says of an item: one declaration of columns, of which JSON, CSV, their descriptions and the dump are made.

A record holds what the page of the item shows to everybody, in both languages, and nothing else. Relations are keys, as
the filters of the lists take them, and only those of items that are live.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.db import models
from django.db.models import Prefetch
from django.utils import translation
from django.utils.functional import lazy
from django.utils.html import linebreaks
from django.utils.translation import gettext_lazy as _

from .figures import with_pictures, without_pictures
from .own_links import PREFIX, up_to_date
from .text import RichTextField, safe_html
from .wording import in_some_language, name_of

LANGUAGES = [code for code, name in settings.LANGUAGES]
KEY = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}  # of an item: its slug or code
TEXT = {"type": "string"}
ADDRESS = {"type": "string", "format": "uri"}
TIME = {"type": "string", "pattern": r"^\d\d:\d\d:\d\d"}  # the "time" of JSON Schema has a zone
SCHEMAS = [  # JSON Schema of a value by the class of its field
    (models.UUIDField, {"type": "string", "format": "uuid"}),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.DateField, {"type": "string", "format": "date"}),
    (models.TimeField, TIME),
    (models.BooleanField, {"type": "boolean"}),
    (models.IntegerField, {"type": "integer"}),
    (models.URLField, {"type": "string", "format": "iri"}),
    (models.SlugField, KEY),
    (models.Field, TEXT),
]
BREAK = "\x1e"  # a character that no stored text holds


def as_shown(items, name, site, pictures=True):
    """Put the formatted text ``name`` of all items as pages show it, with whole addresses, in place of the stored one.

    The links and pictures of all are looked up at once.
    """
    if not items:
        return
    shown = up_to_date(BREAK.join(safe_html(getattr(item, name) or "") for item in items))
    shown = with_pictures(shown) if pictures else without_pictures(shown)
    for item, text in zip(items, absolute(shown, site).split(BREAK), strict=True):
        setattr(item, name, text)


def absolute(html, site):
    """``html`` of the portal's own making with whole addresses."""
    for name in ("href", "src"):  # a pattern would look at every letter of ten thousand texts
        html = html.replace(f' {name}="/', f' {name}="{site}/')
    return re.sub(r'\bsrcset="[^"]*"', lambda found: re.sub(r'(?<=[" ])/', f"{site}/", found[0]), html)


def nullable(schema):
    choices = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [schema["type"], "null"]} | choices


def listed(schema):
    return {"type": "array", "items": schema}


def with_properties(**properties):
    """The schema of an object that always has all of these properties; later versions may add others."""
    return {"type": "object", "properties": properties, "required": list(properties)}


IN_LANGUAGES = with_properties(**{code: nullable(TEXT) for code in LANGUAGES})
ADDRESSES = with_properties(**dict.fromkeys(LANGUAGES, ADDRESS))


def cell(value):
    """A JSON value as the cell of a table: several are divided by ``; ``; of an object each part has its name."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(cell(one)) for one in value)
    if isinstance(value, dict):
        parts = {name: cell(one) for name, one in value.items()}
        return ", ".join(f"{name}={part}" for name, part in parts.items() if part != "")
    return value


@dataclass
class Column:
    """``read(item, site)`` gives a value that ``schema`` describes; ``site`` is the beginning of absolute addresses.

    ``about`` says in words what it is. ``parts``: the value is an object with these keys, in CSV a column for each.
    """

    name: str
    about: str
    schema: dict
    read: object
    parts: list = field(default_factory=list)
    # What ``read`` needs of many items: a callable that gives look-ups for prefetch_related(), or one that takes them.
    prefetch: object = None
    collect: object = None

    @property
    def heads(self):
        return [f"{self.name}_{part}" for part in self.parts] or [self.name]

    def cells(self, value):
        """The cells of one value in a table."""
        return [cell(value[part]) for part in self.parts] if self.parts else [cell(value)]


# --- kinds of columns ---------------------------------------------------------------------------------------------


meaning = lazy(name_of, str)  # columns are made once, and read in either language


def plain(name, always=False):
    """A field without translations: its value, ``None`` where nothing is recorded.

    ``always``: though it may be empty in the database, it never is in a record.
    """

    def of(model):
        source = model._meta.get_field(name)
        schema = next(schema for kind, schema in SCHEMAS if isinstance(source, kind))
        if source.choices:
            schema = schema | {"enum": [value for value, label in source.flatchoices]}
        may_be_empty = source.null or (source.blank and source.empty_strings_allowed and not source.unique)
        if may_be_empty and not always:
            schema = nullable(schema)
        return Column(name, meaning(source), schema, lambda item, site: writable(getattr(item, name)))

    return of


def writable(value):
    """A field's value as JSON has it."""
    if value is None or value == "":
        return None
    if isinstance(value, (bool, int)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def texts(item, name):
    """``{"en": …, "ru": …}`` of a translated field, ``None`` for what does not exist in a language."""
    return {code: getattr(item, f"{name}_{code}") or None for code in LANGUAGES}


def translated(*names):
    """Fields in two languages: ``{"en": …, "ru": …}``, ``None`` for what does not exist in one."""

    def one(name):
        def read(item, site):
            return texts(item, name)

        def of(model):
            source = model._meta.get_field(name)
            kind = {"contentMediaType": "text/html"} if isinstance(source, RichTextField) else {}
            return Column(name, meaning(source), IN_LANGUAGES | kind, read, LANGUAGES)

        return of

    return [one(name) for name in names]


def key(name, path="slug", always=False):
    """The key of a related item; ``None`` where there is none or it is not live, unless there is one ``always``."""

    def of(model):
        relation = model._meta.get_field(name)

        def live():
            return [Prefetch(name, relation.related_model.objects.published().order_by(), to_attr=f"live_{name}")]

        def read(item, site):
            found = getattr(item, f"live_{name}")
            return getattr(found, path) if found else None

        return Column(name, meaning(relation), KEY if always else nullable(KEY), read, prefetch=live)

    return of


def keys(name, path="slug"):
    """The keys of related items that are live, sorted. Of these there are many, so nothing else of them is fetched."""

    def of(model):
        relation = model._meta.get_field(name)
        item, related = relation.m2m_field_name(), relation.m2m_reverse_field_name()

        def collect(items):
            live = relation.related_model.objects.published().order_by()
            rows = relation.remote_field.through.objects.filter(**{f"{item}__in": items, f"{related}__in": live})
            found = defaultdict(list)
            for owner, key in rows.order_by().values_list(item, f"{related}__{path}"):
                found[owner].append(key)
            for one in items:
                setattr(one, f"{name}_keys", sorted(found[one.pk]))

        def read(item, site):
            return getattr(item, f"{name}_keys")

        return Column(name, meaning(relation), listed(KEY), read, collect=collect)

    return of


def said(name, about, schema, read, parts=(), prefetch=None):
    """Anything else."""
    return lambda model: Column(name, about, schema, read, list(parts), prefetch)


def in_each_language(text):
    """``{"en": text(), "ru": text()}``: for what is put together anew in each language."""
    found = {}
    for code in LANGUAGES:
        with translation.override(code):
            found[code] = text() or None
    return found


def identity(item, site):
    return str(item.uuid)


def addresses(item, site):
    """The page of ``item`` in each language."""
    path = PREFIX.sub("", item.get_absolute_url(), count=1)
    return {code: f"{site}/{code}/{path}" for code in LANGUAGES}


ID = said("id", _("identity, the same for ever"), {"type": "string", "format": "uuid"}, identity)
URL = said(
    "url",
    _("page"),
    ADDRESSES,
    addresses,
    LANGUAGES,
)


# --- records ------------------------------------------------------------------------------------------------------


@dataclass
class Entry:
    """An item in a feed, in the reader's language or, if there is no such text, in ``language``; ``text`` is HTML."""

    title: str
    language: str
    summary: str
    text: str
    published: object
    categories: list


class Record:
    """What data says of the items of a list. ``name`` is that of the list in the API."""

    name = ""
    about = ""
    model = None
    declared = ()
    summary_field = "summary"
    category_columns = ("kind", "species", "states")

    @classmethod
    def columns(cls):
        if "made" not in cls.__dict__:
            cls.made = [column(cls.model) for column in cls.declared]
        return cls.made

    @classmethod
    def has_identity(cls):
        return ID in cls.declared

    @classmethod
    def of(cls, item, site):
        """The record of one item, as JSON has it."""
        return {column.name: column.read(item, site) for column in cls.columns()}

    @classmethod
    def ready(cls, items, site, pictures=True):
        """The items of a query as a list, with all that their records need, and with texts as pages show them."""
        wanted = [one for column in cls.columns() if column.prefetch for one in column.prefetch()]
        found = list(items.select_related(None).prefetch_related(None).prefetch_related(*wanted))
        for column in cls.columns():
            if column.collect:
                column.collect(found)
            if "contentMediaType" in column.schema:
                for code in LANGUAGES:
                    with translation.override(code):
                        as_shown(found, f"{column.name}_{code}", site, pictures)
        return found

    @classmethod
    def heads(cls):
        return [head for column in cls.columns() for head in column.heads]

    @classmethod
    def cells(cls, item, site):
        return [one for column in cls.columns() for one in column.cells(column.read(item, site))]

    @classmethod
    def schema(cls):
        """The JSON Schema of a record."""
        described = {column.name: column.schema | {"description": str(column.about)} for column in cls.columns()}
        return with_properties(**described)

    @classmethod
    def entry(cls, item):
        """The item in a feed."""
        title, language = cls.title_of(item)
        summary, _language = in_some_language(item, cls.summary_field)
        body = in_some_language(item, "body")[0] if hasattr(item, "body") else ""
        lines = [line for line in (cls.lead(item), summary) if line]
        return Entry(
            title=cls.titled(item, title),
            language=language,
            summary=summary,
            text="".join(str(linebreaks(line, autoescape=True)) for line in lines) + body,
            published=cls.published(item),
            categories=cls.categories(item),
        )

    @classmethod
    def title_of(cls, item):
        """``(text, language)``"""
        return in_some_language(item, item.title_field)

    @classmethod
    def titled(cls, item, title):
        """The title of the entry: what must not be missed may stand before that of the item."""
        return title

    @classmethod
    def lead(cls, item):
        """What stands above the text on the page, in one line: dates and places."""
        return ""

    @classmethod
    def published(cls, item):
        return getattr(item, "published_at", None) or item.created

    @classmethod
    def categories(cls, item):
        values = [column.read(item, "") for column in cls.columns() if column.name in cls.category_columns]
        return [one for value in values if value for one in ([value] if isinstance(value, str) else value)]
