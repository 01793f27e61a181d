import datetime

import pytest

from events.models import Event
from tests.factories import EventFactory
from tests.lists import rows_in

pytestmark = pytest.mark.django_db
D = datetime.date


def test_a_day_alone_is_a_meeting_of_one_day():
    event = EventFactory(start=D(2016, 7, 5), end=None)
    assert (event.end, event.end_precision) == (D(2016, 7, 5), "day")


def test_a_vague_date_stands_for_its_whole_interval():
    event = EventFactory(start=D(2016, 11, 17), start_precision="month", end=None)
    assert (event.start, event.end, event.end_precision) == (D(2016, 11, 1), D(2016, 11, 30), "month")
    year = EventFactory(start=D(2014, 5, 5), start_precision="year", end=None)
    assert (year.start, year.end) == (D(2014, 1, 1), D(2014, 12, 31))


def test_until_november_includes_its_last_day():
    event = EventFactory(start=D(2016, 11, 1), start_precision="month", end=None)
    assert event in Event.objects.upcoming(D(2016, 11, 30))
    assert event not in Event.objects.upcoming(D(2016, 12, 1))
    assert event in Event.objects.past(D(2016, 12, 1))


def test_upcoming_and_past_share_all_events_between_them():
    today = D(2016, 8, 24)
    events = {
        "over": EventFactory(start=D(2016, 8, 20), end=D(2016, 8, 23)),
        "running": EventFactory(start=D(2016, 8, 22), end=D(2016, 8, 26)),
        "to come": EventFactory(start=D(2016, 9, 1), end=None),
        "to be announced": EventFactory(start=None, end=None),
    }
    assert set(Event.objects.past(today)) == {events["over"]}
    assert set(Event.objects.upcoming(today)) == set(events.values()) - {events["over"]}


@pytest.mark.parametrize(("year", "found"), [(2015, False), (2016, True), (2017, True), (2018, False)])
def test_a_meeting_belongs_to_each_year_that_it_touches(client, year, found):
    event = EventFactory(start=D(2016, 12, 30), end=D(2017, 1, 2))
    assert (event.slug in rows_in(client.get(f"/en/events/?year={year}"))) is found


def test_exact_dates_come_before_vague_ones_of_the_same_day():
    vague = EventFactory(start=D(2016, 1, 1), start_precision="year", end=None)
    exact = EventFactory(start=D(2016, 1, 1), end=None)
    assert list(Event.objects.all()) == [exact, vague]


def test_a_changed_date_is_a_new_edition_of_the_calendar_entry_and_a_changed_text_is_not():
    event = EventFactory()
    event.summary_en = "Other words."
    event.save()
    assert event.sequence == 0
    event.end = D(2016, 8, 27)
    event.save()
    event.status = Event.Status.CANCELLED
    event.save()
    assert event.sequence == 2


def test_deadlines_and_meetings_are_told_apart():
    deadline, meeting = EventFactory(kind="deadline", end=None), EventFactory()
    assert (list(Event.objects.deadlines()), list(Event.objects.meetings())) == ([deadline], [meeting])


def test_only_exact_days_are_fit_for_calendars():
    assert EventFactory().is_exact
    assert not EventFactory(start=D(2016, 11, 1), start_precision="month", end=None).is_exact
    assert not EventFactory(start=None, end=None).is_exact
