"""Calendars (RFC 5545 and 7986) of meetings and deadlines, for programs that subscribe to them or take in one.

They have no METHOD: with PUBLISH each entry would need an organiser with an address to write to. So DTSTAMP says when
the entry was last changed, as LAST-MODIFIED does, and a calendar in which nothing changed is the same to the byte.
"""

import datetime
import zoneinfo
from functools import lru_cache

import icalendar
from django.db.models import OuterRef, Subquery
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from icalendar import Timezone, vDDDLists, vDuration, vText, vUri

from publishing.formats import Form
from publishing.pasting import mended_characters
from publishing.wording import in_some_language

from .calendar import FIRST_DAY, LAST_DAY, ONE_DAY, within
from .models import Event
from .records import EventRecord

REFRESH = datetime.timedelta(hours=12)
STATUS = {
    Event.Status.TENTATIVE: "TENTATIVE",
    Event.Status.CONFIRMED: "CONFIRMED",
    Event.Status.POSTPONED: "TENTATIVE",
    Event.Status.CANCELLED: "CANCELLED",
}
WARNINGS = {
    Event.Status.TENTATIVE: gettext_lazy("The day is not confirmed yet."),
    Event.Status.POSTPONED: gettext_lazy("The day given here no longer holds; a new one is not yet known."),
    Event.Status.CANCELLED: gettext_lazy("This does not take place."),
}


class Calendar(Form):
    """A list of events for programs that look by themselves, now and then, what has changed."""

    suffix, label, media_type = "calendar.ics", gettext_lazy("Calendar (ICS)"), "text/calendar"
    per_page = 1000  # the latest; they take most of a second; ``Link`` names the rest of a longer list

    def rows(self, items):
        return entries(items)

    def ready(self, items):
        return list(items)

    def written(self, items):
        view, calendar = self.view, icalendar.Calendar()
        calendar.calendar_name = f"{_('Central Asian Mammals Initiative')} · {view.name_with_filters()}"
        calendar.add("refresh-interval", vDuration(REFRESH, params={"VALUE": "DURATION"}))
        calendar.add("x-published-ttl", vDuration(REFRESH))  # the same for programs older than RFC 7986
        calendar.add("source", vUri(f"{self.site}{view.path}{self.suffix}{view.query}", params={"VALUE": "URI"}))
        calendar.add("url", vUri(f"{self.site}{view.path}{view.query}"))
        return finished(calendar, items, self.site)

    def finished(self, content, status=200):
        response = super().finished(content, status)
        if status == 200:
            response["Content-Disposition"] = f'inline; filename="{self.record.name}.ics"'
        return response


def entries(events):
    """Those of ``events`` that a calendar can hold, the latest first, with all that it says of them; one query."""
    whole = Event.objects.published().filter(pk=OuterRef("part_of")).values("uuid")
    exact = events.exact().select_related("country").annotate(whole=Subquery(whole))
    return exact.order_by("-start", "pk")


def single(event, site):
    """One of ``entries()`` for a calendar that its reader has already."""
    return finished(icalendar.Calendar(), [event], site)


def finished(calendar, events, site):
    """The bytes of a calendar. Each entry is written as soon as it is made: a thousand of them would take 20 MB."""
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//CMS Secretariat//CAMI portal//{get_language().upper()}")
    written, zones = [], set()
    for event in events:
        row = entry(event, site)
        zones.update(row[name].params.get("TZID") for name in ("dtstart", "dtend") if name in row)
        written.append(row.to_ical())
    for name in sorted(zones - {None}):
        calendar.add_component(zone(name, *decades(events)))
    begin, end, rest = calendar.to_ical().rpartition(b"END:VCALENDAR")
    return b"".join([begin, *written, end, rest])


def entry(event, site):
    address = site + event.get_absolute_url()
    begin, end = interval(event)
    row = icalendar.Event()
    row.add("uid", vText(event.uuid.urn))
    row.add("sequence", event.sequence)
    row.add("dtstamp", event.changed)
    row.add("last-modified", event.changed)
    row.add("created", event.created)
    row.add("dtstart", begin)
    if end:
        row.add("dtend", end)
    row.add("status", STATUS[event.status])
    # What lasts all day, or does not take place, makes nobody busy.
    row.add("transp", "OPAQUE" if zone_of(event) and event.takes_place else "TRANSPARENT")
    title, language = in_some_language(event, "title")
    row.add("summary", text(marked(event, title), language))
    if place := place_of(event):
        row.add("location", text(place))
    summary, language = in_some_language(event, "summary")
    said = [str(WARNINGS.get(event.status, "")), summary, address]
    row.add("description", text("\n\n".join(filter(None, said)), language))
    row.add("categories", [capfirst(event.get_kind_display())])
    row.add("url", vUri(address))
    if event.whole:
        row.add("related-to", vText(event.whole.urn))
    return row


def text(value, language=""):
    """``value`` clean once more, for SQL may have changed it: one control character, and no program reads the rest."""
    other = language and language != get_language()
    return vText(mended_characters(value), params={"LANGUAGE": language} if other else {})


def marked(event, title):
    """The title after what many programs do not show otherwise: that it does not hold, that it is a deadline."""
    deadline = pgettext("before the title in a calendar", "Deadline")
    if event.is_deadline and not title.casefold().startswith(deadline.casefold()):
        title = f"{deadline}: {title}"
    return EventRecord.titled(event, title)


def place_of(event):
    places = [in_some_language(event, "venue")[0], in_some_language(event, "city")[0]]
    places += [event.country.name] if event.country else []
    if event.attendance == Event.Attendance.ONLINE:
        places.append(capfirst(event.get_attendance_display()))
    return ", ".join(filter(None, places))


# --- when ---------------------------------------------------------------------------------------------------------


def zone_of(event):
    """The zone in which its times are to be read; ``None`` where it has none, or one that is not known any more."""
    try:
        return zoneinfo.ZoneInfo(event.time_zone) if event.start_time else None
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None


def interval(event):
    """DTSTART and DTEND, which is the first day or instant that is not of the event any more, or ``None``."""
    begin, end, zone = event.start, after(event.end), zone_of(event)
    if zone:
        begin = datetime.datetime.combine(event.start, event.start_time, zone)
        if event.end_time:
            end = datetime.datetime.combine(event.end, event.end_time, zone)
        else:  # of several days the whole last one; of one day nobody knows how long
            end = datetime.datetime.combine(end, datetime.time.min, zone) if event.end > event.start else begin
    return begin, end if end > begin else None


def after(day):
    return min(day, datetime.date.max - ONE_DAY) + ONE_DAY


def decades(events):
    """The years in which they begin and after which they end."""
    first = within(min(event.start for event in events), FIRST_DAY, LAST_DAY)
    last = within(max(event.end for event in events), FIRST_DAY, LAST_DAY)
    return first.year // 10 * 10, last.year // 10 * 10 + 10


@lru_cache(maxsize=500)
def zone(name, first, last):
    """VTIMEZONE with the changes of its clocks in those years; icalendar takes some 20 ms to look for them."""
    made = Timezone.from_tzid(name, first_date=datetime.date(first, 1, 1), last_date=datetime.date(last, 1, 1))
    for part in made.subcomponents:
        if "RDATE" in part:  # one on a line: some programs read no more than the first
            part["RDATE"] = [vDDDLists(instant.dt) for instant in part["RDATE"].dts]
    return made
