"""Nothing that a visitor can put into an address, a query or a header breaks a page."""

import errno
import re

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone
from redis import RedisError

from cami_portal.errors import error_page, is_disk_full
from tests import factories as f

pytestmark = pytest.mark.django_db
LISTS = {
    "news": ["species", "state", "kind", "year"],
    "events": ["what", "when", "year", "kind", "country", "species", "state"],
    "species": ["state", "group", "category", "appendix", "membership"],
    "species/range": ["state", "group", "category", "appendix", "membership", "species"],
    "species/instruments": ["kind", "species"],
    "contacts": ["topic", "organisation"],
    "contacts/organisations": ["kind", "country"],
    "search": ["kind", "species", "state", "year"],
    "changes": ["section", "species"],
}
FACETS = [(path, name) for path, names in LISTS.items() for name in names]
# As they stand in an address: numbers of all sizes, other digits, NUL, bad UTF-8, SQL, very long.
GARBAGE = [
    *["nonsense", "0", "99999", "-1", "2" * 70, "%D9%A1%D9%A2", "1_000", "2016%0A", "%00", "a%00", "%ED%A0%80", "%FF"],
    *["a" * 3000, "'%20OR%201=1", "__class__", "%20"],
]


def refused(client, path, facet, values):
    for value in values:
        response = client.get(f"/en/{path}/?{facet}={value}")
        assert (response.status_code, list(response.context["object_list"])) == (400, []), value
        assert response.context["filter"].form.errors[facet]
        assert 'role="alert"' in response.content.decode()


@pytest.mark.parametrize(("path", "facet"), FACETS)
def test_an_unknown_value_answers_400_and_says_so_beside_the_field(client, path, facet):
    refused(client, path, facet, ["nonsense", "%00", "9" * 70])


# One facet of each kind: of a column, of a relation, of years, and the two with choices of their own.
@pytest.mark.parametrize(
    ("path", "facet"),
    [
        *[("news", "kind"), ("news", "species"), ("news", "year"), ("events", "when"), ("species", "membership")],
        *[("search", "species"), ("search", "year")],
    ],
)
def test_every_kind_of_facet_refuses_every_kind_of_garbage(client, path, facet):
    refused(client, path, facet, GARBAGE)


@pytest.mark.parametrize(("path", "facet"), FACETS)
def test_an_empty_value_asks_for_nothing(client, path, facet):
    assert client.get(f"/en/{path}/?{facet}=").status_code == 200


@pytest.mark.parametrize("path", ["news", "events", "species", "contacts/organisations", "search"])
@pytest.mark.parametrize(
    ("words", "status"), [("\x00", 400), ("a" * 101, 400), ("%_\\'\"(", 200), ("о" * 100, 200), ("* OR NEAR", 200)]
)
def test_any_words_can_be_asked_for(client, path, words, status):
    f.ArticleFactory()
    assert client.get(f"/en/{path}/", {"q": words}).status_code == status


@pytest.mark.parametrize("path", LISTS)
def test_a_filter_that_does_not_exist_answers_400_and_is_named(client, path):
    response = client.get(f"/en/{path}/?specie=saiga")
    assert response.status_code == 400
    assert "“specie”" in response.content.decode()


@pytest.mark.parametrize("query", ["q=saiga&q=", "q=saiga&q=argali"])
def test_words_given_twice_are_refused_and_named(client, query):
    response = client.get(f"/en/news/?{query}")
    assert (response.status_code, list(response.context["object_list"])) == (400, [])
    assert "“q”" in response.content.decode()


@pytest.mark.parametrize("query", ["utm_source=letter", "fbclid=x", "gclid=x", "yclid=x", "ref=x"])
def test_what_newsletters_add_to_an_address_does_no_harm(client, query):
    assert client.get(f"/en/news/?{query}").status_code == 200


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "page", ["0", "-1", "2", "999999", "9" * 70, "abc", "last", "1.0", " 1", "01", "١", "\x00", ""]
)
def test_a_page_that_does_not_exist_is_not_found(client, path, page):
    assert client.get(f"/en/{path}/", {"page": page}).status_code == 404


@pytest.mark.parametrize("year", ["1899", "2101", "0", "99999", "201", "20166"])
def test_a_year_is_from_1900_to_2100(client, year):
    assert client.get("/en/news/", {"year": year}).status_code == 400


def test_a_year_without_news_is_an_empty_list_with_a_way_on(client):
    f.ArticleFactory()
    response = client.get("/en/news/?year=1999")
    assert response.status_code == 200
    assert list(response.context["object_list"]) == []


@pytest.mark.parametrize(
    "path",
    [
        "/en/nothing/",
        "/xx/",
        "/en/news/nothing/",
        "/en/events/2016-x/",
        "/en/species/states/KZ/",
        "/en/species/states/zz/",
        "/en/species/states/kazakhstan/",
        "/en/species/%00/",
        "/en/news/a%00b/",
        "/en/%D0%B0/",
        "/en/events/x/documents/1/",
        "/en/events/x/documents/99999999999999999999/",
        "/en/news/" + "a" * 3000 + "/",
    ],
)
def test_an_unknown_address_is_not_found(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "<h1" in response.content.decode()


READABLE = [
    *["/en/", "/en/news/", "/en/events/", "/en/species/", "/en/contacts/", "/en/sources/", "/en/data/api/", "/healthz"],
    *["/robots.txt", "/sitemap.xml", "/sitemap-articles.xml", "/sitemap-news.xml"],
    *["/en/data/", "/data/csv/news.csv", "/en/contacts/report/", "/preview/never-made/"],
    *["/en/events/x/documents/1/", f"/media/pictures/{'0' * 32}.jpg", "/en/no/such/page/"],
    *["/informea.svc/", "/informea.svc/Meetings", "/api/informea/contacts.json", "/ru/news/informea.xml"],
]


@pytest.mark.parametrize("path", READABLE)
def test_only_reading_is_allowed(path):
    browser = Client(enforce_csrf_checks=True)
    for method in ("POST", "PUT", "PATCH", "DELETE", "PROPFIND"):
        response = browser.generic(method, path)
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert browser.head(path).status_code in (200, 404)


def test_a_session_key_that_nobody_got_is_no_session(client):
    client.cookies["sessionid"] = "aaaaaaaaaaaa\0"
    assert client.get("/accounts/login/").status_code == 200


@pytest.mark.parametrize("words", ["\u0301", "<b>", "&#x301;", "a b c d e f g h i"])
def test_words_that_mean_nothing_or_too_many_are_refused(client, words):
    f.ArticleFactory()
    response = client.get("/en/news/", {"q": words})
    assert (response.status_code, list(response.context["object_list"])) == (400, [])
    assert response.context["filter"].form.errors["q"]


def test_more_values_than_anybody_would_tick_are_refused(client):
    years = "&".join(f"year={year}" for year in range(1950, 2001))
    assert client.get(f"/en/news/?{years}").status_code == 400


def test_a_foreign_host_is_refused_with_a_page(client):
    response = client.get("/en/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "<h1" in response.content.decode()


@pytest.mark.parametrize("header", ["ru;q=0.9, en;q=0.1", "ru", "zz", "*", ";;;;", "x" * 5000])
def test_any_language_header_leads_somewhere(client, header):
    response = client.get("/", headers={"accept-language": header})
    assert (response.status_code, response["Location"]) == (302, "/ru/" if header.startswith("ru") else "/en/")
    assert "Accept-Language" in response["Vary"]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/news/", "/ru/news/"),
        ("/news", "/ru/news/"),
        ("/events/?year=2016", "/ru/events/?year=2016"),
        ("/events/live/", "/ru/events/live/"),
        ("/events/draft/", None),
        ("/events/nothing/", None),
        ("/contacts/nobody/contact.vcf", None),
        ("/style/", None),
        ("/wp-login.php", None),
        ("/xx/news/", None),
    ],
)
def test_an_address_without_a_language_leads_to_a_page_or_nowhere(client, path, place):
    f.EventFactory(slug="live", published_at=timezone.now())
    f.EventFactory(slug="draft", published_at=None)
    response = client.get(path, headers={"accept-language": "ru"})
    assert (response.status_code, response.get("Location")) == (302 if place else 404, place)
    assert "Accept-Language" in response["Vary"]


def test_a_thousand_parameters_are_refused(client):
    assert client.get("/en/news/?" + "&".join(f"q={i}" for i in range(1100))).status_code == 400


@pytest.mark.parametrize("language", ["en", "ru"])
def test_without_the_database_a_readable_page_answers_503(client, monkeypatch, language):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.db.models.sql.compiler.SQLCompiler.execute_sql", away)
    client.raise_request_exception = False
    response = client.get(f"/{language}/news/")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    page = response.content.decode()
    assert f'<html lang="{language}"' in page
    assert "<h1" in page
    assert client.get(f"/{language}/nothing/at/all/").status_code == 404


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 507),
        (OSError(errno.ENOENT, "No such file"), 500),
        (RedisError("refused"), 503),
        (OperationalError("locked"), 503),
    ],
)
def test_a_full_disk_has_a_page_of_its_own(client, monkeypatch, settings, fault, status):
    settings.REDIS_URL = "redis://127.0.0.1:1"

    def fail(view):
        raise fault

    monkeypatch.setattr("news.views.ArticleList.get_queryset", fail)
    client.raise_request_exception = False
    response = client.get("/en/news/")
    assert (response.status_code, response["Cache-Control"]) == (status, "no-store")
    assert ("There is no room left" in response.content.decode()) == (status == 507)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL says it by a code of its own")
def test_a_database_that_may_not_grow_counts_as_a_full_disk():
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            with pytest.raises(OperationalError) as caught, transaction.atomic():
                f.ArticleFactory(body_en="<p>word</p>" * 100_000)
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert is_disk_full(caught.value)


def test_an_error_of_ours_shows_a_page_and_no_trace(client, monkeypatch):
    monkeypatch.setattr("news.views.ArticleList.get_queryset", lambda self: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/en/news/")
    assert response.status_code == 500
    assert "ZeroDivisionError" not in response.content.decode()
    assert "<h1" in response.content.decode()


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("/ru/news/nothing/", "/ru/news/"),
        ("/en/events/2016-x/", "/en/events/"),
        ("/en/species/states/zz/", "/en/species/"),
        ("/en/contacts/report/?page=x", "/en/contacts/"),
        ("/en/newsletter/", None),
        ("/en/", None),
    ],
)
def test_an_error_page_leads_first_to_the_list_that_one_came_for(client, path, first):
    page = BeautifulSoup((client.get(path) if first or "x" in path else client.post(path)).content, "html5lib")
    ways = [link["href"] for link in page.select("main a")]
    assert (page.select_one("main .button") or {}).get("href") == first
    assert len(ways) == len(set(ways)) == 5
    assert not page.select("footer a[href*=report]")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 503, 507])
def test_error_pages_ask_nothing_of_the_database_and_are_in_one_language(
    rf, django_assert_num_queries, language, status
):
    with django_assert_num_queries(0):
        page = BeautifulSoup(error_page(rf.post(f"/{language}/news/x/"), status).content, "html5lib")
    assert page.html["lang"] == language
    assert page.h1.text.strip() in page.title.text
    assert str(status) in page.main.text
    if language == "ru":
        assert not re.search("[A-Za-z]{3}", page.main.text)
