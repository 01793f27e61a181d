"""Text as it is stored: free of what breaks feeds, calendars and pages, whichever way it comes in.

The cleaning stands in ``get_db_prep_save``, because ``loaddata`` skips ``clean()`` and ``pre_save()``, and
``bulk_create()`` and ``update()`` skip forms. Empty text is always ``""``, never NULL, also in the columns that
modeltranslation makes nullable.
"""

import re
import unicodedata

import nh3
from django.db import models
from django.urls import reverse_lazy
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField

# C0 and C1 controls but tab and line ends, soft hyphens, direction overrides, lone surrogates and non-characters:
# what Word and PDF leave behind. One \x0b in a title is enough to break an Atom feed for everybody.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

RICH_TEXT = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Picture": {  # of our own: static/publishing/admin/pictures.js
        "url": reverse_lazy("admin:publishing_picture_choose"),
        "words": {
            "insert": _("picture"),
            "title": _("Choose a picture"),
            "search": _("Search"),
            "more": _("More pictures"),
            "none": _("No picture was found."),
            "add": _("Add a picture (in a new tab)"),
            "cancel": _("Cancel"),
            "gone": _("This picture is no longer there."),
        },
    },
}

TAGS = {
    "p", "br", "h2", "h3", "strong", "em", "sub", "sup", "ul", "ol", "li", "blockquote", "a",
    "table", "tbody", "tr", "th", "td", "figure",
}  # fmt: skip


def clean_text(value):
    """``value`` in composed form and without unprintable characters; ``None`` becomes ``""``."""
    return UNPRINTABLE.sub("", unicodedata.normalize("NFC", str(value or "")))


def mended(tag, attribute, value):
    """``value``; an address that an editor wrote as "www.cms.int" gets the scheme that it lacks."""
    if attribute == "data-picture":
        return value if re.fullmatch("[0-9a-f]{32}", value) else None
    if attribute == "href" and re.match(r"[\w-]+(\.[\w-]+)+(/|$)", value):
        return f"https://{value}"
    return value


def clean_html(value):
    """``value`` with nothing left but the tags that the editor offers; safe to print as it is."""
    html = nh3.clean(
        clean_text(value),
        tags=TAGS,
        attributes={
            "a": {"href", "title"},
            "figure": {"data-picture"},  # which picture; readers get it from ``figures.py``
            "ol": {"start"},
            "th": {"colspan", "rowspan", "scope"},
            "td": {"colspan", "rowspan"},
        },
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
        attribute_filter=mended,
    ).strip()
    return html if strip_tags(html).strip() or "<figure data-picture=" in html else ""


class CleanText:
    """What the text fields below share. Write the class before the Django field."""

    def get_db_prep_save(self, value, connection):
        if not hasattr(value, "resolve_expression"):
            value = self.cleaned(value)
        return super().get_db_prep_save(value, connection)

    @staticmethod
    def cleaned(value):
        return clean_text(value).strip()


class CleanCharField(CleanText, models.CharField):
    """One line of text."""


class CleanTextField(CleanText, models.TextField):
    """Several lines of plain text."""


class RichTextField(CleanText, ProseEditorField):
    """Formatted text, sanitised wherever it is stored."""

    cleaned = staticmethod(clean_html)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"extensions": RICH_TEXT, "sanitize": clean_html} | kwargs)

    def deconstruct(self):
        # What the editor offers is not the schema's business: a new button is no migration.
        name, path, args, kwargs = super().deconstruct()
        for option in ("extensions", "sanitize", "config"):
            kwargs.pop(option, None)
        return name, path, args, kwargs
