"""Events laid out on the days of a month and along a year."""

import calendar
import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby

from publishing.dates import Precision

from .models import Event

FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)
ONE_DAY = datetime.timedelta(days=1)


def within(day, first, last):
    """``day``, or the end of the interval that is nearest to it."""
    return min(max(day, first), last)


def known_to_year(event):
    return Precision.YEAR in (event.start_precision, event.end_precision)


@dataclass
class Entry:
    """What stands in the cell of a day; ``begun`` on an earlier day, ``repeated`` if an earlier cell shows it too."""

    event: Event
    begun: bool
    repeated: bool


@dataclass
class Day:
    date: datetime.date
    entries: list = field(default_factory=list)


def weeks(first, last, events):
    """The weeks of a month, Monday first, each seven days; ``None`` stands for a day of another month."""
    days = [Day(datetime.date(first.year, first.month, number)) for number in range(1, last.day + 1)]
    for event in events:
        shown = within(event.start, first, last)
        for day in days[shown.day - 1 : within(event.end, first, last).day]:
            day.entries.append(Entry(event, begun=day.date > event.start, repeated=day.date > shown))
    grid = calendar.Calendar(calendar.MONDAY).monthdayscalendar(first.year, first.month)
    return [[days[number - 1] if number else None for number in week] for week in grid]


def months(year, events):
    """``([(first day of a month, its events), …], those known to the year only)``; ``events`` come in their order.

    Each event stands in the month in which it begins, or in January if it began before.
    """
    vague = [event for event in events if event.start_precision == Precision.YEAR]
    dated = [event for event in events if event.start_precision != Precision.YEAR]
    january = datetime.date(year, 1, 1)
    by_month = groupby(dated, lambda event: max(event.start, january).replace(day=1))
    return [(first, list(rows)) for first, rows in by_month], vague


# In the drawing of a year each month is 31 wide, so that twelve names of one width stand exactly below.
MONTH, LANE, LANES, GAP = 31, 14, 6, 5
# What is drawn, the lowest first; "hollow" takes the inside out of what is below it.
MARKS = ["vague", "meeting", "off", "tentative", "hollow", "strike", "deadline", "head", "today"]


@dataclass
class Timeline:
    """One path for each kind of mark, so that a year of hundreds of events is a drawing of a few kilobytes."""

    paths: list
    height: int
    width: int = 12 * MONTH


def mark_of(event):
    """How an event is drawn. That something does not take place, or when is not known, matters most."""
    if not event.takes_place:
        return "off"
    if not event.is_exact:
        return "vague"
    if event.is_deadline:
        return "deadline"
    return "tentative" if event.status == Event.Status.TENTATIVE else "meeting"


def across(day):
    return (day.month - 1) * MONTH + day.day - 1


def timeline(year, events, today):
    """The drawing of a year: what overlaps lies in lanes side by side, a deadline is a post across all of them."""
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    marks, lanes, posts = defaultdict(dict), [], set()
    for event in sorted(events, key=lambda event: (event.start, event.end)):
        begin, end = (across(within(day, first, last)) for day in (event.start, event.end))
        mark = mark_of(event)
        if mark == "deadline":
            posts.add(begin)
            continue
        lane = next((number for number, free in enumerate(lanes) if free <= begin), len(lanes))
        if lane == LANES:  # more would be too many to tell apart
            lane = lanes.index(min(lanes))
        lanes[lane : lane + 1] = [end + GAP]
        y = lane * LANE + LANE
        marks[mark][begin, end, y] = line = f"M{begin} {y}h{end - begin}"
        if mark in ("off", "tentative"):
            marks["hollow"][begin, end, y] = line
        if mark == "off":
            marks["strike"][begin, end, y] = f"M{(begin + end) // 2} {y - 8}v16"
    height = LANE * (max(len(lanes), 2) + 1)
    for x in sorted(posts):
        marks["deadline"][x], marks["head"][x] = f"M{x} 0V{height}", f"M{x} 5h0"
    if today.year == year:
        marks["today"][today] = f"M{across(today)} 0V{height}"
    return Timeline([(mark, "".join(marks[mark].values())) for mark in MARKS if mark in marks], height)
