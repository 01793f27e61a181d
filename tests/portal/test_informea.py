"""What InforMEA's harvester asks, in its order, and what it makes of the answers: every trap that its code holds."""

import datetime
import itertools
import json
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cami_portal.informea import rules
from cami_portal.informea.feed import written_in
from cami_portal.management.commands.seed import FIXTURES
from contacts.models import Country, OrganisationPart
from events.informea import TYPES
from events.models import Event, Part
from news.models import Article
from publishing.models import Picture, Tombstone
from tests import factories as f

pytestmark = pytest.mark.django_db
D = datetime.date
SERVICE = "/informea.svc"
EXPAND = {"Meetings": "title,description", "Contacts": "treaties"}
TODAY = D(2026, 11, 22)
WHOLE = {"summary_en": "In short.", "summary_ru": "Кратко.", "venue_en": "Academy", "city_en": "Bishkek"}


def harvest(client, entity):
    """The rows by their identity, as the harvester gets them page by page."""
    rows, skip = {}, 0
    while True:
        query = f"$top=100&$skip={skip}&$expand={EXPAND[entity]}&$orderby=updated%20desc,id"
        response = client.get(f"{SERVICE}/{entity}?{query}", headers={"Accept": "application/json"})
        assert (response.status_code, response["DataServiceVersion"]) == (200, "2.0")
        page = response.json()["d"]["results"]
        if not page:
            return rows
        assert len(page) == len({row["id"] for row in page}) <= 100
        assert not rows.keys() & {row["id"] for row in page}
        rows |= {row["id"]: row for row in page}
        skip += 100


def meeting(client):
    return next(iter(harvest(client, "Meetings").values()))


def contact(client):
    return next(iter(harvest(client, "Contacts").values()))


def country(code):
    return Country.objects.filter(code=code).first() or f.CountryFactory(code=code)


def made(**fields):
    """An event with nothing to remark."""
    return f.EventFactory(country=country("KG"), **WHOLE | fields)


def secretariat(**fields):
    office = f.OrganisationFactory(country=country("DE"), slug="cms-secretariat")
    return f.RoleFactory(organisation=office, **fields)


def focal_point(species=None, **fields):
    office = f.OrganisationFactory(country=country("KZ"), email="office@example.org", address="Street 1")
    person = f.PersonFactory(organisation=office, given_name_en="Given", family_name_en="Family")
    f.PrivateContactFactory(person=person, email="private@example.org")
    fields = {"person": person, "name_public": True, "species": species or f.SpeciesFactory(name_en="Saiga")} | fields
    return f.FocalPointFactory(**fields)


# --- the harvest --------------------------------------------------------------------------------------------------


def test_the_seed_is_harvested_and_every_row_is_taken(client):
    call_command("loaddata", *FIXTURES[:-1], verbosity=0)  # all but the news
    for entity, rule, number in [("Meetings", rules.meeting, 14), ("Contacts", rules.contact, 5)]:
        assert client.get(f"{SERVICE}/{entity}/$count").content == str(number).encode()
        rows = harvest(client, entity)
        assert len(rows) == number
        for row in rows.values():
            assert [rule(row, version).errors for version in (1, 3)] == [[], []]
            assert client.get(f"{SERVICE}/{entity}('{row['id']}')").status_code == 200
    # What other secretariats send themselves is left to them (trap 16).
    sent = Event.objects.published().for_informea()
    theirs = ["cms-standing-committee", "iucn", "cites", "gslep-secretariat"]
    assert not sent.filter(kind__in=["cop", "congress"]).exists()
    assert not sent.filter(
        organisation_parts__part="organiser", organisation_parts__organisation__slug__in=theirs
    ).exists()


def test_pages_follow_until_the_empty_one(client):
    f.EventFactory.create_batch(101)
    assert len(harvest(client, "Meetings")) == 101
    first = client.get(f"{SERVICE}/Meetings?$inlinecount=allpages").json()["d"]  # without a number, a hundred
    assert (len(first["results"]), first["__count"]) == (100, "101")
    rest = client.get(first["__next"].removeprefix("http://testserver")).json()["d"]
    assert (len(rest["results"]), "__next" in rest) == (1, False)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("updated desc,id", ["b", "c", "a"]),
        ("updated,id", ["a", "b", "c"]),
        ("updated asc, id desc", ["a", "c", "b"]),
        ("id desc", ["c", "b", "a"]),
        ("id", ["a", "b", "c"]),
        ("updated desc", ["b", "c", "a"]),
    ],
)
def test_rows_come_in_the_order_that_is_asked_for(client, order, found):
    keys = {name: f"{name * 8}-0000-4000-8000-000000000000" for name in "abc"}
    days = {"a": D(2026, 1, 1), "b": D(2026, 2, 1), "c": D(2026, 2, 1)}
    for name, key in keys.items():
        event = f.EventFactory(uuid=key)
        Event.objects.filter(pk=event.pk).update(
            changed=datetime.datetime.combine(days[name], datetime.time(), datetime.UTC)
        )
    rows = client.get(f"{SERVICE}/Meetings", {"$orderby": order}).json()["d"]["results"]
    assert [row["id"][0] for row in rows] == found


def test_what_is_not_expanded_says_where_it_is(client):
    made(title_en="A", title_ru="Б")
    row = client.get(f"{SERVICE}/Meetings").json()["d"]["results"][0]
    address = row["title"]["__deferred"]["uri"]
    assert address == f"http://testserver{SERVICE}/Meetings('{row['id']}')/title"
    texts = client.get(urlsplit(address).path).json()["d"]["results"]
    assert [(text["language"], text["value"]) for text in texts] == [("en", "A"), ("ru", "Б")]


def test_the_service_describes_what_it_serves(client):
    made()
    secretariat()
    assert client.get(f"{SERVICE}/").json() == client.get(SERVICE).json() == {"d": {"EntitySets": list(EXPAND)}}
    schema = ElementTree.fromstring(client.get(f"{SERVICE}/$metadata").content)  # noqa: S314 - our own
    edm = "{http://schemas.microsoft.com/ado/2008/09/edm}"
    described = {
        kind.get("Name"): {one.get("Name") for one in kind if one.get("Name")}
        for kind in schema.iter(f"{edm}EntityType")
    }
    assert described["Meeting"] == meeting(client).keys() - {"__metadata"}
    assert described["Contact"] == contact(client).keys() - {"__metadata"}
    assert [one.get("Name") for one in schema.iter(f"{edm}EntitySet")] == [
        "Meetings", "MeetingTitle", "description", "Contacts", "treaties",
    ]  # fmt: skip


def test_asking_again_costs_nothing_until_something_changes(client):
    made()
    for address in (f"{SERVICE}/Meetings", "/api/informea/meetings.json", "/en/news/informea.xml"):
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


# --- the traps, by their numbers in the report on InforMEA -----------------------------------------------------------


def test_1_the_treaty_is_one_that_is_known_there_unless_somebody_sets_another(client, settings):
    made()
    secretariat()
    assert (meeting(client)["treaty"], rules.meeting(meeting(client)).errors) == ("cms", [])
    settings.INFORMEA_TREATY = "central-asian-mammals"
    assert not rules.meeting(meeting(client)).accepted
    assert not rules.contact(contact(client)).accepted


def test_1_one_known_treaty_is_enough_for_a_contact(client):
    secretariat()
    row = contact(client)
    row["treaties"].append({"value": "central-asian-mammals"})
    finding = rules.contact(row)
    assert (finding.accepted, len(finding.remarks)) == (True, 1)


@pytest.mark.parametrize("version", [1, 3])
def test_2_the_treaties_of_a_contact_are_objects(client, version):
    secretariat()
    row = contact(client)
    assert [one["value"] for one in row["treaties"]] == ["cms"]
    assert rules.contact(row, version).accepted
    assert not rules.contact(row | {"treaties": ["cms"]}, version).accepted


def test_3_texts_stand_in_a_plain_array_which_both_consumers_take(client):
    made()
    row = meeting(client)
    wrapped = row | {"title": {"results": row["title"]}}
    assert [rules.meeting(one, version).accepted for one in (row, wrapped) for version in (1, 3)] == [
        True, True, True, False,
    ]  # fmt: skip


def test_4_texts_by_language_are_rejected(client):
    made()
    row = meeting(client)
    assert not rules.meeting(row | {"title": {"en": "A", "ru": "Б"}}).accepted


def test_5_english_comes_first_and_no_language_that_is_unknown_there(client):
    made(title_en="A", title_ru="Б")
    row = meeting(client)
    assert (
        [text["language"] for text in row["title"]] == [text["language"] for text in row["description"]] == ["en", "ru"]
    )
    assert rules.meeting(row).shown["titles"] == {"en": "A", "ru": "Б"}
    kazakh = [{"language": "kk", "value": "Қ"}, *row["title"]]
    assert rules.meeting(row | {"title": kazakh}).shown["titles"] == {"en": "Қ", "ru": "Б"}
    capitals = [{"language": "ru", "value": "Б"}, {"language": "EN", "value": "A"}]
    assert rules.meeting(row | {"title": capitals}).shown["title"] == "Б"


@pytest.mark.parametrize(
    "days",
    [
        {"start": None, "end": None},
        {"start_precision": "month"},
        {"start_precision": "year", "end": None},
        {"end": D(2016, 9, 1), "end_precision": "month"},
    ],
)
def test_6_what_has_no_exact_days_is_not_sent(client, days):
    made(**days)
    assert client.get(f"{SERVICE}/Meetings/$count").content == b"0"
    assert harvest(client, "Meetings") == {}


def test_6_a_row_without_a_day_is_rejected(client):
    made()
    assert not rules.meeting(meeting(client) | {"start": None, "status": "nodate"}).accepted


def test_7_and_8_a_day_is_its_midnight_in_greenwich_whatever_the_zone(client):
    made(start_time=datetime.time(9), time_zone="Asia/Bishkek")
    row = meeting(client)
    assert (row["start"], row["end"]) == ("/Date(1471824000000)/", "/Date(1472169600000)/")
    shown = rules.meeting(row).shown
    assert (shown["start"], shown["end"]) == (D(2016, 8, 22), D(2016, 8, 26))
    local = rules.meeting(row | {"start": "/Date(1471802400000)/"}).shown["start"]  # midnight in Bishkek
    assert local == D(2016, 8, 21)
    raw = rules.meeting(row | {"start": "2016-08-22T00:00:00Z"})
    assert (raw.shown["start"], len(raw.remarks)) == (None, 1)


def test_9_a_russian_title_alone_is_held_back(client):
    event = made(title_en="", summary_en="")
    assert harvest(client, "Meetings") == {}
    assert event.kept_from_informea
    alone = {"title": [{"language": "ru", "value": "Б"}], "treaty": "cms", "start": "/Date(1471824000000)/"}
    finding = rules.meeting(alone)
    assert (finding.accepted, finding.shown["title"], len(finding.remarks) > 0) == (True, "Б", True)


def test_10_a_contact_without_a_country_is_held_back(client):
    f.RoleFactory()
    focal_point(person=f.PersonFactory())
    assert harvest(client, "Contacts") == {}
    assert not rules.contact({"position": "A", "treaties": [{"value": "cms"}], "country": None}).accepted


@pytest.mark.parametrize(
    ("holder", "name"),
    [
        (None, "Officer"),
        ({"person": None}, "Officer (vacant or not yet named)"),
        ({"acting": True}, "Given Family"),
        ({"confirmed": D(2016, 12, 1)}, "Officer"),
        ({"end": D(2020, 1, 1)}, "Officer"),
    ],
)
def test_11_an_office_without_a_holder_is_known_by_its_position(client, time_machine_today, holder, name):
    role = secretariat(title_en="Officer")
    if holder is not None:
        person = f.PersonFactory(given_name_en="Given", family_name_en="Family")
        f.AssignmentFactory(**{"role": role, "person": person, "confirmed": TODAY} | holder)
    row = contact(client)
    assert rules.contact(row).shown["title"] == name
    assert (
        row["position"] == "Officer (acting)" if (holder or {}).get("acting") else row["position"].startswith("Officer")
    )


@pytest.fixture
def time_machine_today(monkeypatch):
    monkeypatch.setattr("contacts.models.timezone.localdate", lambda: TODAY)


def test_12_a_deleted_meeting_stays_as_cancelled(client):
    event = made(informea_kind="stc")
    before = meeting(client)
    event.delete()
    after = meeting(client)
    told = {"status": "cancelled", "url": None, "kind": None, "description": []}
    assert after == before | told | {"updated": after["updated"]}
    assert after["updated"] > before["updated"]
    assert rules.meeting(after).accepted
    assert client.get(f"{SERVICE}/Meetings('{after['id']}')").status_code == 200


@pytest.mark.parametrize("state", ["draft", "submitted", "scheduled", "expired", "withdrawn"])
def test_12_nothing_remains_of_what_was_not_on_the_portal(client, state):
    made(**f.states()[state]).delete()
    assert harvest(client, "Meetings") == {}


@pytest.mark.parametrize("fields", [{"to_informea": False}, {"kind": "visit"}, {"start_precision": "month"}])
def test_12_nor_of_what_was_not_sent(client, fields):
    made(**fields).delete()
    assert Tombstone.objects.get().record is None
    assert harvest(client, "Meetings") == {}


def test_12_what_comes_back_is_no_longer_cancelled(client):
    event = made()
    key = event.uuid
    event.delete()
    made(uuid=key)
    assert [row["status"] for row in harvest(client, "Meetings").values()] == ["over"]


def test_13_what_is_gone_is_not_found(client):
    point = focal_point()
    address = f"{SERVICE}/Contacts('{contact(client)['id']}')"
    assert client.get(address).status_code == 200
    point.delete()
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (404, "application/json; charset=utf-8")
    assert response.json() == {
        "error": {"code": "", "message": {"lang": "en", "value": "There is nothing at this address."}}
    }


def test_14_control_characters_are_not_sent(client):
    event = made()
    with connection.cursor() as cursor:  # past everything that cleans
        cursor.execute("UPDATE events_event SET title_en = %s, summary_en = %s, city_en = %s", ["A\x01B"] * 3)
    assert Event.objects.get(pk=event.pk).title_en == "A\x01B"
    row = meeting(client)
    assert (row["title"][0]["value"], row["description"][0]["value"], row["city"]) == ("AB", "<p>AB</p>", "AB")


def test_15_identities_stay_when_names_and_addresses_change(client):
    event, role, point = made(), secretariat(), focal_point()
    before = [*harvest(client, "Meetings"), *sorted(harvest(client, "Contacts"))]
    event.slug, role.slug, point.species.slug = "other-event", "other-role", "other-species"
    point.person.family_name_en = point.person.slug = "other"
    for item in (event, role, point.species, point.person):
        item.save()
    assert [*harvest(client, "Meetings"), *sorted(harvest(client, "Contacts"))] == before


def test_15_who_is_focal_point_of_two_species_has_two_offices(client):
    one = focal_point()
    f.FocalPointFactory(person=one.person, name_public=True, species=f.SpeciesFactory(name_en="Argali"))
    rows = harvest(client, "Contacts").values()
    assert sorted(row["position"] for row in rows) == ["Species Focal Point: Argali", "Species Focal Point: Saiga"]


def test_16_what_another_secretariat_sends_is_left_to_it(client):
    made(to_informea=False)
    assert harvest(client, "Meetings") == {}


@pytest.mark.parametrize("address", [f"{SERVICE}/Meetings?$expand=title,description", f"{SERVICE}/Contacts"])
def test_17_a_hundred_rows_cost_no_more_queries_than_two(client, address):
    def add(number):
        for _each in range(number):
            event, office = (
                f.EventFactory(country=country("KZ")),
                f.OrganisationFactory(part_of=f.OrganisationFactory()),
            )
            Part.objects.create(event=event, organisation=office, part="organiser")
            f.EventFactory().delete()
            office = f.OrganisationFactory(country=country("KZ"))
            f.AssignmentFactory(role=f.RoleFactory(organisation=office), person=f.PersonFactory(organisation=office))
            f.FocalPointFactory(person=f.PersonFactory(organisation=office), name_public=True)

    add(2)
    client.get(address)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
        add(3)
    assert counts[0] == counts[1]
    assert counts[0] <= 8


# --- what a row says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Event.Kind.values)
def test_each_kind_has_its_word_there_or_is_not_sent(client, kind):
    made(kind=kind, end=D(2016, 8, 22))
    assert [row["type"] for row in harvest(client, "Meetings").values()] == ([TYPES[kind]] if kind in TYPES else [])
    assert (kind in TYPES) is (kind not in ("visit", "deadline"))


def test_an_editor_may_choose_another_word(client):
    made(kind="meeting", informea_kind="mop")
    assert meeting(client)["type"] == "mop"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "over"),
        ({"status": "tentative"}, "tentative"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "postponed"}, "postponed"),
        ({"start": D(2090, 1, 1), "end": D(2090, 1, 2)}, "confirmed"),
    ],
)
def test_the_status_is_said_in_its_words(client, fields, status):
    made(**fields)
    assert meeting(client)["status"] == status
    assert rules.meeting(meeting(client)).remarks == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, (None, None)),
        ({"invitation_only": True, "attendance": "online"}, ("invitation", True)),
        ({"invitation_only": False, "attendance": "hybrid"}, ("public", False)),
        ({"attendance": "in-person"}, (None, False)),
    ],
)
def test_what_is_not_recorded_is_not_said(client, fields, found):
    made(**fields)
    row = meeting(client)
    assert (row["access"], row["virtual"]) == found


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ([], None),
        ([("cms-secretariat", "organiser")], "official"),
        ([("nabu", "organiser"), ("cms-secretariat", "co-organiser")], "official"),
        ([("standing-committee", "organiser")], "official"),
        ([("nabu", "organiser"), ("cms-secretariat", "participant")], "partner"),
        ([("nabu", "host"), ("cms-secretariat", "supporter")], "partner"),
        ([("iucn", "organiser")], "partner"),
        ([("nabu", "organiser")], "interest"),
        ([("nabu", "participant")], None),
    ],
)
def test_whose_meeting_it_is_comes_from_who_organises_it(client, parts, kind):
    event, cms = made(), f.OrganisationFactory(slug="cms")
    for slug, part in parts:
        above = cms if slug == "standing-committee" else None
        office = f.OrganisationFactory(slug=slug, part_of=above)
        Part.objects.create(event=event, organisation=office, part=OrganisationPart.Part(part))
    assert meeting(client)["kind"] == kind


def test_texts_are_escaped_and_places_as_long_as_allowed(client):
    made(summary_en="Argali & <b>urial</b>\nof the Pamirs", venue_en="Long " * 20)
    row = meeting(client)
    assert row["description"][0]["value"] == "<p>Argali &amp; &lt;b&gt;urial&lt;/b&gt;<br>of the Pamirs</p>"
    assert len(row["location"]) <= 64
    assert (row["country"], row["url"]) == ("KGZ", f"http://testserver{Event.objects.get().get_absolute_url()}")


@pytest.mark.parametrize(
    ("fields", "sent"), [({}, True), ({"licence": ""}, False), ({"credit": ""}, False), ({"credit": "C" * 65}, False)]
)
def test_a_picture_goes_with_its_whole_credit_or_not_at_all(client, fields, sent):
    picture = Picture(**{"file": "pictures/a.jpg", "credit": "A. Author", "licence": "CC BY 4.0"} | fields)
    Picture.objects.bulk_create([picture])
    made(picture=Picture.objects.get())
    row = meeting(client)
    expected = ("http://testserver/media/pictures/a.jpg", "A. Author") if sent else (None, None)
    assert (row["imageUrl"], row["imageCopyright"]) == expected


def test_a_role_is_reached_as_its_page_says(client, time_machine_today):
    role = secretariat()
    role.organisation.phones, role.organisation.email = "+49 228 1\n+49 228 2", "office@example.org"
    role.organisation.address = "Platz 1\nBonn"
    role.organisation.save()
    row = contact(client)
    assert (row["email"], row["phoneNumber"], row["address"]) == ("office@example.org", "+49 228 1", "Platz 1, Bonn")
    f.AssignmentFactory(role=role, confirmed=TODAY, email="direct@example.org", phone="+49 228 3")
    row = contact(client)
    assert (row["email"], row["phoneNumber"], row["country"]) == ("direct@example.org", "+49 228 3", "DEU")


def test_a_focal_point_has_a_name_and_no_address(client):
    focal_point()
    row = contact(client)
    assert (row["firstName"], row["lastName"], row["country"]) == ("Given", "Family", "KAZ")
    assert {row[name] for name in ("email", "phoneNumber", "fax", "address", "institution", "department")} == {None}
    assert rules.contact(row).shown["title"] == "Given Family"


# --- what does not leak -------------------------------------------------------------------------------------------

DOORS = [
    *[f"{SERVICE}/{name}?$expand={expand}" for name, expand in EXPAND.items()],
    *["/api/informea/meetings.json", "/api/informea/contacts.json", "/en/news/informea.xml", "/ru/news/informea.xml"],
]


def test_only_what_is_live_goes_out(client):
    for state, fields in f.states().items():
        species = f.SpeciesFactory(**fields, name_en=f"mark-{state}", name_ru=f"mark-{state}")
        focal_point(species)
        made(**fields, title_en=f"mark-{state}")
        article = f.ArticleFactory(**fields, title_en=f"mark-{state}", title_ru=f"mark-{state}")
        article.species.add(species)
    for door in DOORS:
        text = client.get(door).content.decode()
        assert [state for state in f.states() if f"mark-{state}" in text] == ["live"], door
    for event in Event.objects.exclude(pk__in=Event.objects.published()):
        assert client.get(f"{SERVICE}/Meetings('{event.uuid}')").status_code == 404


def test_no_address_of_an_expert_and_no_name_without_consent(client):
    one = focal_point()
    focal_point(
        person=f.PersonFactory(family_name_en="Undisclosed", organisation=one.person.organisation), name_public=False
    )
    texts = "".join(client.get(door).content.decode() for door in DOORS)
    assert "Family" in texts
    assert [word for word in ("private@", "office@", "Street 1", "Undisclosed") if word in texts] == []


# --- what may be asked --------------------------------------------------------------------------------------------


def refused(response, status):
    assert (response.status_code, response["Content-Type"]) == (status, "application/json; charset=utf-8")
    message = response.json()["error"]["message"]
    assert message["lang"] == "en"
    assert message["value"]


BAD = [
    *["$top=-1", "$top=501", "$top=abc", "$top=", "$top=1e2", "$top=%D9%A1", "$top=1_0", "$top=%201", "$top=1%0A"],
    *["$skip=2147483648", "$skip=" + "9" * 5000, "$skip=%00", "$skip=-5", "$top=1&$top=2", "$orderby=title"],
    *["$orderby=updated%20down", "$orderby=", "$orderby=id,id", "$orderby=id,updated,id,id", "$orderby=updated;id"],
    *["$expand=organisations", "$expand=", "$expand=title%00", "$inlinecount=all", "year=2016", "a%00=1", "%24=1"],
    *["$orderby=" + "id," * 300, "$expand=title&$expand=description", "$format=json&$format=json", "$top=%ED%A0%80"],
]


@pytest.mark.parametrize("query", BAD)
def test_what_is_not_understood_is_refused_in_words(client, query):
    f.EventFactory()
    refused(client.get(f"{SERVICE}/Meetings?{query}"), 400)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("$filter=updated gt datetime'2026-01-01T00:00:00'", 501),
        ("$select=id", 501),
        ("$skiptoken=1", 501),
        ("$format=atom", 415),
        ("$format=xml", 415),
    ],
)
def test_what_the_service_does_not_offer_it_says(client, query, status):
    refused(client.get(f"{SERVICE}/Meetings?{query}"), status)
    assert "$" in client.get(f"{SERVICE}/Meetings?{query}").json()["error"]["message"]["value"]


@pytest.mark.parametrize(
    "query", ["$top=0", "$top=500&$skip=2147483647", "$format=json", "$inlinecount=none", "$skip=007"]
)
def test_what_can_be_asked_is_answered(client, query):
    assert client.get(f"{SERVICE}/Meetings?{query}").status_code == 200
    assert client.get(f"{SERVICE}/Contacts?{query}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *["Decisions", "Meetings('none')", "Meetings('')", "Meetings(1)", "Meetings/title", "$batch", "meetings"],
        *["Contacts('00000000-0000-0000-0000-000000000000')", "Meetings('%00')", "Meetings('a'')", "%00", "x%0Ay"],
        *["Meetings('00000000-0000-0000-0000-000000000000')/title", "%ED%A0%80", "Meetings/$count/x", "a" * 3000],
        "Meetings(guid'00000000-0000-0000-0000-000000000000')",
    ],
)
def test_an_unknown_resource_is_not_found(client, path):
    refused(client.get(f"{SERVICE}/{path}"), 404)


def test_the_key_of_one_row_takes_no_other_part(client):
    event = made()
    address = f"{SERVICE}/Meetings('{event.uuid}')"
    assert client.get(f"{address}?$expand=title").json()["d"]["title"][0]["value"] == event.title_en
    refused(client.get(f"{address}/slug"), 404)
    refused(client.get(f"{address}/$count"), 404)
    refused(client.get(f"{address}?$top=1"), 400)
    refused(client.get(f"{SERVICE}/Meetings/$count?$top=1"), 400)


@pytest.mark.parametrize("accept", ["application/atom+xml", "text/html", "*/*", ""])
def test_the_answer_is_json_whatever_is_accepted(client, accept):
    response = client.get(f"{SERVICE}/Meetings", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json; charset=utf-8")


def test_it_can_be_read_only():
    browser = Client(enforce_csrf_checks=True)
    for method in ("POST", "PUT", "DELETE", "MERGE"):
        refused(browser.generic(method, f"{SERVICE}/Meetings"), 405)
        assert browser.generic(method, "/api/informea/meetings.json").json()["status"] == 405
    answer = browser.head(f"{SERVICE}/Meetings")
    assert (answer.status_code, answer.content) == (200, b"")


def test_an_error_of_ours_and_a_foreign_host_are_answered_alike(client, monkeypatch):
    refused(client.get(f"{SERVICE}/Meetings", headers={"host": "evil.example"}), 400)
    monkeypatch.setattr("cami_portal.informea.meetings.Meetings.page", lambda *args: 1 / 0)
    client.raise_request_exception = False
    refused(client.get(f"{SERVICE}/Meetings"), 500)


@pytest.mark.parametrize("language", ["en", "ru", "zz"])
def test_the_reader_s_language_changes_nothing(client, language):
    secretariat(title_en="Officer", title_ru="Сотрудник")
    response = client.get(f"{SERVICE}/Contacts", headers={"Accept-Language": language})
    assert (response.json()["d"]["results"][0]["position"], response["Content-Language"]) == ("Officer", "en, ru")


# --- the newer shape ----------------------------------------------------------------------------------------------


def test_what_is_not_supported_is_no_fault_that_the_log_tells_of(client, caplog):
    refused(client.get(f"{SERVICE}/Meetings?$filter=id eq 1"), 501)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_the_newer_shape_has_the_same_rows_flat(client):
    event = made(title_en="A", title_ru="Б", invitation_only=True)
    secretariat()
    row = client.get("/api/informea/meetings.json").json()[0]
    assert (row["id"], row["title"], row["start"], row["end"]) == (
        str(event.uuid), {"en": "A", "ru": "Б"}, "2016-08-22", "2016-08-26",
    )  # fmt: skip
    assert (row["country"], row["access"], row["updated"]) == (["KGZ"], None, int(event.changed.timestamp()))
    assert client.get("/api/informea/contacts.json").json()[0]["treaties"] == ["cms"]
    assert client.get("/api/informea/meetings.json?$count=true").json() == {"count": 1}


@pytest.mark.parametrize("query", ["$count=yes", "$top=501", "x=1", "$count=true&$count=true", "$skip=%00"])
def test_the_newer_shape_refuses_what_it_does_not_know(client, query):
    response = client.get(f"/api/informea/meetings.json?{query}")
    assert (response.status_code, response.json()["status"]) == (400, 400)


# --- the news -----------------------------------------------------------------------------------------------------


def test_the_news_are_whole_and_lead_to_the_portal(client):
    linked = f.ArticleFactory(slug="linked")
    article = f.ArticleFactory(
        title_en="A", date=D(2016, 11, 15), body_en=f'<p>See <a href="/ru/news/{linked.slug}/">here</a>.</p>'
    )
    article.species.add(f.SpeciesFactory(name_en="Saiga"), f.SpeciesFactory(name_en="Hidden", published_at=None))
    article.states.add(f.RangeStateFactory(country=f.CountryFactory(name_en="Kazakhstan")))
    response = client.get("/en/news/informea.xml")
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    feed = feedparser.parse(response.content)
    assert (feed.bozo, feed.version, feed.feed.language, len(feed.entries)) == (False, "rss20", "en", 2)
    entry = feed.entries[0]
    assert entry.title == "A"
    assert f'<guid isPermaLink="false">urn:uuid:{article.uuid}</guid>' in response.content.decode()
    assert entry.link == f"http://testserver{article.get_absolute_url()}"
    assert entry.published == "Tue, 15 Nov 2016 00:00:00 +0100"
    assert [tag.term for tag in entry.tags] == ["Saiga", "Kazakhstan"]
    text = '<p>In short.</p><p>See <a href="http://testserver/en/news/linked/" rel="noopener">here</a>.</p>'
    assert entry.content[0].value == text


def test_the_feed_of_a_language_has_what_exists_in_it(client):
    f.ArticleFactory(title_en="Both", title_ru="Оба")
    f.ArticleFactory(title_en="English", title_ru="", summary_ru="")
    f.ArticleFactory(title_en="Half", title_ru="Половина", summary_ru="")
    f.ArticleFactory(title_en="", summary_en="", title_ru="Русский")
    titles = {
        language: {
            entry.title for entry in feedparser.parse(client.get(f"/{language}/news/informea.xml").content).entries
        }
        for language in ("en", "ru")
    }
    assert titles == {"en": {"Both", "English", "Half"}, "ru": {"Оба", "Русский"}}


def test_the_feed_has_the_newest_fifty_and_no_filters(client):
    f.ArticleFactory.create_batch(51)
    assert len(feedparser.parse(client.get("/en/news/informea.xml").content).entries) == 50
    assert client.get("/en/news/informea.xml?species=saiga").status_code == 400


def test_an_empty_feed_is_a_feed(client):
    feed = feedparser.parse(client.get("/ru/news/informea.xml").content)
    assert (feed.bozo, feed.entries) == (False, [])


# --- the same question twice --------------------------------------------------------------------------------------


def test_the_reason_of_one_event_and_the_query_for_all_agree():
    variants = [
        *[{}, {"kind": "visit"}, {"kind": "deadline", "end": D(2016, 8, 22)}, {"to_informea": False}, {"kind": "cop"}],
        *[{"start": None, "end": None}, {"start_precision": "month"}, {"title_en": ""}],
        {"end": D(2016, 9, 1), "end_precision": "month"},
    ]
    for fields in variants:
        event = f.EventFactory(**fields)
        assert Event.objects.for_informea().filter(pk=event.pk).exists() is (not event.kept_from_informea), fields
    assert Event.objects.for_informea().count() == 2


def test_the_remains_of_an_event_can_be_stored():
    event = made()
    assert json.loads(json.dumps(event.remains())) == event.remains()


@pytest.mark.parametrize("texts", list(itertools.product(["", "Text"], repeat=4)))
def test_an_article_is_in_the_feeds_of_its_languages(texts):
    fields = dict(zip(["title_en", "title_ru", "summary_en", "summary_ru"], texts, strict=True))
    if not (fields["title_en"] or fields["title_ru"]):
        return
    article = f.ArticleFactory(**fields)
    assert [code for code in ("en", "ru") if Article.objects.filter(written_in(code)).exists()] == article.languages
