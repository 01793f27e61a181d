"""Every list in its other forms: feed, tables, data. The same items in the same order, whatever the filters."""

import csv
import datetime
import io
import json

import feedparser
import pytest

from publishing.models import Picture
from tests import factories as f

pytestmark = pytest.mark.django_db
LISTS = {
    "news/": "news",
    "events/": "events",
    "species/": "species",
    "species/range/": "ranges",
    "species/states/": "states",
    "species/instruments/": "instruments",
    "contacts/": "contacts",
    "contacts/organisations/": "organisations",
    "changes/": "changes",
}
FEEDS = [path for path in LISTS if path != "species/range/"]
LANGUAGES = ["en", "ru"]


@pytest.fixture
def world(db):
    """Two items of each kind; those with an "a" in their address concern the saiga."""
    saiga, other = f.SpeciesFactory(slug="saiga"), f.SpeciesFactory(slug="other")
    state = f.RangeStateFactory(country=f.CountryFactory(code="KZ"))
    for species in (saiga, other):
        f.RangeFactory(species=species, state=state)
        f.ListingFactory(species=species)
    for slug, species in [("a", saiga), ("b", other)]:
        for factory in (f.ArticleFactory, f.EventFactory, f.InstrumentFactory):
            factory(slug=slug).species.add(species)
    f.RoleFactory()
    f.ChangeNoteFactory.create_batch(2, item=saiga)


def rows(response, delimiter=","):
    text = response.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=delimiter))


def listed(client, path):
    """What the page shows."""
    context = client.get(path).context
    items = context["view"].model.objects.in_bulk()
    return [items[listed.pk] for listed in context["object_list"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [path for path in LISTS if path != "species/range/"])
def test_every_form_has_the_items_of_the_page_in_its_order(client, world, language, path):
    shown = [str(item.uuid) for item in listed(client, f"/{language}/{path}")]
    assert shown
    feed = feedparser.parse(client.get(f"/{language}/{path}feed.atom").content)
    assert (feed.bozo, feed.version, feed.feed.language) == (False, "atom10", language)
    assert [entry.id for entry in feed.entries] == [f"urn:uuid:{key}" for key in shown]
    assert [row["id"] for row in rows(client.get(f"/{language}/{path}data.csv"))] == shown
    assert [row["id"] for row in rows(client.get(f"/{language}/{path}data-semicolon.csv"), ";")] == shown
    if language == "en":
        data = client.get(f"/api/v1/{LISTS[path]}/").json()
        assert ([row["id"] for row in data["results"]], data["count"]) == (shown, len(shown))


def test_the_matrix_is_a_table_of_its_cells(client, world):
    species = [row["species"] for row in rows(client.get("/en/species/range/data.csv"))]
    assert sorted(species) == ["other", "saiga"]
    assert [row["species"] for row in client.get("/api/v1/ranges/?species=saiga").json()["results"]] == ["saiga"]
    assert client.get("/en/species/range/feed.atom").status_code == 404


def test_the_sources_that_records_name_are_data_too(client, world):
    source = f.SourceFactory(slug="s", title_en="Title", year=2016)
    assert source.slug in [row["slug"] for row in rows(client.get("/ru/sources/data.csv"))]
    record = next(row for row in client.get("/api/v1/sources/").json()["results"] if row["slug"] == "s")
    assert (record["title"]["en"], record["year"], record["url"]) == ("Title", 2016, None)
    assert client.get("/en/sources/?nothing=1").status_code == 400


@pytest.mark.parametrize("path", ["news/", "events/", "species/instruments/", "events/2016/", "events/2016/8/"])
def test_filters_hold_in_every_form(client, world, path):
    shown = [str(item.uuid) for item in listed(client, f"/en/{path}?species=saiga")]
    assert len(shown) == 1
    assert [row["id"] for row in rows(client.get(f"/en/{path}data.csv?species=saiga"))] == shown
    feed = feedparser.parse(client.get(f"/en/{path}feed.atom?species=saiga").content)
    assert [entry.id for entry in feed.entries] == [f"urn:uuid:{key}" for key in shown]


def test_a_page_names_its_other_forms_with_its_filters(client, world):
    page = client.get("/ru/news/?species=saiga&page=1").content.decode()
    for address, media_type in [
        ("/ru/news/feed.atom?species=saiga", "application/atom+xml"),
        ("/ru/news/data.csv?species=saiga", "text/csv"),
        ("/ru/news/data-semicolon.csv?species=saiga", "text/csv"),
        ("/api/v1/news/?species=saiga", "application/json"),
    ]:
        assert page.count(f'href="{address}"') == 2, address  # in the head and for readers
        assert page.count(f'<link rel="alternate" type="{media_type}"') >= 1


@pytest.mark.parametrize("path", LISTS)
def test_asking_again_costs_nothing_until_something_changes(client, world, path):
    forms = [f"/api/v1/{LISTS[path]}/", f"/en/{path}data.csv"] + ([f"/ru/{path}feed.atom"] if path in FEEDS else [])
    for address in forms:
        tag = client.get(address)["ETag"]
        again = client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    tag = client.get("/en/news/feed.atom")["ETag"]
    f.ArticleFactory()
    assert client.get("/en/news/feed.atom", headers={"If-None-Match": tag}).status_code == 200


BAD = [
    "species=nothing",
    "nothing=1",
    "year=0",
    "q=%00",
    "q=one&q=two",
    "species=" + "a" * 3000,
    "kind=%ED%A0%80",
]


@pytest.mark.parametrize("query", BAD)
def test_a_wrong_filter_is_refused_in_every_form(client, world, query):
    for form in ("feed.atom", "data.csv", "data-semicolon.csv"):
        response = client.get(f"/en/news/{form}?{query}")
        assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert response.content.strip()
        assert "ETag" not in response
    response = client.get(f"/api/v1/news/?{query}")
    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert response.json()["messages"]


@pytest.mark.parametrize(
    "q", ["saiga%01x", "saiga%0Ax", "saiga%0DBEGIN:VEVENT", "saiga%EF%BF%BEx", "saiga%E2%80%A8x", "saiga%1Ex"]
)
def test_what_cannot_be_seen_in_the_words_goes_into_no_form(client, world, q):
    f.EventFactory(title_en="Saiga x", title_ru="Saiga x")
    feed = client.get(f"/en/events/feed.atom?q={q}")
    assert (feed.status_code, feedparser.parse(feed.content).bozo) == (200, False)
    calendar = client.get(f"/en/events/calendar.ics?q={q}")
    lines = calendar.content.decode().split("\r\n")
    assert (calendar.status_code, len([line for line in lines if line == "BEGIN:VCALENDAR"])) == (200, 1)
    assert not [line for line in lines if set(line) & set("\r\x01\x1e\u2028\ufffe\n")]


@pytest.mark.parametrize("q", ["кс1" * 33, "1a2b3c4d5e6f7g8h9i0j" * 5])
def test_words_without_spaces_are_counted_by_their_parts(client, world, q):
    for path in ("search/", "news/", "events/calendar.ics"):
        assert client.get(f"/en/{path}?q={q}").status_code == 400


@pytest.mark.parametrize("page", ["0", "2", "x", "1" * 30, "%D9%A1", "-1", "", "%00"])
def test_a_page_that_is_none_is_not_found(client, world, page):
    for address in ("/en/news/feed.atom", "/en/news/data.csv", "/api/v1/news/"):
        assert client.get(f"{address}?page={page}").status_code == 404
    assert client.get(f"/api/v1/news/?page={page}").json() == {
        "status": 404,
        "messages": ["There is nothing at this address."],
    }


@pytest.mark.parametrize("size", ["0", "101", "x", "9" * 30, "%D9%A1", "-1", "", "5&page_size=6"])
def test_pages_of_data_have_a_ceiling(client, world, size):
    assert client.get(f"/api/v1/news/?page_size={size}").status_code == 400


def test_data_is_read_page_by_page(client, world):
    first = client.get("/api/v1/news/?page_size=1").json()
    second = client.get(first["next"]).json()
    assert (first["count"], first["previous"], second["next"]) == (2, None, None)
    assert [first["results"][0]["slug"], second["results"][0]["slug"]] == ["b", "a"]
    assert client.get(second["previous"]).json() == {**first, "next": first["next"]}


def test_only_what_is_read_may_be_asked_of_the_api(client, world):
    for method in ("post", "put", "patch", "delete"):
        response = getattr(client, method)("/api/v1/news/")
        assert (response.status_code, response.json()["status"]) == (405, 405)
    assert client.head("/api/v1/news/").status_code == 200
    for address in ("/api/v1/nothing/", "/api/v2/", "/api/nothing"):
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert client.get("/api/v1/news/", headers={"Origin": "https://example.org"})["Access-Control-Allow-Origin"] == "*"


def test_no_cell_is_a_formula(client, world):
    f.ArticleFactory(title_en="=HYPERLINK(1)", title_ru="+7", summary_en="-1", publisher_en="@x")
    row = rows(client.get("/en/news/data.csv"))[0]
    cells = [row["title_en"], row["title_ru"], row["summary_en"], row["publisher_en"]]
    assert cells == ["'=HYPERLINK(1)", "'+7", "'-1", "'@x"]


def test_the_texts_of_a_feed_stand_alone(client, world, settings):
    draft = f.ArticleFactory(slug="draft", published_at=None)
    picture = Picture.objects.create(file="pictures/x.png", width=10, height=10, credit="Her", licence="CC0")
    body = (
        '<p>First <a href="/en/events/a/">event</a>, <a href="/en/news/draft/">secret</a>,'
        ' <a href="https://www.cms.int/">CMS</a></p>'
        f'<figure data-picture="{picture.uuid.hex}"></figure><p><script>1</script></p>'
    )
    f.ArticleFactory(slug="c", body_en=body, body_ru=body, title_ru="")
    (entry, *_others) = feedparser.parse(client.get("/ru/news/feed.atom").content).entries
    text = client.get("/ru/news/feed.atom").content.decode()
    assert "http://testserver/ru/events/a/" in text
    assert draft.slug not in text
    assert "http://testserver/media/pictures/x.png" in text
    assert entry.link == "http://testserver/ru/news/c/"
    assert 'xml:lang="en"' in text
    record = client.get("/api/v1/news/?page_size=1").json()["results"][0]
    assert "http://testserver/en/events/a/" in record["body"]["en"]
    assert "http://testserver/ru/events/a/" in record["body"]["ru"]
    assert (draft.slug in json.dumps(record), "script" in json.dumps(record)) == (False, False)


def test_a_long_feed_goes_on_in_a_second_page(client, world):
    f.ArticleFactory.create_batch(60)
    first = feedparser.parse(client.get("/en/news/feed.atom?species=saiga&kind=news").content)
    assert "next" not in {link.rel for link in first.feed.links}
    first = feedparser.parse(client.get("/en/news/feed.atom").content)
    (address,) = [link.href for link in first.feed.links if link.rel == "next"]
    second = feedparser.parse(client.get(address).content)
    assert (len(first.entries), len(second.entries)) == (50, 12)
    assert first.feed.id == second.feed.id


def test_an_empty_feed_is_a_feed(client, db):
    one = client.get("/en/news/feed.atom")
    assert feedparser.parse(one.content).bozo is False
    assert one.content == client.get("/en/news/feed.atom").content


def test_what_does_not_take_place_says_so_in_its_title(client, world):
    f.EventFactory(title_en="Workshop", status="cancelled", start="2030-05-01", end="2030-05-01")
    entry = feedparser.parse(client.get("/en/events/feed.atom").content).entries[0]
    assert entry.title == "Cancelled: Workshop"
    assert entry.content[0].value.startswith("<p>1\u00a0May\u00a02030</p>")


def test_a_vague_day_is_said_as_it_is_known(client, world):
    f.ArticleFactory(date=datetime.date(2030, 11, 1), date_precision="month")
    entry = feedparser.parse(client.get("/en/news/feed.atom").content).entries[0]
    assert entry.content[0].value.startswith("<p>November\u00a02030</p>")
    assert entry.published == "2030-11-01T00:00:00+01:00"
    record = client.get("/api/v1/news/").json()["results"][0]
    assert (record["date"], record["date_precision"]) == ("2030-11-01", "month")


def test_data_names_only_those_experts_who_agreed(client, world):
    saiga = f.SpeciesFactory(slug="z")
    f.FocalPointFactory(species=saiga, person=f.PersonFactory(family_name_en="Hidden"), number=1)
    f.FocalPointFactory(species=saiga, person=f.PersonFactory(family_name_en="Known"), name_public=True, number=2)
    text = client.get("/api/v1/species/").content.decode()
    assert ("Hidden" in text, "Known" in text) == (False, True)


def test_what_is_alike_keeps_its_order(client, db):
    for slug in ("c", "a", "b"):
        f.OrganisationFactory(slug=slug, name_en="The same", name_ru="")
    for code in ("CC", "AA", "BB"):
        f.RangeStateFactory(country=f.CountryFactory(code=code, name_en="The same"))
    for language in ("en", "ru"):
        assert [row["slug"] for row in rows(client.get(f"/{language}/contacts/organisations/data.csv"))] == [*"abc"]
    assert [row["code"] for row in rows(client.get("/en/species/states/data.csv"))] == ["AA", "BB", "CC"]


def test_what_is_to_be_announced_comes_first(client, db):
    f.EventFactory(slug="dated", start="2030-01-01", end="2030-01-01")
    f.EventFactory(slug="undated", start=None, end=None)
    assert [row["slug"] for row in client.get("/api/v1/events/").json()["results"]] == ["undated", "dated"]
    assert [event.slug for event in listed(client, "/en/events/")] == ["undated", "dated"]
