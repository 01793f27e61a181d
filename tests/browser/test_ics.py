"""Calendars as ical.js reads them, the parser of Thunderbird and other programs.

``ical.min.js`` is ``dist/ical.es5.min.cjs`` of ical.js 2.2.1 as it stands in the npm registry, under the Mozilla Public
Licence 2.0 (https://mozilla.org/MPL/2.0/); its source is at https://github.com/kewisch/ical.js.
"""

import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from tests import factories as f

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PARSER = Path(__file__).with_name("ical.min.js")
D, T = datetime.date, datetime.time
READ = """text => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const rows = calendar.getAllSubcomponents("vevent").map(row => {
    const event = new ICAL.Event(row);
    return [event.uid, {
      title: event.summary, text: event.description, place: event.location, edition: event.sequence,
      status: row.getFirstPropertyValue("status"), allDay: event.startDate.isDate,
      start: event.startDate.toString(), end: event.endDate.toString(),
      zone: event.startDate.zone.tzid, unix: event.startDate.toUnixTime(), lasts: event.duration.toSeconds(),
      stamp: row.getFirstPropertyValue("dtstamp").toString(),
    }];
  });
  return {
    name: calendar.getFirstPropertyValue("name"), method: calendar.getFirstPropertyValue("method"),
    refresh: String(calendar.getFirstPropertyValue("refresh-interval")), rows: Object.fromEntries(rows),
  };
}"""


@pytest.fixture(scope="module")
def parser(chromium):
    page = chromium.new_page()
    page.add_script_tag(path=PARSER)
    yield lambda response: page.evaluate(READ, response.content.decode())
    page.close()


def read(client, parser, event, language="en"):
    response = client.get(f"/{language}/events/{event.slug}/event.ics")
    return parser(response)["rows"][event.uuid.urn]


def test_the_parser_is_the_published_one():
    assert sha256(PARSER.read_bytes()).hexdigest() == "74b6aa16936daa102ca216a29c8c25b53468762dd793bd9b106074aaa7961c65"


def test_days_titles_and_texts_arrive_whole(client, parser):
    title, summary = "Семинар; сохранение, «виды»\\учёт " * 8, 'Первое, второе.\nТретье; "четвёртое".'
    event = f.EventFactory(title_ru=title, summary_ru=summary, city_ru="Душанбе", status="cancelled")
    row = read(client, parser, event, "ru")
    assert (row["allDay"], row["start"], row["end"], row["lasts"]) == (True, "2016-08-22", "2016-08-27", 5 * 86400)
    assert (row["title"], row["place"]) == (f"Отменено: {title.strip()}", "Душанбе")
    assert summary in row["text"]
    assert (row["status"], row["edition"]) == ("CANCELLED", 0)
    assert row["stamp"] == f"{event.changed:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("zone", "day", "offset"),
    [
        ("Asia/Dushanbe", D(2016, 8, 22), 5),
        ("Asia/Almaty", D(2024, 2, 29), 6),
        ("Asia/Almaty", D(2024, 3, 1), 5),
        ("Asia/Tehran", D(2016, 8, 22), 4.5),
        ("Asia/Kathmandu", D(2016, 8, 22), 5.75),
        ("Europe/Berlin", D(2016, 3, 26), 1),
        ("Europe/Berlin", D(2016, 3, 27), 2),
        ("Europe/Berlin", D(2016, 10, 29), 2),
        ("Europe/Berlin", D(2016, 10, 30), 1),
        ("UTC", D(2016, 8, 22), 0),
    ],
)
def test_hours_are_those_of_the_place_on_that_day(client, parser, zone, day, offset):
    row = read(client, parser, f.EventFactory(start=day, end=day, start_time=T(9), end_time=T(17), time_zone=zone))
    there = datetime.timezone(datetime.timedelta(hours=offset))
    assert row["unix"] == datetime.datetime.combine(day, T(9), there).timestamp()
    assert (row["zone"], row["lasts"]) == (zone, 8 * 3600)
