import datetime

import pytest
from django.utils import timezone

from contacts.models import Assignment
from tests.factories import AssignmentFactory, PersonFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def today():
    return timezone.localdate()


@pytest.mark.parametrize(
    ("fields", "current"),
    [
        ({"confirmed": 0}, True),
        ({"confirmed": -364}, True),
        ({"confirmed": -365}, False),
        ({"confirmed": None}, False),
        ({"confirmed": 0, "start": 1}, False),
        ({"confirmed": 0, "start": 0, "end": 0}, True),
        ({"confirmed": 0, "end": -1}, False),
    ],
)
def test_a_person_is_in_charge_only_while_somebody_says_so(fields, current):
    days = {name: None if offset is None else today() + offset * DAY for name, offset in fields.items()}
    assignment = AssignmentFactory(**days)
    assert assignment.is_current is current
    assert (assignment in Assignment.objects.current()) is current


def test_nobody_is_shown_as_in_charge_today_on_the_word_of_2016(client):
    person = PersonFactory(family_name_en="Formerly")
    assignment = AssignmentFactory(
        person=person, start=datetime.date(2016, 11, 1), confirmed=datetime.date(2016, 12, 1)
    )
    for address in ("/en/contacts/", assignment.role.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "Formerly" in page
        assert "ast recorded" in page


def test_a_vacancy_is_said(client):
    AssignmentFactory(person=None, confirmed=today())
    assert "ot yet named" in client.get("/en/contacts/").content.decode()


def test_vague_days_stand_for_their_interval():
    day = datetime.date(2016, 11, 17)
    assignment = AssignmentFactory(start=day, start_precision="month", end=day, end_precision="month")
    assert (assignment.start, assignment.end) == (datetime.date(2016, 11, 1), datetime.date(2016, 11, 30))


@pytest.mark.parametrize(("kind", "named"), [("secretariat", True), ("mou-focal-point", False)])
def test_the_list_names_former_holders_only_within_the_secretariat(client, kind, named):
    assignment = AssignmentFactory(person=PersonFactory(family_name_en="Formerly"), role__kind=kind)
    assert ("Formerly" in client.get("/en/contacts/").content.decode()) is named
    assert "Formerly" in client.get(assignment.role.get_absolute_url()).content.decode()
