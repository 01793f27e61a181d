"""Calendars as programs read them: the parser is not the library that wrote them. Another one: browser/test_ics.py."""

import datetime

import pytest
import vobject
from django.db import connection

from events.models import Event
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
