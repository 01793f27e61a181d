"""Where crawlers find everything that is for readers, and nothing else."""

import datetime
import urllib.robotparser
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from cami_portal.sitemaps import SECTIONS, Sitemap
from tests import factories as f

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
NAMES = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}
FILES = ["/sitemap.xml", "/sitemap-news.xml", *(f"/sitemap-{section}.xml" for section in SECTIONS)]


def read(client, path):
    """``[(address, last change, {language: address}), …]`` of a sitemap."""
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml")
    found = []
    for url in ElementTree.fromstring(response.content):  # noqa: S314 - our own
        links = url.findall("xhtml:link", NAMES)
        assert {link.get("rel") for link in links} <= {"alternate"}
        others = {link.get("hreflang"): link.get("href") for link in links}
        found.append((url.findtext("map:loc", None, NAMES), url.findtext("map:lastmod", None, NAMES), others))
    return found


def addresses(client, path):
    return [address.removeprefix(HOST) for address, _changed, _others in read(client, path)]


def everything(client):
    index = [address.removeprefix(HOST) for address, _changed, _others in read(client, "/sitemap.xml")]
    return [address for file in index for address in addresses(client, file)]


def test_the_index_names_every_file_and_its_last_change(client):
    article = f.ArticleFactory()
    f.ArticleFactory(published_at=None)
    index = {address: changed for address, changed, _others in read(client, "/sitemap.xml")}
    assert set(index) == {f"{HOST}/sitemap-{section}.xml" for section in SECTIONS}
    latest = timezone.localtime(article.changed).isoformat()
    assert {address: changed for address, changed in index.items() if changed} == {
        f"{HOST}/sitemap-articles.xml": latest
    }


def test_each_kind_stands_in_its_file_in_both_languages(client):
    state = f.RangeStateFactory(country=f.CountryFactory(code="KZ"))
    role = f.RoleFactory(slug="r", organisation=f.OrganisationFactory(slug="o", country=state.country))
    items = {
        "pages": f.PageFactory(slug="about"),
        "articles": f.ArticleFactory(slug="a"),
        "events": f.EventFactory(slug="e"),
        "species": f.SpeciesFactory(slug="s"),
        "states": state,
        "instruments": f.InstrumentFactory(slug="i"),
        "roles": role,
        "organisations": role.organisation,
    }
    paths = {section: item.get_absolute_url().removeprefix("/en") for section, item in items.items()}
    for section, path in paths.items():
        others = {code: f"{HOST}/{code}{path}" for code in ("en", "ru")} | {"x-default": HOST + path}
        day = timezone.localdate().isoformat()
        expected = [(f"{HOST}/{code}{path}", day, others) for code in ("en", "ru")]
        assert (section, read(client, f"/sitemap-{section}.xml")) == (section, expected)
        assert {client.get(address).status_code for address, _changed, _others in expected} == {200}


def test_lists_and_the_years_with_events_stand_in_theirs(client):
    f.EventFactory(start=datetime.date(2016, 12, 30), end=datetime.date(2017, 1, 2))
    for draft in (datetime.date(1999, 1, 1), datetime.date(2015, 1, 1)):
        f.EventFactory(start=draft, end=draft, published_at=None)
    f.EventFactory(start=datetime.date(1812, 6, 24), end=datetime.date(1812, 6, 24))  # its year has no page
    lists = ["", "news/", "events/", "species/", "species/range/", "species/states/", "species/instruments/"]
    lists += [
        "contacts/",
        "contacts/organisations/",
        "sources/",
        "changes/",
        "data/",
        "data/api/",
        "events/2016/",
        "events/2017/",
    ]
    found = addresses(client, "/sitemap-lists.xml")
    assert found == [f"/{code}/{path}" for path in lists for code in ("en", "ru")]
    assert {client.get(address).status_code for address in found} == {200}


@pytest.mark.parametrize(
    ("texts", "languages"),
    [({"title_ru": ""}, ["en"]), ({"summary_ru": ""}, ["en"]), ({"title_en": "", "summary_en": ""}, ["ru"])],
)
def test_an_item_stands_there_in_the_languages_that_it_exists_in(client, texts, languages):
    f.ArticleFactory(slug="a", **texts)
    ((address, _changed, others),) = read(client, "/sitemap-articles.xml")
    assert ([address], others) == ([f"{HOST}/{code}/news/a/" for code in languages], {})


def test_what_is_not_live_is_in_no_file(client):
    for state, fields in f.states().items():
        for factory in (f.PageFactory, f.ArticleFactory, f.EventFactory, f.SpeciesFactory, f.InstrumentFactory):
            news = {"date": timezone.localdate()} if factory is f.ArticleFactory else {}
            factory(slug=f"{state}-item", **fields, **news)
    found = [address for address in everything(client) + addresses(client, "/sitemap-news.xml") if "-item" in address]
    assert len(found) == 12
    assert [address for address in found if "/live-item/" not in address] == []


def test_what_goes_live_by_itself_changes_on_that_day(client):
    now = timezone.now()
    article = f.ArticleFactory(published_at=now)
    type(article).objects.update(changed=now - datetime.timedelta(days=9))
    today = timezone.localdate().isoformat()
    assert {changed for _address, changed, _others in read(client, "/sitemap-articles.xml")} == {today}
    index = {address: changed for address, changed, _others in read(client, "/sitemap.xml")}
    assert index[f"{HOST}/sitemap-articles.xml"].startswith(today)


def test_a_file_holds_so_many_items_and_the_index_names_the_next(client, monkeypatch):
    monkeypatch.setattr(Sitemap, "limit", 2)
    f.ArticleFactory.create_batch(5)
    index = [address for address, _changed, _others in read(client, "/sitemap.xml")]
    files = [f"{HOST}/sitemap-articles.xml{query}" for query in ("", "?p=2", "?p=3")]
    assert [address for address in index if "articles" in address] == files
    assert [len(addresses(client, file)) for file in files] == [4, 4, 2]
    assert len({address for file in files for address in addresses(client, file)}) == 10


def test_more_items_cost_no_more_queries_and_no_text_is_read(client, django_assert_num_queries):
    f.ArticleFactory.create_batch(3, body_en="<p>Long text</p>")
    for path, number in [("/sitemap-articles.xml", 2), ("/sitemap-states.xml", 1), ("/sitemap-news.xml", 1)]:
        with django_assert_num_queries(number) as queries:
            client.get(path)
        assert "body_en" not in str(queries.captured_queries)
    with django_assert_num_queries(2 * len(SECTIONS) - 1):
        client.get("/sitemap.xml")


# --- news ---------------------------------------------------------------------------------------------------------


def news(client):
    """``[(address, publication, language, day, title), …]``"""
    root = ElementTree.fromstring(client.get("/sitemap-news.xml").content)  # noqa: S314 - our own
    paths = ["map:loc", "news:news/news:publication/news:name", "news:news/news:publication/news:language"]
    paths += ["news:news/news:publication_date", "news:news/news:title"]
    return [tuple(url.findtext(path, None, NAMES) for path in paths) for url in root]


def test_the_news_of_two_days_stand_in_a_file_of_their_own_in_both_languages(client):
    today = timezone.localdate()
    f.ArticleFactory(slug="a", date=today, title_en="Saigas & <others>", title_ru="Сайгаки")
    assert news(client) == [
        (f"{HOST}/en/news/a/", "Central Asian Mammals Initiative", "en", today.isoformat(), "Saigas & <others>"),
        (
            f"{HOST}/ru/news/a/",
            "Центрально-Азиатская инициатива по млекопитающим",
            "ru",
            today.isoformat(),
            "Сайгаки",
        ),
    ]


@pytest.mark.parametrize(
    ("fields", "is_news"),
    [
        ({}, True),
        ({"days": -2}, True),
        ({"days": -3}, False),
        ({"days": 1}, False),
        ({"date_precision": "month"}, False),
        ({"kind": "press-release"}, True),
        ({"kind": "project"}, False),
        ({"kind": "in-the-press"}, False),
    ],
)
def test_what_is_old_vague_or_written_elsewhere_is_no_news(client, fields, is_news):
    fields = dict(fields)
    today = timezone.localdate()
    date = today + datetime.timedelta(days=fields.pop("days", 0))
    f.ArticleFactory(date=date, **fields)
    assert bool(news(client)) is is_news


# --- robots -------------------------------------------------------------------------------------------------------


def test_robots_are_told_what_is_closed_and_where_the_sitemaps_are(client):
    response = client.get("/robots.txt")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain")
    closed = ["/admin/", "/accounts/", "/preview/", "/*/search/", "/*/contacts/report/?", "/*/events/20*/?"]
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {HOST}/sitemap.xml",
        f"Sitemap: {HOST}/sitemap-news.xml",
    ]
    reader = urllib.robotparser.RobotFileParser()
    reader.parse(response.content.decode().splitlines())
    assert reader.site_maps() == [f"{HOST}/sitemap.xml", f"{HOST}/sitemap-news.xml"]
    assert [reader.can_fetch("x", path) for path in ("/en/news/?page=2", "/admin/")] == [True, False]


# --- all of them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/robots.txt", *FILES])
def test_what_has_not_changed_is_not_sent_again(path):
    client = Client(headers={"Accept-Encoding": "gzip"})
    response = client.get(path)
    assert (response.status_code, response["Cache-Control"]) == (200, "no-cache")
    assert not response.has_header("Last-Modified")  # what was taken away would not change it
    again = client.get(path, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    f.ArticleFactory(date=timezone.localdate())
    changed = client.get(path, headers={"If-None-Match": response["ETag"]}).status_code
    news = path in ("/sitemap.xml", "/sitemap-news.xml", "/sitemap-articles.xml")
    assert changed == (200 if news else 304)


@pytest.mark.parametrize(
    "path",
    [
        *[f"/sitemap-articles.xml?p={page}" for page in ("0", "-1", "2", "abc", "1.5", "%00", "9" * 5000, "")],
        "/sitemap-x.xml",
        "/sitemap-.xml",
        "/sitemap-%00.xml",
        "/sitemap.xml/",
        "/en/sitemap.xml",
    ],
)
def test_a_file_that_does_not_exist_is_not_found(client, path):
    f.ArticleFactory()
    response = client.get(path)
    assert response.status_code == 404
    assert "<h1" in response.content.decode()
