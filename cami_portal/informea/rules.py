"""What the harvester does with a row: its own rules of 2018, as its code has them, and what InforMEA then shows.

They look at rows as they are served (JSON read again), so that nothing between our models and the line is left out.
Today's rules may differ; they are not published.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from events.informea import Type

from .countries import THREE_LETTERS

# The treaties that it had a source for. Those of the CMS family are not all among them: nor is CAMI.
TREATIES = {
    "aewa", "ascobans", "barcelona", "basel", "cbd", "cites", "cms", "eurobats", "montreal", "ozone", "plant_treaty",
    "ramsar", "rotterdam", "stockholm", "unfccc", "whc",
}  # fmt: skip
COUNTRIES = {*THREE_LETTERS, *THREE_LETTERS.values()}
LANGUAGES = {"en", "fr", "es", "ru", "ar", "zh-hans"}  # a text in any other is stored as English
WORDS = {
    "type": set(Type.values),
    "kind": {"official", "partner", "interest"},
    "access": {"public", "invitation"},
    "status": {"tentative", "confirmed", "postponed", "cancelled", "nodate", "over"},
}
ZURICH = ZoneInfo("Europe/Zurich")


@dataclass
class Finding:
    """``errors`` are why a row is rejected, ``remarks`` what is noted of one that is taken; ``shown`` is what is stored
    of it, by the names of its properties.
    """

    errors: list = field(default_factory=list)
    remarks: list = field(default_factory=list)
    shown: dict = field(default_factory=dict)

    @property
    def accepted(self):
        return not self.errors


def related(row, name, version):
    """The rows behind ``name``. The consumer of version 1 takes them out of ``results`` too, that of 3 does not."""
    found = row.get(name)
    if isinstance(found, dict):
        found = found.get("results") if version == 1 else None
    return found if isinstance(found, list) else []


def in_languages(texts):
    """``(English text, {language: text})``: of two texts in one language the first is kept."""
    texts = [text for text in texts if isinstance(text, dict)]
    english = [text["value"] for text in texts if text.get("language") == "en"] or [text["value"] for text in texts]
    stored = {}
    for text in texts:
        language = text.get("language")
        stored.setdefault(language if language in LANGUAGES else "en", text["value"])
    return next(iter(english), ""), stored


def instant(value):
    """Seconds; what is not written as ``/Date(…)/`` is stored as it comes."""
    ticks = re.fullmatch(r"/Date\((-?\d+)\)/", value or "")
    return int(ticks[1]) // 1000 if ticks else value


def day(seconds):
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZURICH).date() if isinstance(seconds, int) else None


def meeting(row, version=1):
    finding = Finding()
    titles = related(row, "title", version)
    english, shown = in_languages(titles)
    start, end = instant(row.get("start")), instant(row.get("end"))
    if not english:
        finding.errors.append(_("No title was found."))
    if str(row.get("treaty")).lower() not in TREATIES:
        finding.errors.append(_("InforMEA does not know the treaty “%s”.") % row.get("treaty"))
    if not start:
        finding.errors.append(_("There is no first day."))
    if english and "en" not in {text.get("language") for text in titles if isinstance(text, dict)}:
        finding.remarks.append(_("A text that is not English will stand as the English title."))
    if {text.get("language") for text in titles if isinstance(text, dict)} - LANGUAGES:
        finding.remarks.append(_("A title is in a language that InforMEA does not know: it will stand as English."))
    for value in filter(None, (start, end)):
        if day(value) is None:
            finding.remarks.append(_("A day is not written as InforMEA reads it."))
    country = row.get("country") if row.get("country") in COUNTRIES else None
    for name, text in LACKING.items():
        if not (country if name == "country" else row.get(name)):
            finding.remarks.append(text)
    finding.remarks += [
        _("“%(word)s” would become a new word at InforMEA (%(property)s).") % {"word": row[name], "property": name}
        for name, words in WORDS.items()
        if row.get(name) and row[name] not in words
    ]
    finding.shown = {name: row.get(name) for name in ("url", "type", "kind", "access", "status", "location", "city")}
    finding.shown |= {"title": english, "titles": shown, "country": country, "start": day(start), "end": day(end)}
    finding.shown["descriptions"] = in_languages(related(row, "description", version))[1]
    return finding


LACKING = {
    "type": _("Its type is missing."),
    "url": _("The address of its page is missing."),
    "country": _("The country is missing."),
    "city": _("The city is missing in English."),
    "location": _("The venue is missing in English."),
}


def contact(row, version=1):
    finding = Finding()
    codes = [one.get("value") for one in related(row, "treaties", version) if isinstance(one, dict)]
    known = [code for code in codes if str(code).lower() in TREATIES]
    name = " ".join(filter(None, [row.get("firstName"), row.get("lastName")]))
    name = (name or row.get("position") or row.get("institution") or "").strip()
    if not name:
        finding.errors.append(_("There is neither a name nor a position."))
    if row.get("country") not in COUNTRIES:
        finding.errors.append(_("InforMEA does not know the country “%s”.") % row.get("country"))
    if not known:
        finding.errors.append(_("InforMEA knows none of its treaties."))
    finding.remarks += [_("InforMEA does not know the treaty “%s”.") % code for code in codes if code not in known]
    finding.shown = {key: row.get(key) for key in ("position", "institution", "type", "country", "address", "fax")}
    finding.shown |= {"title": name, "treaties": known, "phoneNumber": row.get("phoneNumber")}
    finding.shown["email"] = (row.get("email") or "").replace(" ", "")
    return finding
