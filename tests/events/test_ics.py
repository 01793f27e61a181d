"""Calendars as programs read them: the parser is not the library that wrote them. Another one: browser/test_ics.py."""

import datetime

import pytest
import vobject
from bs4 import BeautifulSoup
from django.db import connection

from events.models import Event, Part, Participant
from species.models import Species
from tests import factories as f

pytestmark = pytest.mark.django_db
D, T, UTC = datetime.date, datetime.time, datetime.UTC


def calendar(client, path):
    """What a program reads at ``path``, whose every line ends as it must and is no longer than it may be."""
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert response["X-Content-Type-Options"] == "nosniff"
    *lines, rest = response.content.split(b"\r\n")
    assert (rest, b"\n" in b"".join(lines)) == (b"", False)
    assert max(map(len, lines)) <= 75
    assert [line.decode() for line in lines]  # no letter is cut in two
    return vobject.readOne(response.content.decode())


def entry(client, event, language="en"):
    (found,) = calendar(client, f"/{language}/events/{event.slug}/event.ics").vevent_list
    return found


def values(row, *names):
    return [getattr(row, name).value if hasattr(row, name) else None for name in names]


def test_an_entry_says_what_the_page_says(client):
    event = f.EventFactory(
        title_ru="Семинар; сохранение, «виды»\\учёт " * 5,
        summary_ru="Первое, второе.\nТретье; <b>четвёртое</b>.",
        venue_ru="Дом, 1",
        city_ru="Душанбе",
        country=f.CountryFactory(name_ru="Таджикистан"),
    )
    row = entry(client, event, "ru")
    address = f"http://testserver/ru/events/{event.slug}/"
    assert values(row, "summary", "location", "url", "status", "transp") == [
        event.title_ru.strip(),
        "Дом, 1, Душанбе, Таджикистан",
        address,
        "CONFIRMED",
        "TRANSPARENT",
    ]
    assert row.description.value == f"{event.summary_ru}\n\n{address}"
    assert row.categories.value == ["Семинар"]
    assert "organizer" not in row.contents


def test_days_are_days_and_the_end_is_the_day_after(client):
    for end, expected in [(D(2016, 8, 26), D(2016, 8, 27)), (D(2016, 8, 22), D(2016, 8, 23))]:
        row = entry(client, f.EventFactory(end=end))
        assert values(row, "dtstart", "dtend") == [D(2016, 8, 22), expected]


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [
        ("Asia/Dushanbe", D(2016, 8, 22), 4),
        ("Asia/Almaty", D(2024, 2, 29), 3),  # the last day of its old time
        ("Asia/Almaty", D(2024, 3, 1), 4),
        ("Europe/Berlin", D(2016, 3, 26), 8),
        ("Europe/Berlin", D(2016, 3, 27), 7),  # the day on which summer time begins
        ("Asia/Tehran", D(2016, 8, 22), 4.5),
        ("Asia/Tehran", D(2023, 8, 22), 5.5),  # summer time is no more
        ("UTC", D(2016, 8, 22), 9),
        ("Etc/UTC", D(2016, 8, 22), 9),
    ],
)
def test_times_are_those_of_the_place(client, zone, day, hour):
    event = f.EventFactory(start=day, end=day, start_time=T(9), end_time=T(17, 30), time_zone=zone)
    row = entry(client, event)
    begin, end = (value.astimezone(UTC) for value in values(row, "dtstart", "dtend"))
    assert begin == datetime.datetime.combine(day, T(), UTC) + datetime.timedelta(hours=hour)
    assert end - begin == datetime.timedelta(hours=8.5)
    assert row.transp.value == "OPAQUE"


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ({}, None),
        ({"end_time": T(9)}, None),
        ({"end": D(2016, 8, 24)}, (24, 19)),  # midnight in Dushanbe
        ({"end": D(2016, 8, 24), "end_time": T(12)}, (24, 7)),
    ],
)
def test_what_is_not_known_of_the_end_is_not_made_up(client, fields, end):
    fields = {"start": D(2016, 8, 22), "end": D(2016, 8, 22), "time_zone": "Asia/Dushanbe"} | fields
    row = entry(client, f.EventFactory(start_time=T(9), **fields))
    begin, found = values(row, "dtstart", "dtend")
    assert begin.astimezone(UTC) == datetime.datetime(2016, 8, 22, 4, tzinfo=UTC)
    assert found is end or found.astimezone(UTC) == datetime.datetime(2016, 8, *end, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        {"start_time": T(9), "time_zone": "Asia/Atlantis"},
        {"start_time": T(9), "time_zone": "Europe"},
        {"end_time": T(18), "time_zone": "Asia/Dushanbe"},
    ],
)
def test_what_cannot_be_said_of_the_hours_leaves_the_day(client, fields):
    event = f.EventFactory(**fields)
    assert values(entry(client, event), "dtstart", "dtend") == [D(2016, 8, 22), D(2016, 8, 27)]


@pytest.mark.parametrize("day", [D.min, D.max])
@pytest.mark.parametrize("zone", ["", "Asia/Dushanbe", "Europe/Berlin"])
def test_no_day_is_too_far_away(client, day, zone):
    event = f.EventFactory(start=day, end=day, time_zone=zone, start_time=T(9) if zone else None)
    response = client.get(f"/en/events/{event.slug}/event.ics")
    assert (response.status_code, f"{day.year:04}{day.month:02}{day.day:02}" in response.content.decode()) == (
        200,
        True,
    )


@pytest.mark.parametrize(
    ("status", "said", "title", "warning"),
    [
        ("confirmed", "CONFIRMED", "Expert day", ""),
        ("tentative", "TENTATIVE", "Tentative: Expert day", "The day is not confirmed yet.\n\n"),
        (
            "postponed",
            "TENTATIVE",
            "Postponed: Expert day",
            "The day given here no longer holds; a new one is not yet known.\n\n",
        ),
        ("cancelled", "CANCELLED", "Cancelled: Expert day", "This does not take place.\n\n"),
    ],
)
def test_what_does_not_take_place_stays_and_says_so(client, status, said, title, warning):
    event = f.EventFactory(title_en="Expert day", status=status, start_time=T(9), time_zone="UTC")
    row = entry(client, event)
    assert values(row, "status", "summary") == [said, title]
    assert row.description.value == f"{warning}http://testserver{event.get_absolute_url()}"
    assert row.transp.value == ("OPAQUE" if event.takes_place else "TRANSPARENT")


@pytest.mark.parametrize(
    ("title", "said"), [("National reports", "Deadline: National reports"), ("Deadline for reports",) * 2]
)
def test_a_deadline_is_called_one_once(client, title, said):
    assert entry(client, f.EventFactory(kind="deadline", end=None, title_en=title)).summary.value == said


def test_a_missing_translation_is_marked_with_its_language(client):
    event = f.EventFactory(title_ru="", summary_en="In short.", summary_ru="Кратко.")
    english, russian = entry(client, event), entry(client, event, "ru")
    assert [row.summary.params.get("LANGUAGE") for row in (english, russian)] == [None, ["en"]]
    assert [row.description.params.get("LANGUAGE") for row in (english, russian)] == [None, None]


def test_the_identity_of_an_entry_outlives_its_address(client):
    event = f.EventFactory(slug="before")
    uid = entry(client, event).uid.value
    event.slug = "after"
    event.save()
    assert (entry(client, event).uid.value, uid) == (event.uuid.urn, event.uuid.urn)
    assert client.get("/en/events/before/event.ics")["Location"] == "/en/events/after/"


def test_the_stamp_of_an_entry_is_that_of_its_change(client):
    event = f.EventFactory()
    at = datetime.datetime(2020, 5, 6, 7, 8, 9, 1000, tzinfo=UTC)
    Event.objects.update(changed=at, created=at - datetime.timedelta(days=1))
    row = entry(client, event)
    assert values(row, "dtstamp", "last_modified") == [at.replace(microsecond=0)] * 2
    assert row.created.value == datetime.datetime(2020, 5, 5, 7, 8, 9, tzinfo=UTC)
    assert "PUBLISH" not in client.get(f"/en/events/{event.slug}/event.ics").content.decode()


@pytest.mark.parametrize(
    ("change", "sequence"),
    [
        ({"body_en": "<p>A typo mended</p>"}, "0"),
        ({"title_en": "Other words"}, "0"),
        ({"slug": "elsewhere"}, "0"),
        ({"start": D(2016, 8, 21)}, "1"),
        ({"start_time": T(9), "time_zone": "Asia/Dushanbe"}, "1"),
        ({"status": Event.Status.CANCELLED}, "1"),
        ({"city_en": "Dushanbe"}, "1"),
        ({"end": D(2017, 8, 26), "status": Event.Status.POSTPONED}, "1"),
    ],
)
def test_who_plans_to_come_is_told_of_what_matters(client, change, sequence):
    event = f.EventFactory()
    for field, value in change.items():
        setattr(event, field, value)
    event.save()
    assert entry(client, event).sequence.value == sequence
    event.save()
    assert entry(client, event).sequence.value == sequence


def test_an_emptied_field_is_a_change_too(client):
    event = f.EventFactory(venue_en="House", start_time=T(9), time_zone="Asia/Dushanbe")
    event.venue_en = ""
    event.save()
    event.start_time = None
    event.save()
    assert entry(client, event).sequence.value == "2"


def test_what_was_read_before_does_not_take_an_edition_back(client):
    event = f.EventFactory()
    stale = Event.objects.get()
    event.status = Event.Status.CANCELLED
    event.save()
    stale.title_en = "Other words"
    stale.save()
    assert Event.objects.get().sequence == 2  # the old status came back with it


@pytest.mark.parametrize(("shown", "named"), [(True, True), (False, False)])
def test_a_part_names_the_whole_if_that_is_published(client, shown, named):
    whole = f.EventFactory(**f.states()["live" if shown else "draft"])
    row = entry(client, f.EventFactory(part_of=whole))
    assert values(row, "related_to") == [whole.uuid.urn if named else None]


def test_nothing_invisible_gets_into_a_calendar(client):
    event = f.EventFactory()
    with connection.cursor() as cursor:  # the portal's own ways of storing it would clean it
        cursor.execute(
            "UPDATE events_event SET title_en = %s, summary_en = %s", ["A\x0bB\x1f", "one\r\ntwo\u2028three"]
        )
    row = entry(client, event)
    assert row.summary.value == "A\nB"
    assert row.description.value.startswith("one\ntwo")


def test_one_event_is_a_file_of_its_own_and_its_page_offers_it(client):
    f.EventFactory(slug="e", status="cancelled")
    response = client.head("/ru/events/e/event.ics")
    assert response["Content-Disposition"] == 'attachment; filename="e.ics"'
    assert 'href="/ru/events/e/event.ics"' in client.get("/ru/events/e/").content.decode()
    assert [
        name
        for name in ("name", "x_wr_calname", "source")
        if name in calendar(client, "/en/events/e/event.ics").contents
    ] == []


@pytest.mark.parametrize(
    "fields", [{"start_precision": "month", "end": None}, {"end_precision": "year"}, {"start": None, "end": None}]
)
def test_what_has_no_exact_days_is_in_no_calendar(client, fields):
    event = f.EventFactory(**fields)
    assert client.get(f"/en/events/{event.slug}/event.ics").status_code == 404
    assert "event.ics" not in client.get(event.get_absolute_url()).content.decode()


@pytest.mark.parametrize("state", ["draft", "submitted", "scheduled", "expired", "withdrawn"])
def test_what_is_not_live_is_no_file(client, state):
    f.EventFactory(slug="e", **f.states()[state])
    assert client.get("/en/events/e/event.ics").status_code == 404


@pytest.mark.parametrize("path", ["nothing/event.ics", "a%00b/event.ics", f"{'a' * 3000}/event.ics", "event.ics"])
def test_there_is_no_file_of_what_does_not_exist(client, path):
    assert client.get(f"/en/events/{path}").status_code == 404


# --- subscriptions ------------------------------------------------------------------------------------------------


def titles(client, path):
    return [row.summary.value for row in calendar(client, path).contents.get("vevent", [])]


@pytest.fixture
def events():
    """One event of each kind that matters, made in no order; the saiga's is the workshop."""
    saiga = f.SpeciesFactory(slug="saiga", name_en="Saiga")
    workshop = f.EventFactory(title_en="Workshop")
    workshop.species.add(saiga)
    f.EventFactory(title_en="Report", kind="deadline", start=D(2017, 4, 24), end=None)
    f.EventFactory(title_en="Summit", start=D(2016, 12, 30), end=D(2017, 1, 2), status="cancelled")
    f.EventFactory(title_en="Vague", start=D(2016, 8, 1), start_precision="month", end=None)
    f.EventFactory(title_en="Undated", start=None, end=None)
    for state, fields in f.states().items():
        if state != "live":
            f.EventFactory(title_en=state, **fields)


ALL = ["Deadline: Report", "Cancelled: Summit", "Workshop"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ALL),
        ("2016/", ALL[1:]),
        ("2017/", ALL[:2]),
        ("2016/8/", ALL[2:]),
        ("2015/", []),
    ],
)
def test_each_list_of_events_is_a_calendar(client, events, path, expected):
    assert titles(client, f"/en/events/{path}calendar.ics") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("species=saiga", ALL[2:]),
        ("year=2017&utm_source=x", ALL[:2]),
        ("q=summit", ALL[1:2]),
        ("what=meetings", ALL[1:]),
        ("what=deadlines", ALL[:1]),
        ("what=deadlines&what=meetings", ALL),
        ("what=deadlines&year=2016", []),
        ("what=&" + "&".join(["species=saiga"] * 800), ALL[2:]),
    ],
)
def test_a_calendar_has_the_filters_of_its_list(client, events, query, expected):
    assert titles(client, f"/en/events/calendar.ics?{query}") == expected


@pytest.mark.parametrize("path", ["", "2016/", "2016/8/"])
@pytest.mark.parametrize(
    "query", ["species=nothing", "nothing=1", "what=x", "what=%00", "q=%00", "q=a&q=b", f"q={'a' * 10_000}"]
)
def test_a_wrong_filter_gives_no_calendar(client, events, path, query):
    response = client.get(f"/en/events/{path}calendar.ics?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert (b"VCALENDAR" in response.content, response.content.strip() > b"") == (False, True)


@pytest.mark.parametrize("path", ["1899/calendar.ics", "2016/13/calendar.ics", "2016/08/calendar.ics", "calendar.ics/"])
def test_there_is_no_calendar_elsewhere(client, path):
    assert client.get(f"/en/events/{path}").status_code == 404


def test_a_calendar_names_itself_and_where_it_comes_from(client, events):
    saved = calendar(client, "/en/events/2016/calendar.ics?species=saiga&page=1").contents
    name = "Central Asian Mammals Initiative · Events in 2016 · Species: Saiga"
    page = "http://testserver/en/events/2016/"
    expected = {
        "version": "2.0",
        "prodid": "-//CMS Secretariat//CAMI portal//EN",
        "name": name,
        "x-wr-calname": name,
        "url": f"{page}?species=saiga",
        "source": f"{page}calendar.ics?species=saiga",
        "refresh-interval": "PT12H",
        "x-published-ttl": "PT12H",
    }
    assert {key: value[0].value for key, value in saved.items() if key != "vevent"} == expected


@pytest.mark.parametrize("address", ["calendar.ics?species=saiga", "2016/calendar.ics", "e/event.ics"])
def test_an_unchanged_calendar_is_not_sent_again(client, events, address):
    event = f.EventFactory(slug="e")
    event.species.add(*Species.objects.all())
    first = client.get(f"/ru/events/{address}")
    again = client.get(f"/ru/events/{address}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    event.city_ru = "Душанбе"
    event.save()
    assert client.get(f"/ru/events/{address}", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_crowded_calendar_goes_on_in_a_second_part(client, monkeypatch):
    monkeypatch.setattr("events.ics.Calendar.per_page", 2)
    for year in (2015, 2017, 2016):
        f.EventFactory(title_en=str(year), start=D(year, 1, 1), end=None)
    assert titles(client, "/en/events/calendar.ics") == ["2017", "2016"]
    assert (
        client.get("/en/events/calendar.ics")["Link"] == '<http://testserver/en/events/calendar.ics?page=2>; rel="next"'
    )
    assert titles(client, "/en/events/calendar.ics?page=2") == ["2015"]
    assert client.get("/en/events/calendar.ics?page=3").status_code == 404


def test_a_calendar_reveals_nobody(client):
    person = f.PersonFactory(family_name_en="Expert")
    f.PrivateContactFactory(person=person)
    event = f.EventFactory()
    Participant.objects.create(event=event, person=person)
    part = f.OrganisationFactory(email="o@example.org")
    Part.objects.create(event=event, organisation=part, part="organiser")
    text = client.get("/en/events/calendar.ics").content.decode()
    assert event.uuid.urn in text
    assert ("Expert" in text, "@" in text, "ORGANIZER" in text) == (False, False, False)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/en/events/", ""),
        ("/ru/events/?page=1&utm_source=x", ""),
        ("/en/events/2016/?species=saiga", "species=saiga"),
        ("/en/events/2016/8/?what=deadlines&kind=deadline", "kind=deadline"),
    ],
)
def test_lists_offer_their_calendar_with_meetings_deadlines_or_both(client, events, path, kept):
    page = BeautifulSoup(client.get(path).content, "html5lib")
    links = [link["href"] for link in page.select(".subscribe a")]
    base = f"://testserver{path.partition('?')[0]}calendar.ics"
    queries = ["&".join(filter(None, [kept, what])) for what in ("", "what=meetings", "what=deadlines")]
    addresses = [base + ("?" if query else "") + query for query in queries]
    assert links == [scheme + address for address in addresses for scheme in ("webcal", "http")]
    assert page.select_one("link[rel=alternate][type='text/calendar']")
    for link in links[1::2]:
        assert calendar(client, link)


def test_a_wrong_filter_offers_no_calendar(client):
    page = BeautifulSoup(client.get("/en/events/?what=x").content, "html5lib")
    assert page.select(".subscribe, [type='text/calendar']") == []
