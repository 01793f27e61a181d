"""Dates in words, as both languages write them: "22–26 August 2016", «22–26 августа 2016 г.»; no bad line breaks.

And the names of fields, and texts in the language that there is.
"""

import re

from django.conf import settings
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.formats import time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from .dates import Precision, first_day, last_day

NBSP = "\u00a0"
# What stands for a date of each precision; E is Russian's "августа", F its "август".
FORMATS = {
    "en": {"day": "j E Y", "month": "F Y", "year": "Y"},
    "ru": {"day": "j E Y \\г.", "month": "F Y \\г.", "year": "Y \\г."},
}
YEARS = {"en": "", "ru": f"{NBSP}гг."}  # what follows two years
# The clocks of the region and of the Secretariat; others are named as computers name them.
CLOCKS = {
    "Asia/Almaty": gettext_lazy("Almaty time"),
    "Asia/Ashgabat": gettext_lazy("Ashgabat time"),
    "Asia/Bishkek": gettext_lazy("Bishkek time"),
    "Asia/Dushanbe": gettext_lazy("Dushanbe time"),
    "Asia/Kabul": gettext_lazy("Kabul time"),
    "Asia/Karachi": gettext_lazy("Karachi time"),
    "Asia/Kathmandu": gettext_lazy("Kathmandu time"),
    "Asia/Kolkata": gettext_lazy("New Delhi time"),
    "Asia/Shanghai": gettext_lazy("Beijing time"),
    "Asia/Tashkent": gettext_lazy("Tashkent time"),
    "Asia/Tehran": gettext_lazy("Tehran time"),
    "Asia/Thimphu": gettext_lazy("Thimphu time"),
    "Asia/Ulaanbaatar": gettext_lazy("Ulaanbaatar time"),
    "Europe/Berlin": gettext_lazy("Berlin time"),
    "Europe/Moscow": gettext_lazy("Moscow time"),
}

# The spaces at which no line should end, in each language. Each alternative looks at what stands round one space.
DASH = r"(?=[–—](?:\s|$))"
SPACES = {
    "en": re.compile(
        rf" (?:{DASH}"
        r"|(?<=(?<!\w)(?:Mr|Ms|Dr) )|(?<=(?<!\w)(?:Mrs|No\.) )|(?<=(?<!\w)Prof\. )"
        r"|(?<=\d )(?=(?:km²?|cm|mm|m|ha|kg|g|hectares?|tonnes?|per cent|million|billion"
        r"|hours?|days?|weeks?|months?|years?|species|countries|States|Parties|animals|January|February|March|April|May|June|July|August|September"
        r"|October|November|December)(?!\w))"
        r"|(?<=\d )(?=\d{3}(?!\d)))"
    ),
    "ru": re.compile(
        rf" (?:{DASH}"
        r"|(?=(?:же|бы|ли)(?!\w))"
        r"|(?<=(?<![\w-])[вскоуиаяВСКОУИАЯ] )"
        r"|(?<=(?<![\w-])(?i:во|со|ко|об|на|по|из|за|от|до|не|ни|но|да) )|(?<=(?<!\w)(?i:см\.) )"
        r"|(?<=№ )|(?<=(?<!\w)[А-ЯЁ]\. )(?=[А-ЯЁ])"
        r"|(?<=(?<!\d[ \u00a0])(?<!\w)г\. )(?=[А-ЯЁ])"
        r"|(?<=\d )(?!(?:и|а|в|к|с|о|у|на|по|из|за|от|до|не|но|со|во|об)\s)(?=[а-яё%°])"
        r"|(?<=\d )(?=\d{3}(?!\d)))"
    ),
}
TAG = re.compile(r"""(<(?:[^<>"']|"[^"]*"|'[^']*')*>)""")


def typeset(text, language):
    """``text`` with no-break spaces where its language wants them: for eyes only, what is stored has plain ones."""
    return SPACES[language].sub(NBSP, text) if text else ""


def typeset_html(html, language):
    """The same for what stands between the tags of ``html``."""
    return "".join(part if part.startswith("<") else typeset(part, language) for part in TAG.split(html))


def in_language(language, short=True):
    """What is said beside a text in ``language`` on a page in the other one."""
    if language == "ru":
        return pgettext("short", "in Russian") if short else _("in Russian")
    return pgettext("short", "in English") if short else _("in English")


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
    if start_precision == end_precision == Precision.YEAR:
        return f"{start.year}–{end.year}{YEARS[translation.get_language()]}"
    if start_precision != end_precision or start.year != end.year:
        return f"{day_in_words(start, start_precision)}{NBSP}– {last}"
    if start_precision == Precision.MONTH:
        return f"{in_format(start, 'F')}{NBSP}– {last}"
    if start.month == end.month:
        return f"{start.day}–{last}"
    return f"{in_format(start, 'j E')}{NBSP}– {last}"


def times_in_words(start_time, end_time, time_zone):
    """The hours with the place whose clock they are read from: "09:00–17:30 (Dushanbe time)"."""
    if not start_time:
        return ""
    hours = time_format(start_time, "H:i") + (f"–{time_format(end_time, 'H:i')}" if end_time else "")
    return f"{hours} ({CLOCKS.get(time_zone) or time_zone.replace('_', ' ')})"


def in_some_language(item, field):
    """``(text, language)``: the reader's language if the text exists in it, else another one; ``("", "")`` for none."""
    current = translation.get_language()
    others = [code for code, name in settings.LANGUAGES if code != current]
    for language in [current, *others]:
        if text := getattr(item, f"{field}_{language}"):
            return text, language
    return "", ""


def machine_date(day, precision=Precision.DAY):
    """The value of a ``<time datetime>``: "2016-11-02", "2016-11" or "2016"."""
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[precision]]


def name_of(field):
    """The name of a model's field as forms, tables and histories say it: "Title (English)"."""
    name = capfirst(getattr(field, "translated_field", field).verbose_name)
    language = getattr(field, "language", "")
    return f"{name} ({translation.get_language_info(language)['name_translated']})" if language else name
