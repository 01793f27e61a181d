"""What templates say of content: texts in the reader's language, choices and dates in words."""

from functools import cache, lru_cache

from django import template
from django.template.defaultfilters import linebreaks_filter
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from .. import wording
from ..figures import with_pictures
from ..own_links import up_to_date
from ..text import RichTextField, safe_html
from ..wording import in_some_language

register = template.Library()

CHOICE = '<label class="option"><input type="checkbox" id="{}-{}" name="{}" value="{}"', "><span>{}</span> "


@register.simple_tag
def say(item, field, label="short"):
    """A translated field inside a line; marked with its language, for programs and eyes, if not the reader's.

    ``label`` is "short", "whole" (for the title of a page) or "" (for what has no language, such as names of people).
    """
    text, language = in_some_language(item, field) if item else ("", "")
    return in_tongue(wording.typeset(text, language), language, label)


@register.simple_tag
def in_tongue(text, language, label="short"):
    """A text that is ready to be shown; marked with its language, as above."""
    if language in ("", translation.get_language()):
        return text
    marked = format_html('<span lang="{}">{}</span>', language, text)
    if not label:
        return marked
    return format_html('{} <span class="tongue">{}</span>', marked, wording.in_language(language, label == "short"))


@register.simple_tag
def language_of(item, field):
    """The language that a field is shown in, where that is not the reader's: for ``lang`` beside an attribute."""
    language = in_some_language(item, field)[1]
    return "" if language == translation.get_language() else language


@register.simple_tag
def say_block(item, field, after=None):
    """A translated field as a block; when it lacks a translation, that is said before it.

    Where the page has said so before the field ``after`` of the same item, it is not said again.
    """
    text, language = in_some_language(item, field) if item else ("", "")
    if not text:
        return ""
    if isinstance(item._meta.get_field(field), RichTextField):
        html = with_pictures(wording.typeset_html(up_to_date(safe_html(text)), language))
        html = mark_safe(html)  # noqa: S308 - cleaned when stored and, as SQL may have changed it, here
    else:
        html = linebreaks_filter(wording.typeset(text, language))
    if language == translation.get_language():
        return format_html('<div class="prose">{}</div>', html)
    if after and in_some_language(item, after)[1] == language:
        return format_html('<div class="prose" lang="{}">{}</div>', language, html)
    note = _("This text is not available in English yet; it is shown in Russian.")
    if language == "en":
        note = _("This text is not available in Russian yet; it is shown in English.")
    return format_html('<p class="untranslated">{}</p><div class="prose" lang="{}">{}</div>', note, language, html)


@register.simple_tag
def has(item, field):
    return bool(in_some_language(item, field)[0])


@cache
def labels(model, field):
    """``{value: label}`` of a field; the labels are in whatever language is active when they are shown."""
    return dict(model._meta.get_field(field).flatchoices)


@register.simple_tag
def choice(item, field):
    """A field's choice in words; ``get_…_display`` goes through all choices each time, at every row of a list."""
    value = getattr(item, field)
    return labels(type(item), field).get(value, value)


@register.simple_tag
def choices(field, options):
    """The boxes of a group of choices, written here since a template for each would take most of the page's time."""
    ticked, name, key = field.value() or [], field.html_name, field.auto_id
    boxes = []
    for option in options:
        box, label = unticked(key, name, option.value, str(option.label))
        checked = " checked" if option.active or option.value in ticked else ""
        number = "" if option.number is None else f'<span class="option-number">{option.number}</span>'
        boxes.append(f"{box}{checked}{label}{number}</label>")
    return mark_safe("".join(boxes))  # noqa: S308 - of numbers, and of what is escaped below


@lru_cache(maxsize=2000)
def unticked(key, name, value, label):
    """``(box, label)`` of a choice; there are few of them, in two languages."""
    box, text = CHOICE
    return format_html(box, key, value, name, value), format_html(text, label)


@register.simple_tag
def day(value, precision="day", since=False):
    """A date as far as it is known, in words that may follow "since"."""
    return time_element(value, precision, since, translation.get_language()) if value is not None else ""


@lru_cache(maxsize=2000)
def time_element(value, precision, since, language):
    """Days repeat, in a list and among lists; ``language`` is the active one."""
    machine, words = wording.machine_date(value, precision), wording.day_in_words(value, precision, since)
    return format_html('<time datetime="{}">{}</time>', machine, words)


@register.simple_tag
def dates(item):
    """The days, and hours if known, from an item's start to its end."""
    if item.start is None and item.end is None:
        return _("date to be announced") if hasattr(item, "start_time") else ""
    days = (item.start, item.start_precision, item.end, item.end_precision)
    element = range_element(*days, translation.get_language())
    if not getattr(item, "start_time", None):
        return element
    return format_html("{}, {}", element, wording.times_in_words(item.start_time, item.end_time, item.time_zone))


@lru_cache(maxsize=2000)
def range_element(start, start_precision, end, end_precision, language):
    """As ``time_element()``."""
    machine = wording.machine_date(start or end, start_precision if start else end_precision)
    words = wording.range_in_words(start, start_precision, end, end_precision)
    return format_html('<time datetime="{}">{}</time>', machine, words)
