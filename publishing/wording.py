"""Dates in words, as both languages write them: "22–26 August 2016", «22–26 августа 2016 г.»."""

from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from .dates import Precision, first_day, last_day

NBSP = "\u00a0"
# What stands for a date of each precision; E is Russian's "августа", F its "август".
FORMATS = {
    "en": {"day": "j E Y", "month": "F Y", "year": "Y"},
    "ru": {"day": "j E Y \\г.", "month": "F Y \\г.", "year": "Y \\г."},
}


def in_format(day, pattern):
    """``day`` in Django's date format; no line breaks inside it, and Russian months are no proper names."""
    words = format_date(day, pattern).replace(" ", NBSP)
    return words.lower() if translation.get_language() == "ru" else words


def day_in_words(day, precision=Precision.DAY, since=False):
    """``day`` as far as it is known; ``since`` that day, a Russian month stands in the genitive: «с ноября 2016 г.»."""
    pattern = FORMATS[translation.get_language()][precision]
    return in_format(day, pattern.replace("F", "E") if since else pattern)


def range_in_words(start, start_precision, end, end_precision):
    """The interval from ``start`` to ``end``, either of which may be ``None`` ("until …", "since …")."""
    if start is None and end is None:
        return ""
    if end is None:
        return _("since %s") % day_in_words(start, start_precision, since=True)
    if start is None:
        return _("until %s") % day_in_words(end, end_precision)
    last = day_in_words(end, end_precision)
    if (start, end) == (first_day(end, end_precision), last_day(start, start_precision)):
        return last
    if start_precision != end_precision or start.year != end.year or start_precision == Precision.YEAR:
        return f"{day_in_words(start, start_precision)} – {last}"
    if start_precision == Precision.MONTH:
        return f"{in_format(start, 'F')} – {last}"
    if start.month == end.month:
        return f"{start.day}–{last}"
    return f"{in_format(start, 'j E')} – {last}"


def times_in_words(start_time, end_time, time_zone):
    """The hours with the place whose clock they are read from: "09:00–17:30 (Dushanbe time)"."""
    if not start_time:
        return ""
    hours = time_format(start_time, "H:i") + (f"–{time_format(end_time, 'H:i')}" if end_time else "")
    return f"{hours} ({time_zone.replace('_', ' ')})"


def machine_date(day, precision=Precision.DAY):
    """The value of a ``<time datetime>``: "2016-11-02", "2016-11" or "2016"."""
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[precision]]
