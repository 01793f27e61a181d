import datetime
import re

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from events.calendar import timeline
from events.models import Event
from tests.factories import CountryFactory, EventFactory

pytestmark = pytest.mark.django_db
D = datetime.date


def seen(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def texts(soup, selector):
    return [" ".join(found.text.split()) for found in soup.select(selector)]


@pytest.fixture
def events():
    """One event of each kind that matters to a calendar, made in no order."""
    return {
        "vague": EventFactory(title_en="Vague", start=D(2016, 11, 5), start_precision="month", end=None),
        "undated": EventFactory(title_en="Undated", start=None, end=None),
        "some time": EventFactory(title_en="Some time", start=D(2016, 1, 1), start_precision="year", end=None),
        "autumn": EventFactory(title_en="Autumn", start=D(2016, 9, 29), end=D(2016, 10, 2)),
        "new year": EventFactory(title_en="New Year", start=D(2015, 12, 30), end=D(2016, 1, 2)),
        "deadline": EventFactory(title_en="Report", kind="deadline", start=D(2016, 10, 1), end=None),
        "spring": EventFactory(title_en="Spring", start=D(2016, 3, 7), end=None),
        "later": EventFactory(title_en="Later", start=D(2018, 5, 1), end=None),
    }


def test_a_year_is_told_from_january_on_and_each_event_once(client, events):
    year = seen(client, "/en/events/2016/")
    told = [(texts(part, "h2")[0], texts(part, "h3")) for part in year.select("section.year")]
    assert told == [
        ("January 2016", ["New Year"]),
        ("March 2016", ["Spring"]),
        ("September 2016", ["Autumn"]),
        ("October 2016", ["Report"]),
        ("November 2016", ["Vague"]),
        ("2016: day and month not known", ["Some time"]),
    ]
    assert [a["href"] for a in year.select(".month-name a")][-1] == "/en/events/2016/11/"


def test_a_month_shows_what_touches_it_on_each_of_its_days(client, events):
    month = seen(client, "/en/events/2016/10/")
    days = {int(texts(day, ".day-number")[0]): texts(day, ".entry") for day in month.select(".day-busy")}
    assert days == {1: ["continues: Autumn", "deadline Report"], 2: ["continues: Autumn"]}
    assert [day.a.get("tabindex") for day in month.select(".entry-workshop") if "Autumn" in day.text] == [None, "-1"]
    assert texts(month, ".month th")[::6] == ["Monday", "Sunday"]
    mondays = [texts(week, "td:first-child .day-number") for week in month.select(".month tbody tr")]
    assert mondays == [[], ["3"], ["10"], ["17"], ["24"], ["31"]]


def test_what_is_known_to_the_month_or_year_stands_above_the_month(client, events):
    month = seen(client, "/en/events/2016/11/")
    bands = [(texts(band, "h2")[0], texts(band, ".entry")) for band in month.select(".vague")]
    assert bands == [("In November 2016, day not known:", ["Vague"]), ("In 2016, month not known:", ["Some time"])]
    assert month.select(".day-busy") == []


@pytest.mark.parametrize(
    ("path", "neighbours"),
    [
        ("2016/", ["2015/", "2018/"]),
        ("2017/", ["2016/", "2018/"]),
        ("2015/", ["2016/"]),
        ("2018/", ["2016/"]),
        ("2016/10/", ["2016/9/", "2016/11/"]),
        ("2016/9/", ["2016/3/", "2016/10/"]),
        ("2016/11/", ["2016/10/", "2018/5/"]),
        ("2016/1/", ["2015/12/", "2016/3/"]),
        ("1900/1/", ["2015/12/"]),
        ("2100/12/", ["2018/5/"]),
        ("2016/?kind=deadline", []),
        ("2017/?kind=deadline&q=report", ["2016/?q=report&kind=deadline"]),
    ],
)
def test_the_way_leads_to_the_nearest_period_in_which_there_is_something(client, events, path, neighbours):
    EventFactory(start=D(2017, 6, 1), end=None, published_at=None)
    page = seen(client, f"/en/events/{path}")
    assert [a["href"] for a in page.select(".neighbours a")] == [f"/en/events/{to}" for to in neighbours]


def test_events_outside_the_calendar_break_nothing(client):
    EventFactory(start=D(1890, 5, 1), end=D(1900, 1, 2))
    EventFactory(start=D(2100, 12, 1), end=D(2101, 5, 1))
    assert [a["href"] for a in seen(client, "/en/events/1900/").select(".neighbours a")] == ["/en/events/2100/"]
    assert [a["href"] for a in seen(client, "/en/events/2100/12/").select(".neighbours a")] == ["/en/events/1900/1/"]
    assert seen(client, "/en/events/")


def test_list_year_and_month_lead_to_each_other_with_their_filters(client, events):
    CountryFactory(code="KZ", name_en="Kazakhstan")
    list_ = seen(client, "/en/events/?country=KZ&when=past&year=2016&utm_source=x")
    today = timezone.localdate()
    kept = "?country=KZ"
    assert [a["href"] for a in list_.select(".views a")] == [
        f"/en/events/{kept}",
        f"/en/events/{today.year}/{kept}",
        f"/en/events/{today.year}/{today.month}/{kept}",
    ]
    year = seen(client, "/en/events/2016/?q=autumn")
    assert [(a["href"], a.get("aria-current")) for a in year.select(".views a")] == [
        ("/en/events/?q=autumn", None),
        ("/en/events/2016/?q=autumn", "page"),
        ("/en/events/2016/9/?q=autumn", None),
    ]


def test_the_list_leads_to_the_next_event_or_else_to_the_last(client, events):
    views = [a["href"] for a in seen(client, "/en/events/").select(".views a")]
    assert views[1:] == ["/en/events/2018/", "/en/events/2018/5/"]
    EventFactory(start=D(2099, 2, 3), end=None)
    EventFactory(start=D(2100, 2, 3), end=None)
    views = [a["href"] for a in seen(client, "/en/events/").select(".views a")]
    assert views[1:] == ["/en/events/2099/", "/en/events/2099/2/"]


def test_a_month_has_one_address(client):
    response = client.get("/ru/events/2016/08/?kind=visit")
    assert (response.status_code, response["Location"]) == (301, "/ru/events/2016/8/?kind=visit")


@pytest.mark.parametrize(
    "path", ["1899", "2101", "0", "20166", "2016/0", "2016/13", "2016/00", "2016/010", "2016/x", "١٩٩٩", "2016/8/1"]
)
def test_what_is_no_year_or_month_is_not_found(client, path):
    seen(client, f"/en/events/{path}/", status=404)


@pytest.mark.parametrize("path", ["2016/", "2016/8/"])
def test_wrong_filters_show_nothing_but_say_so(client, path):
    EventFactory()
    for query in ("year=2016", "when=past", "kind=nonsense", "species=%00", "x=1"):
        page = seen(client, f"/en/events/{path}?{query}", status=400)
        assert page.select("[role=alert]")
        assert page.select(".row, .entry, .timeline") == []
    for query in ("page=0", "page=2", "page=x"):
        seen(client, f"/en/events/{path}?{query}", status=404)


def test_a_month_without_events_is_not_indexed_and_leads_on(client, events):
    assert not seen(client, "/en/events/2016/10/").select("meta[name=robots]")
    empty = seen(client, "/en/events/2017/3/")
    assert empty.select_one("meta[name=robots]")["content"] == "noindex"
    assert texts(empty, ".empty p") == ["No event is recorded for March 2017.", "All events"]


def test_what_does_not_take_place_is_said_and_struck_through_everywhere(client):
    today = timezone.localdate()
    whole = EventFactory(slug="whole", status="postponed", start=today, end=today)
    off = EventFactory(slug="off", status="cancelled", start=today, end=today, kind="deadline", part_of=whole)
    EventFactory(slug="held", start=today, end=today, part_of=whole)
    for path in ("events/", f"events/{today.year}/", f"events/{today.year}/{today.month}/", "events/whole/"):
        page = seen(client, f"/en/{path}")
        for event in (whole, off):
            word, name = event.get_status_display(), event.get_absolute_url()
            named = page.find("a", href=f"/en{name[3:]}") or page.h1
            if path == "events/whole/" and event is whole:
                assert texts(page, ".when-date s") and word.capitalize() + ":" in page.title.text
                continue
            part = named.find_parent(class_=re.compile(r"^(row|door-event|entry)$"))
            assert word in texts(part, "strong"), (path, word)
            assert part.s or "entry" in part["class"], (path, word)
    assert [link["href"] for link in seen(client, "/en/").select(".door-event a")] == ["/en/events/held/"]
    held = seen(client, "/en/events/").find("a", href="/en/events/held/").find_parent(class_="row")
    assert (held.select("s"), held.select("strong")) == ([], [])


def test_the_drawing_of_a_crowded_year_stays_small():
    kinds = [("workshop", "confirmed"), ("workshop", "cancelled"), ("deadline", "confirmed"), ("visit", "tentative")]
    events = [
        Event(kind=kind, status=status, start=day, end=day + datetime.timedelta(days=number % 9))
        for number in range(500)
        for kind, status in [kinds[number % 4]]
        for day in [D(2016, 1, 1) + datetime.timedelta(days=number * 7 % 366)]
    ]
    drawn = timeline(2016, events, D(2016, 5, 5))
    marks = ["meeting", "off", "tentative", "hollow", "strike", "deadline", "head", "today"]
    assert [mark for mark, path in drawn.paths] == marks
    assert sum(len(path) for mark, path in drawn.paths) < 10_000
    assert drawn.height < 120


def test_what_overlaps_is_drawn_in_lanes_of_its_own():
    pairs = [(D(2016, 3, 1), D(2016, 3, 9)), (D(2016, 3, 5), D(2016, 3, 12)), (D(2016, 4, 1), D(2016, 4, 1))]
    events = [Event(kind="workshop", start=start, end=end) for start, end in pairs]
    assert timeline(2016, events, D(2020, 1, 1)).paths == [("meeting", "M62 14h8M66 28h7M93 14h0")]
