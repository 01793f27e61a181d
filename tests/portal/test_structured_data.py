"""What pages say to machines (JSON-LD, schema.org) is what they say to readers."""

import datetime
import json
import re
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles.storage import staticfiles_storage

from contacts.models import Organisation
from events.models import Deadline, Event
from events.models import Part as EventPart
from news.models import Article
from publishing.models import Picture, PreviewLink
from tests import factories as f

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
CHANGED = datetime.datetime(2026, 3, 2, 9, 30, tzinfo=datetime.UTC)
# Of the properties that schema.org gives each type, those used here; checked by hand against its vocabulary.
THING = {"@type", "@id", "name", "url", "alternateName", "description", "identifier", "image", "sameAs"}
CREATIVE_WORK = THING | {
    *["headline", "datePublished", "dateModified", "inLanguage", "publisher", "isBasedOn", "about", "mentions"],
    "spatialCoverage",
}
ORGANIZATION = THING | {
    *["address", "telephone", "faxNumber", "email", "parentOrganization", "subOrganization", "contactPoint", "logo"],
}
PROPERTIES = {
    "NewsArticle": CREATIVE_WORK | {"articleSection"},
    "Article": CREATIVE_WORK | {"articleSection"},
    "CreativeWork": CREATIVE_WORK,
    "WebPage": CREATIVE_WORK,
    "AboutPage": CREATIVE_WORK,
    "WebSite": CREATIVE_WORK | {"potentialAction"},
    "Legislation": CREATIVE_WORK | {"legislationType", "legislationDate"},
    "ImageObject": CREATIVE_WORK | {"width", "height", "caption", "creditText"},
    "Event": THING
    | {
        *["startDate", "endDate", "previousStartDate", "eventStatus", "eventAttendanceMode", "location"],
        *["superEvent", "organizer", "funder", "sponsor", "about"],
    },
    "Place": THING | {"address"},
    "Country": THING | {"address"},
    "VirtualLocation": THING,
    "PostalAddress": THING | {"streetAddress", "addressLocality", "addressCountry"},
    "Taxon": THING | {"taxonRank", "parentTaxon"},
    "PropertyValue": THING | {"propertyID", "value"},
    **dict.fromkeys(["Organization", "GovernmentOrganization", "NGO", "ResearchOrganization"], ORGANIZATION),
    "NewsMediaOrganization": ORGANIZATION,
    "ContactPoint": THING | {"contactType", "email", "telephone"},
    "BreadcrumbList": THING | {"itemListElement"},
    "ListItem": THING | {"position", "item"},
    "SearchAction": THING | {"target", "query-input"},
    "EntryPoint": THING | {"urlTemplate"},
}


def unknown(data):
    """Types and properties in ``data`` that schema.org does not have; texts may say which language they are in."""
    if isinstance(data, list):
        return [wrong for one in data for wrong in unknown(one)]
    if not isinstance(data, dict) or set(data) == {"@language", "@value"}:
        return []
    kind = data.get("@type")
    wrong = [(kind, name) for name in data if name not in PROPERTIES.get(kind, ())]
    return wrong + unknown(list(data.values()))


def said(client, path):
    """What the page at ``path`` says, ``[node, …]``; the last one is the way there."""
    page = BeautifulSoup(client.get(path).content, "html5lib")
    (script,) = page.select('head > script[type="application/ld+json"]')
    data = json.loads(script.string)
    assert (set(data), data["@context"]) == ({"@context", "@graph"}, "https://schema.org")
    assert unknown(data["@graph"]) == []
    return data["@graph"]


def of_item(client, item, language="en"):
    item, _way = said(client, re.sub("^/en/", f"/{language}/", item.get_absolute_url()))
    return item


def at(item, **times):
    type(item).objects.filter(pk=item.pk).update(**times)


def reference(kind, item, path, name=None):
    return {"@type": kind, "@id": item.uuid.urn, "name": name or str(item), "url": HOST + path}


def publisher(language):
    return {
        "@type": "Organization",
        "@id": f"{HOST}/#initiative",
        "name": {
            "en": "Central Asian Mammals Initiative",
            "ru": "Центрально-Азиатская инициатива по млекопитающим",
        }[language],
        "url": f"{HOST}/{language}/",
        "logo": HOST + staticfiles_storage.url("portal/img/icon-512.png"),
    }


def test_the_home_page_is_the_portal_and_says_where_to_search(client):
    assert said(client, "/ru/") == [
        {
            "@type": "WebSite",
            "@id": f"{HOST}/#website",
            "name": "Центрально-Азиатская инициатива по млекопитающим",
            "url": f"{HOST}/ru/",
            "inLanguage": "ru",
            "publisher": publisher("ru"),
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": f"{HOST}/ru/search/?q={{words}}"},
                "query-input": "required name=words",
            },
        }
    ]


def test_an_article_says_what_it_is_in_the_language_of_the_page(client):
    species = f.SpeciesFactory(slug="s", name_ru="Сайгак", scientific_name="Saiga tatarica")
    state = f.RangeStateFactory(country=f.CountryFactory(code="KZ", name_ru="Казахстан"))
    organisation = f.OrganisationFactory(slug="o", name_ru="Союз")
    size = {"width": 800, "height": 600}
    picture = Picture.objects.create(file="pictures/a.jpg", caption_ru="Сайгаки", credit="A. Photographer", **size)
    article = f.ArticleFactory(
        slug="a",
        kind="press-release",
        title_ru="Сайгаки вернулись",
        link="https://example.org/original",
        publisher_ru="Издатель",
        picture=picture,
    )
    article.species.add(species)
    article.states.add(state)
    article.organisation_parts.create(organisation=organisation, part="subject")
    at(article, changed=CHANGED)
    assert of_item(client, article, "ru") == reference(
        "NewsArticle", article, "/ru/news/a/", name="Сайгаки вернулись"
    ) | {
        "headline": "Сайгаки вернулись",
        "description": "Кратко.",
        "datePublished": "2016-11-14",
        "dateModified": "2026-03-02T09:30:00+00:00",
        "inLanguage": "ru",
        "articleSection": "пресс-релиз",
        "publisher": publisher("ru"),
        "isBasedOn": {
            "@type": "CreativeWork",
            "url": "https://example.org/original",
            "publisher": {"@type": "Organization", "name": "Издатель"},
        },
        "image": {
            "@type": "ImageObject",
            "url": f"{HOST}/media/pictures/a.jpg",
            "width": 800,
            "height": 600,
            "caption": "Сайгаки",
            "creditText": "A. Photographer",
        },
        "about": [
            reference("Taxon", species, "/ru/species/s/", name="Saiga tatarica") | {"alternateName": "Сайгак"},
        ],
        "spatialCoverage": [reference("Country", state, "/ru/species/states/kz/", name="Казахстан")],
        "mentions": [reference("NGO", organisation, "/ru/contacts/organisations/o/", name="Союз")],
    }


@pytest.mark.parametrize("kind", Article.Kind.values)
def test_only_what_is_published_here_as_news_is_news(client, kind):
    news = kind not in ("project", "in-the-press")
    assert of_item(client, f.ArticleFactory(kind=kind))["@type"] == ("NewsArticle" if news else "Article")


@pytest.mark.parametrize(("precision", "date"), [("day", "2016-11-14"), ("month", "2016-11"), ("year", "2016")])
def test_a_vague_date_is_told_as_far_as_it_is_known(client, precision, date):
    assert of_item(client, f.ArticleFactory(date_precision=precision))["datePublished"] == date


def test_what_lacks_a_translation_names_the_language_that_it_is_shown_in(client):
    article = f.ArticleFactory(title_ru="", summary_ru="")
    node = of_item(client, article, "ru")
    assert (node["inLanguage"], node["name"], node["description"]) == ("en", article.title_en, "In short.")


@pytest.mark.parametrize(
    "title",
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        'A "quoted" \\ & 100 %',
        "one\u2028two\u2029",
        "]]> {{ x }}",
    ],
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_title_ends_the_script(client, title, language):
    article = f.ArticleFactory(title_en=title, title_ru=title)
    node, way = said(client, f"/{language}/news/{article.slug}/")
    article.refresh_from_db()
    assert node["headline"] == way["itemListElement"][-1]["name"] == article.title
    html = client.get(f"/{language}/news/{article.slug}/").content.decode()
    assert html.count("<script") == html.count("</script>") == 1
    assert not re.search("[<>&\u2028\u2029]", re.search('ld.json">(.*?)</script>', html, re.DOTALL)[1])


def test_a_meeting_with_hours_has_their_offset_its_place_and_its_organisers(client):
    whole = f.EventFactory(slug="whole", kind="cop", start=datetime.date(2026, 3, 1), end=datetime.date(2026, 3, 6))
    organiser, funder = f.OrganisationFactory(slug="o", kind="intergovernmental"), f.OrganisationFactory(slug="p")
    event = f.EventFactory(
        slug="e",
        start=datetime.date(2026, 3, 2),
        end=datetime.date(2026, 3, 3),
        start_time=datetime.time(9, 30),
        end_time=datetime.time(17),
        time_zone="Asia/Dushanbe",
        venue_en="Hall",
        city_en="Dushanbe",
        country=f.CountryFactory(code="TJ"),
        attendance="hybrid",
        link="https://example.org/meeting",
        summary_en="They meet.",
        part_of=whole,
    )
    for part in ("organiser", "participant"):
        EventPart.objects.create(event=event, organisation=organiser, part=part)
    EventPart.objects.create(event=event, organisation=funder, part="funder")
    assert of_item(client, event) == reference("Event", event, "/en/events/e/") | {
        "description": "They meet.",
        "startDate": "2026-03-02T09:30:00+05:00",
        "endDate": "2026-03-03T17:00:00+05:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [
            {
                "@type": "Place",
                "name": "Hall",
                "address": {"@type": "PostalAddress", "addressLocality": "Dushanbe", "addressCountry": "TJ"},
            },
            {"@type": "VirtualLocation", "url": "https://example.org/meeting"},
        ],
        "sameAs": "https://example.org/meeting",
        "superEvent": reference("Event", whole, "/en/events/whole/")
        | {"startDate": "2026-03-01", "endDate": "2026-03-06", "eventStatus": "https://schema.org/EventScheduled"},
        "organizer": [reference("Organization", organiser, "/en/contacts/organisations/o/")],
        "funder": [reference("NGO", funder, "/en/contacts/organisations/p/")],
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"start_precision": "month"}, {"startDate": "2016-08"}),
        ({"start_precision": "year"}, {"startDate": "2016"}),
        (
            {"start_precision": "month", "end": datetime.date(2016, 9, 1)},
            {"startDate": "2016-08", "endDate": "2016-09"},
        ),
        ({}, {"startDate": "2016-08-22"}),
        ({"start": None, "end": None}, {}),
        ({"start_time": datetime.time(9), "time_zone": "Mars/Olympus"}, {"startDate": "2016-08-22"}),
        ({"start_time": datetime.time(9), "time_zone": "../x"}, {"startDate": "2016-08-22"}),
        ({"start_time": datetime.time(9), "time_zone": "Asia"}, {"startDate": "2016-08-22"}),
        ({"start_time": datetime.time(0), "time_zone": "Asia/Tehran"}, {"startDate": "2016-08-22T00:00:00+04:30"}),
    ],
)
def test_the_days_of_a_meeting_are_told_as_far_as_they_are_known(client, fields, expected):
    if "start_precision" in fields:
        fields = {"end_precision": fields["start_precision"]} | fields
    node = of_item(client, f.EventFactory(**({"end": None} | fields)))
    assert {name: node[name] for name in node if name.endswith("Date")} == expected


@pytest.mark.parametrize(
    ("status", "said_of_it"),
    [
        ("confirmed", {"eventStatus": "https://schema.org/EventScheduled"}),
        ("cancelled", {"eventStatus": "https://schema.org/EventCancelled"}),
        ("postponed", {"eventStatus": "https://schema.org/EventPostponed", "previousStartDate": "2016-08-22"}),
        ("tentative", {}),
    ],
)
def test_a_meeting_says_whether_it_takes_place(client, status, said_of_it):
    node = of_item(client, f.EventFactory(status=status))
    assert {name: node[name] for name in node if name in ("eventStatus", "previousStartDate")} == said_of_it


@pytest.mark.parametrize("attendance", Event.Attendance.values)
def test_how_one_takes_part_is_told_where_it_is_recorded(client, attendance):
    mode = {"in-person": "Offline", "online": "Online", "hybrid": "Mixed"}.get(attendance)
    expected = mode and f"https://schema.org/{mode}EventAttendanceMode"
    node = of_item(client, f.EventFactory(attendance=attendance))
    assert (node.get("eventAttendanceMode"), node.get("location")) == (expected, None)


def test_a_deadline_is_no_event_to_go_to(client):
    event = f.EventFactory(kind="deadline", slug="d", end=None, summary_en="Reports are due.")
    Deadline.objects.create(event=event)
    assert of_item(client, event) == reference("WebPage", event, "/en/events/d/") | {
        "description": "Reports are due.",
        "inLanguage": "en",
    }


def test_a_taxon_has_its_scientific_name_and_what_people_call_it_in_both_languages(client):
    names = {
        "name_en": "Saiga",
        "name_ru": "Сайгак",
        "other_names_en": "steppe saiga, saiga",
        "other_names_ru": "сайга",
    }
    species = f.SpeciesFactory(
        slug="s", scientific_name="Saiga tatarica", family="Bovidae", order="Artiodactyla", **names
    )
    source = f.SourceFactory()
    for scheme, value, verified, note in [
        ("gbif", "2441067", True, ""),
        ("iucn", "19832", False, ""),
        ("wikidata", "Q1", True, "That of the genus."),
    ]:
        species.identifiers.create(scheme=scheme, value=value, verified=verified, note_en=note, source=source)
    expected = {
        "@type": "Taxon",
        "@id": species.uuid.urn,
        "name": "Saiga tatarica",
        "alternateName": [
            {"@language": "en", "@value": "Saiga"},
            {"@language": "en", "@value": "steppe saiga"},
            {"@language": "en", "@value": "saiga"},
            {"@language": "ru", "@value": "Сайгак"},
            {"@language": "ru", "@value": "сайга"},
        ],
        "taxonRank": "species",
        "parentTaxon": {
            "@type": "Taxon",
            "name": "Bovidae",
            "taxonRank": "family",
            "parentTaxon": {"@type": "Taxon", "name": "Artiodactyla", "taxonRank": "order"},
        },
        "identifier": [
            {
                "@type": "PropertyValue",
                "propertyID": "gbif",
                "value": "2441067",
                "url": "https://www.gbif.org/species/2441067",
            }
        ],
        "sameAs": ["https://www.gbif.org/species/2441067"],
    }
    for language in ("en", "ru"):
        assert of_item(client, species, language) == expected | {"url": f"{HOST}/{language}/species/s/"}


@pytest.mark.parametrize(
    ("name", "rank"),
    [("Ursus arctos gobiensis", "subspecies"), ("Ursus arctos", "species"), ("Ursus", None), ("Ursus sp. 2", None)],
)
def test_a_species_without_anything_recorded_says_its_names(client, name, rank):
    species = f.SpeciesFactory(slug="s", scientific_name=name, name_ru="")
    expected = reference("Taxon", species, "/en/species/s/", name=name)
    expected["alternateName"] = [{"@language": "en", "@value": species.name_en}]
    assert of_item(client, species) == expected | ({"taxonRank": rank} if rank else {})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("secretariat", "Organization"),
        ("government", "GovernmentOrganization"),
        ("intergovernmental", "Organization"),
        ("ngo", "NGO"),
        ("research", "ResearchOrganization"),
        ("media", "NewsMediaOrganization"),
    ],
)
def test_an_organisation_says_how_it_is_reached(client, kind, expected):
    parent = f.OrganisationFactory(slug="parent")
    organisation = f.OrganisationFactory(
        slug="o",
        kind=kind,
        acronym="O",
        about_en="About it.",
        part_of=parent,
        country=f.CountryFactory(code="DE"),
        website="https://example.org/",
        address_en="Street 1\nBonn",
        phones="+49 1\n+49 2",
        fax="+49 3",
        email="o@example.org",
    )
    assert of_item(client, organisation) == reference(expected, organisation, "/en/contacts/organisations/o/") | {
        "alternateName": "O",
        "description": "About it.",
        "sameAs": "https://example.org/",
        "address": {"@type": "PostalAddress", "streetAddress": "Street 1, Bonn", "addressCountry": "DE"},
        "telephone": ["+49 1", "+49 2"],
        "faxNumber": "+49 3",
        "email": "o@example.org",
        "parentOrganization": reference("NGO", parent, "/en/contacts/organisations/parent/"),
    }
    part = reference(expected, organisation, "/en/contacts/organisations/o/")
    assert of_item(client, parent)["subOrganization"] == [part]
    assert set(Organisation.Kind.values) >= {kind}


def test_a_role_is_how_its_organisation_is_reached_and_names_nobody(client):
    organisation = f.OrganisationFactory(slug="o", email="o@example.org", phones="+49 1")
    role = f.RoleFactory(slug="r", organisation=organisation, about_en="All of it.")
    person = f.PersonFactory(family_name_en="Undisclosed")
    f.PrivateContactFactory(person=person)
    today = datetime.date.today()
    f.AssignmentFactory(role=role, person=person, confirmed=today, email="holder@example.org")
    assert of_item(client, role) == reference("NGO", organisation, "/en/contacts/organisations/o/") | {
        "contactPoint": reference("ContactPoint", role, "/en/contacts/r/")
        | {
            "description": "All of it.",
            "contactType": "Secretariat staff",
            "email": "o@example.org",
            "telephone": ["+49 1"],
        }
    }


def test_a_range_state_is_a_country(client):
    country = f.CountryFactory(code="KG", name_ru="Кыргызстан", official_name_ru="Кыргызская Республика")
    state = f.RangeStateFactory(country=country)
    assert of_item(client, state, "ru") == reference("Country", state, "/ru/species/states/kg/", name="Кыргызстан") | {
        "alternateName": "Кыргызская Республика",
        "identifier": {"@type": "PropertyValue", "propertyID": "ISO 3166-1", "value": "KG"},
    }


def test_an_instrument_is_a_document_of_law(client):
    state = f.RangeStateFactory(country=f.CountryFactory(code="KZ"))
    instrument = f.InstrumentFactory(
        slug="i",
        kind="mou",
        short_title_en="MOU",
        adopted=datetime.date(2005, 11, 1),
        adopted_precision="month",
        link="https://example.org/text",
    )
    instrument.states.add(state)
    assert of_item(client, instrument) == reference("Legislation", instrument, "/en/species/instruments/i/") | {
        "alternateName": "MOU",
        "legislationType": "memorandum of understanding",
        "legislationDate": "2005-11",
        "sameAs": "https://example.org/text",
        "spatialCoverage": [reference("Country", state, "/en/species/states/kz/")],
    }


@pytest.mark.parametrize(("slug", "kind"), [("about", "AboutPage"), ("privacy", "WebPage")])
def test_a_standing_page_is_a_page(client, slug, kind):
    page = f.PageFactory(slug=slug, summary_en="In short.")
    at(page, changed=CHANGED)
    assert of_item(client, page) == reference(kind, page, f"/en/{slug}/") | {
        "description": "In short.",
        "inLanguage": "en",
        "dateModified": "2026-03-02T09:30:00+00:00",
    }


WAYS = ["news/a/", "events/e/", "species/s/", "species/instruments/i/", "species/states/kz/", "contacts/r/"]
WAYS += ["contacts/organisations/o/", "about/", "species/states/", "contacts/report/"]
LISTS = ["news/", "events/", "events/2016/", "events/2016/8/", "species/", "species/range/", "species/instruments/"]
LISTS += ["contacts/", "contacts/organisations/", "sources/"]


@pytest.fixture
def items():
    f.RangeStateFactory(country=f.CountryFactory(code="KZ"))
    f.RoleFactory(slug="r", organisation=f.OrganisationFactory(slug="o"))
    for slug, factory in {"a": f.ArticleFactory, "e": f.EventFactory, "s": f.SpeciesFactory}.items():
        factory(slug=slug)
    f.InstrumentFactory(slug="i")
    f.PageFactory(slug="about")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("path", [*WAYS, *LISTS])
def test_the_way_to_a_page_is_the_one_that_is_to_be_seen(client, items, path, language):
    address = f"/{language}/{path}"
    page = BeautifulSoup(client.get(address).content, "html5lib")
    plate = page.select_one(".plate")
    shown = [(plate.get_text(strip=True), plate["href"])]
    shown += [(link.text, link["href"]) for link in page.select(".trail a")]
    shown += [(" ".join(page.h1.text.split()) if path in WAYS else page.title.text.split(" · ")[0], address)]
    way = said(client, address)[-1]["itemListElement"]
    assert [(one["name"], one["item"].removeprefix(HOST)) for one in way] == shown
    assert [one["position"] for one in way] == list(range(1, len(way) + 1))
    assert all(below["item"].startswith(above["item"]) for above, below in pairwise(way))
    assert len(way) == (3 if path in WAYS and path != "about/" else 2)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_says_its_way_and_nothing_more(client, items, path):
    assert [node["@type"] for node in said(client, f"/en/{path}")] == ["BreadcrumbList"]


def test_the_further_pages_of_a_list_are_their_own(client):
    f.ArticleFactory.create_batch(21)
    (way,) = said(client, "/en/news/?page=2")
    assert way["itemListElement"][-1]["item"] == f"{HOST}/en/news/?page=2"


def test_a_preview_and_an_error_page_say_nothing(client):
    article = f.ArticleFactory(published_at=None)
    link = PreviewLink.objects.create(item=article, note="x", expires_at=f.states()["live"]["expires_at"])
    for path in (link.get_absolute_url(), "/en/nothing/at/all/"):
        assert "ld+json" not in client.get(path).content.decode(), path
