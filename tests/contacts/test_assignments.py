import datetime

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from contacts.models import Assignment
from tests.factories import AssignmentFactory, PersonFactory, RoleFactory

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


def words(client, address):
    return " ".join(BeautifulSoup(client.get(address).content, "html5lib").main.get_text(" ").split())


def test_nobody_is_shown_as_in_charge_today_on_the_word_of_2016(client):
    person = PersonFactory(family_name_en="Formerly")
    assignment = AssignmentFactory(
        person=person, start=datetime.date(2016, 11, 1), confirmed=datetime.date(2016, 12, 1), email="then@example.org"
    )
    listed, page = words(client, "/en/contacts/"), words(client, assignment.role.get_absolute_url())
    unknown = "Who holds this role today is not recorded."
    assert f"{unknown} Last recorded ( December 2016 ): Formerly" in listed
    assert f"In charge today {unknown} Recorded earlier Formerly" in page
    assert "then@example.org" not in listed


def test_who_is_in_charge_is_said_with_how_to_reach_them_and_who_comes_next(client):
    role = RoleFactory(about_en="Questions about handovers.")
    AssignmentFactory(
        role=role,
        person=PersonFactory(family_name_en="Leaving"),
        **{"acting": True, "confirmed": today(), "end": today() + DAY, "email": "l@example.org"},
        phone="+49 (0) 228-815/24 ext. 7",
    )
    AssignmentFactory(role=role, person=PersonFactory(family_name_en="Coming"), confirmed=today(), start=today() + DAY)
    listed = words(client, "/en/contacts/")
    assert listed.index("Questions") < listed.index(role.title_en) < listed.index("Leaving (acting)")
    assert "Next: Coming from" in listed
    assert "not recorded" not in listed
    page = client.get(role.get_absolute_url()).content.decode()
    assert 'href="mailto:l@example.org"' in page
    assert 'href="tel:+4922881524"' in page


def test_an_unconfirmed_successor_is_no_news_of_today(client):
    assignment = AssignmentFactory(start=today() + DAY)
    assert assignment.role.following == []


@pytest.mark.parametrize(("confirmed", "said"), [(0, "vacant or not yet named since"), (-400, "today is not recorded")])
def test_a_vacancy_is_said_while_it_is_known(client, confirmed, said):
    AssignmentFactory(person=None, confirmed=today() + confirmed * DAY, start=today() - 500 * DAY)
    assert said in words(client, "/en/contacts/")


def test_vague_days_stand_for_their_interval():
    day = datetime.date(2016, 11, 17)
    assignment = AssignmentFactory(start=day, start_precision="month", end=day, end_precision="month")
    assert (assignment.start, assignment.end) == (datetime.date(2016, 11, 1), datetime.date(2016, 11, 30))


@pytest.mark.parametrize(("kind", "named"), [("secretariat", True), ("mou-focal-point", False)])
def test_the_list_names_former_holders_only_within_the_secretariat(client, kind, named):
    assignment = AssignmentFactory(person=PersonFactory(family_name_en="Formerly"), role__kind=kind)
    assert ("Formerly" in client.get("/en/contacts/").content.decode()) is named
    assert "Formerly" in client.get(assignment.role.get_absolute_url()).content.decode()
