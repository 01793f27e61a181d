"""What editors are told of their meetings and contacts at InforMEA: in words, with the way to each form."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Country
from events.models import Event
from tests import factories as f

pytestmark = pytest.mark.django_db
D = datetime.date
WHOLE = {"summary_en": "In short.", "venue_en": "Academy", "city_en": "Bishkek"}


def entries(client, language="en"):
    """``{name: (fate, its reasons in one text)}`` and the page."""
    page = client.get("/admin/informea/", headers={"accept-language": language})
    soup = BeautifulSoup(page.content.decode(), "html.parser")
    found = {}
    for heading in soup.select(".harvest h3"):
        for entry in heading.find_next_sibling("ul").find_all("li", recursive=False):
            reasons = " ".join(reason.text for reason in entry.select(".reasons li"))
            found[entry.select_one(".name").text.strip()] = (heading["id"].split("-")[1], reasons)
    return found, soup


def made(title, **fields):
    if "country" not in fields:
        fields["country"] = f.CountryFactory(code="KG")
    return f.EventFactory(**WHOLE | {"title_en": title} | fields)


@pytest.mark.parametrize(
    ("fields", "fate", "reason"),
    [
        ({}, "accepted", ""),
        ({"city_en": ""}, "remark", "The city is missing in English."),
        ({"country": None}, "remark", "The country is missing."),
        ({"venue_en": "Long " * 20}, "remark", "The name of the place is cut: InforMEA takes 64 characters."),
        ({"title_ru": ""}, "remark", "The title is missing in Russian: there will be the English one only."),
        ({"kind": "visit"}, "kept", "Visits and deadlines are no meetings: they are not sent."),
        ({"to_informea": False}, "kept", "“Send to InforMEA” is not ticked."),
        ({"start": None, "end": None}, "kept", "The date is still to be announced."),
        ({"start_precision": "year"}, "kept", "Only the month or the year is known; InforMEA needs exact days."),
    ],
)
def test_each_event_has_its_fate_and_the_reason(editing, fields, fate, reason):
    event = made("Meeting", **fields)
    found, page = entries(editing)
    assert found == {"Meeting": (fate, reason)}
    assert page.select_one(".entries a")["href"] == reverse("admin:events_event_change", args=[event.pk])


def test_a_russian_title_alone_is_held_back_in_words(editing):
    made("", title_ru="Совещание", summary_en="")
    assert entries(editing)[0] == {"Совещание": ("kept", "The title is missing in English.")}


def test_a_treaty_that_is_unknown_there_rejects_all(editing, settings):
    settings.INFORMEA_TREATY = "central-asian-mammals"
    made("Meeting")
    f.RoleFactory(title_en="Officer", organisation=f.OrganisationFactory(country=f.CountryFactory(code="DE")))
    found, page = entries(editing)
    assert {name: fate for name, (fate, reason) in found.items()} == {"Meeting": "rejected", "Officer": "rejected"}
    assert "central-asian-mammals" in found["Meeting"][1]
    assert "central-asian-mammals" in page.select_one("section[aria-labelledby=settings]").text


@pytest.mark.parametrize("state", ["draft", "submitted", "scheduled", "live", "expired", "withdrawn"])
def test_what_left_the_portal_is_named_and_what_never_was_there_is_not(editing, state):
    made("Meeting", **f.states()[state])
    fates = {"live": ["accepted"], "expired": ["kept"], "withdrawn": ["kept"]}
    assert [fate for fate, reason in entries(editing)[0].values()] == fates.get(state, [])


def test_a_deleted_meeting_is_still_there_as_cancelled(editing):
    made("Meeting").delete()
    found, page = entries(editing)
    assert found["Meeting"][0] == "remark"
    assert "cancelled" in page.select_one("details").text


def test_it_shows_what_informea_will_show(editing):
    made("Meeting", kind="side-event", title_ru="Встреча")
    shown = {row.dt.text: row.dd.text for row in entries(editing)[1].select("details dl > div")}
    assert shown["When"].replace("\xa0", " ") == "22–26 August 2016"
    assert shown["Where"] == f"Academy, Bishkek, {Country.objects.get().name_en}"
    assert (shown["Title"], shown["Kind"], shown["Status"]) == ("Встреча", "informal", "over")


def test_focal_points_are_named_by_species_with_the_reason(editing):
    species = f.SpeciesFactory(name_en="Saiga")
    f.FocalPointFactory(species=species, person=None)
    f.FocalPointFactory(species=f.SpeciesFactory(name_en="Argali"), name_public=False)
    f.FocalPointFactory(species=f.SpeciesFactory(name_en="Kiang"), name_public=True)
    found, page = entries(editing)
    assert found == {
        "Species Focal Point: Saiga": ("kept", "The name is not recorded."),
        "Species Focal Point: Argali": ("kept", "The name may not be shown."),
        "Species Focal Point: Kiang": ("kept", "The country of the expert’s organisation is not recorded."),
    }
    form = reverse("admin:species_species_change", args=[species.pk])
    assert f"{form}#focalpoints-group" in {link["href"] for link in page.select(".entries a")}


def test_the_numbers_stand_at_the_top_and_lead_down(editing):
    made("One")
    made("Two", country=None)
    page = entries(editing)[1]
    numbers = [item.text.split()[-1] for item in page.select(".numbers section:first-child li")]
    assert numbers == ["0", "1", "1", "0"]
    for link in page.select(".numbers a"):
        assert page.select_one(link["href"])


def test_every_link_of_the_page_leads_somewhere(editing):
    made("Meeting")
    f.RoleFactory(organisation=f.OrganisationFactory(country=f.CountryFactory(code="DE")))
    links = {link["href"] for link in entries(editing)[1].select(".harvest a") if not link["href"].startswith("#")}
    assert len(links) > 8
    assert {link: editing.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_more_rows_cost_no_more_queries(editing):
    country, counts = f.CountryFactory(code="KZ"), []

    def add():
        for _each in range(3):
            f.EventFactory(country=country)
            f.EventFactory().delete()
            office = f.OrganisationFactory(country=country)
            f.AssignmentFactory(role=f.RoleFactory(organisation=office))
            f.FocalPointFactory(person=f.PersonFactory(organisation=office), name_public=True)

    add()
    editing.get("/admin/informea/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            editing.get("/admin/informea/")
        counts.append(len(queries))
        add()
    assert counts[0] == counts[1]


def test_the_desk_leads_there(editing):
    assert '<a href="/admin/informea/">What InforMEA gets</a>' in editing.get("/admin/").content.decode()


def test_the_form_offers_the_words_that_informea_knows(editing, submit):
    event = made("Meeting")
    form = reverse("admin:events_event_change", args=[event.pk])
    submit(editing, form, informea_kind="mop")
    submit(editing, form, informea_kind="party")
    assert Event.objects.get().informea_kind == "mop"
