"""Text as it is stored: free of what breaks feeds, calendars and pages, whichever way it comes in.

The cleaning stands in ``get_db_prep_save``, because ``loaddata`` skips ``clean()`` and ``pre_save()``, and
``bulk_create()`` and ``update()`` skip forms. Empty text is always ``""``, never NULL, also in the columns that
modeltranslation makes nullable.
"""

import re
from urllib.parse import urlsplit, urlunsplit

import nh3
from django.conf import settings
from django.db import models
from django.urls import reverse_lazy
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField

from .pasting import mended_characters, mended_lines

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
    "PortalLink": {
        "enableTarget": False,
        "protocols": ["http", "https", "mailto", "tel"],
        "texts": {
            "dialog": _("Link"),
            "address": _("Address"),
            "help": _(
                "To lead to a page of this portal, paste its address. The link goes to the reader’s language and keeps "
                "working when the address changes."
            ),
            "title": _("Title, shown when the pointer rests on the link"),
        },
    },
    "Pasting": True,
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
ATTRIBUTES = {
    "a": {"href", "title"},
    "figure": {"data-picture"},  # which picture; readers get it from ``figures.py``
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}


def own_hosts():
    return {urlsplit(settings.SITE_URL).hostname, *settings.ALLOWED_HOSTS} - {None, "*"}


def own_path(url):
    """The address within the portal that ``url`` leads to, with its query and fragment; else ``None``."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname not in own_hosts():
            return None
    except ValueError:  # no address at all
        return None
    return urlunsplit(("", "", parts.path if parts.path.startswith("/") else "/", parts.query, parts.fragment))


def clean_text(value):
    """Several lines of ``value`` as they are stored; ``None`` becomes ``""``."""
    return mended_lines(mended_characters(value)).strip()


def clean_line(value):
    """The same for what is one line."""
    return re.sub(r"[ \t]*\n[ \t\n]*", " ", clean_text(value))


def address(tag, attribute, value):
    """``value``; an address as it is stored: with its scheme, or from ``/`` on if it is one of the portal's own."""
    if attribute == "data-picture":
        return value if re.fullmatch("[0-9a-f]{32}", value) else None
    if attribute != "href":
        return value
    if re.match(r"[\w-]+(\.[\w-]+)+(/|$)", value):  # "www.cms.int", as editors write it
        value = f"https://{value}"
    elif value.startswith("//"):
        value = f"https:{value}"
    return own_path(value) or value


def safe_html(value):
    """``value`` with nothing left but the tags that the editor offers; safe to print as it is."""
    return nh3.clean(
        value,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
        attribute_filter=address,
    )


def clean_html(value):
    """``value`` as it is stored: safe, and mended where it was pasted."""
    from .pasted_html import mended_html  # readers' pages do without the parser

    html = mended_characters(value)
    for _turn in range(3):  # what is mended may fall into place anew when it is read again
        before, html = html, safe_html(mended_html(html, TAGS, ATTRIBUTES)).strip()
        if html == before:
            break
    return html if strip_tags(html).strip() or "<figure data-picture=" in html else ""


class CleanText:
    """What the text fields below share. Write the class before the Django field."""

    def get_db_prep_save(self, value, connection):
        if not hasattr(value, "resolve_expression"):
            value = self.cleaned(value)
        return super().get_db_prep_save(value, connection)


class CleanCharField(CleanText, models.CharField):
    """One line of text."""

    cleaned = staticmethod(clean_line)


class CleanTextField(CleanText, models.TextField):
    """Several lines of plain text."""

    cleaned = staticmethod(clean_text)


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
