"""The API is what its description says it is, whatever anybody asks."""

import json
import os
import uuid
from datetime import date
from types import SimpleNamespace
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.core.management import call_command
from django.db import OperationalError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from cami_portal.api import VIEWS
from cami_portal.management.commands.seed import FIXTURES
from news.models import Article
from publishing.models import ChangeNote
from tests import factories as f

pytestmark = pytest.mark.django_db
LISTS = {view.record.name: view for view in VIEWS}
ITEMS = [name for name in LISTS if name not in ("ranges", "sources")]  # those with an identity
client = Client(raise_request_exception=False)


@pytest.fixture(scope="module")
def api(django_db_setup, django_db_blocker):
    """The seed behind the API: its description, and a check of answers against it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loaddata", *FIXTURES, verbosity=0)
        for article in Article.objects.all():
            ChangeNote.objects.create(item=article, text_en=f"Note on {article}")
        yield SimpleNamespace(**described(client.get("/api/v1/openapi.json").json()))
        transaction.set_rollback(True)


def described(description):
    exact = closed(description)

    def check(path, response):
        """That an answer is what the description says, and has nothing besides."""
        said = exact["paths"][path]["get"]["responses"]
        said = said.get(str(response.status_code), said["default"])
        said = exact["components"]["responses"][said["$ref"].split("/")[-1]] if "$ref" in said else said
        assert response["Content-Type"].split(";")[0] in said["content"]
        schema = said["content"]["application/json"]["schema"] | {"components": exact["components"]}
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(response.json())
        assert all(name in response for name in said.get("headers", []) if name != "Link")

    return {"description": description, "check": check}


def closed(schema):
    """``schema`` without room for properties that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    more = {"additionalProperties": False} if "properties" in schema else {}
    return {name: closed(one) for name, one in schema.items()} | more


def whole(name, size):
    """The answers for all pages of a list."""
    address = f"/api/v1/{name}/?page_size={size}"
    while address:
        response = client.get(address)
        yield response
        address = response.json()["next"]


def test_the_description_is_valid(api):
    validate(api.description)
    assert sorted(api.description["paths"]) == sorted(
        [f"/{name}/" for name in LISTS] + [f"/{name}/{{id}}/" for name in ITEMS]
    )


@pytest.mark.parametrize("name", LISTS)
def test_every_answer_is_as_described_on_every_page(api, name):
    rows = []
    for response in whole(name, 7):
        api.check(f"/{name}/", response)
        rows += response.json()["results"]
    (response,) = [*whole(name, 100)][:1]
    assert rows[:100] == response.json()["results"]
    assert len(rows) == response.json()["count"] > 5
    assert len({json.dumps(row) for row in rows}) == len(rows)


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_is_found_by_its_identity(api, name):
    row = client.get(f"/api/v1/{name}/?page_size=3").json()["results"][-1]
    response = client.get(f"/api/v1/{name}/{row['id']}/")
    api.check(f"/{name}/{{id}}/", response)
    assert response.json() == row
    assert client.get(f"/api/v1/{name}/{row['id']}/", headers={"If-None-Match": response["ETag"]}).status_code == 304
    missing = client.get(f"/api/v1/{name}/{uuid.UUID(int=1)}/")
    assert missing.status_code == 404
    api.check(f"/{name}/{{id}}/", missing)


@pytest.mark.parametrize("state", [state for state in f.states() if state != "live"])
def test_what_is_not_live_is_found_by_no_identity(client, state):
    for name, factory in [("news", f.ArticleFactory), ("events", f.EventFactory), ("species", f.SpeciesFactory)]:
        item = factory(**f.states()[state])
        assert client.get(f"/api/v1/{name}/{item.uuid}/").status_code == 404


# --- whatever is asked --------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["saiga", "сайгак", "Снежный барс", "CMS", "ё", "%_\\'\"", "* OR NEAR(", "2016"])
ANYTHING = st.one_of(
    st.text(max_size=20).map(lambda text: text.encode(errors="replace")),
    st.binary(max_size=20),
    st.integers().map(lambda number: str(number).encode()),
    st.sampled_from([b"", b"\0", b"9" * 5000, b"saiga", b"2016", b"news", b"KZ"]),
).map(quote_from_bytes)


def values(parameter, view):
    """Values that ``parameter`` allows; keys are those that there are."""
    name, schema = parameter["name"], parameter["schema"]
    if name in ("q", "page"):
        return WORDS if name == "q" else st.just("1")
    one = schema.get("items", schema)
    if one.get("format") == "date":
        days = {"since": (date(1900, 1, 1), date(2026, 1, 1)), "until": (date(2026, 1, 2), date(2100, 12, 31))}
        return st.dates(*days[name]).map(str)
    if "minimum" in one:
        found = st.integers(one["minimum"], one["maximum"]).map(str)
    else:
        known = one.get("enum") or [
            value for value, label in view.filterset_class.base_filters[name].extra["choices"]()
        ]
        found = st.sampled_from(known)
    return st.lists(found, max_size=5) if schema["type"] == "array" else found


# The same ones each time. QUESTIONS=5000 in the environment asks more.
many = settings(
    max_examples=int(os.environ.get("QUESTIONS", 20)), derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_every_question_that_is_described_is_answered(api, name):
    parameters = api.description["paths"][f"/{name}/"]["get"]["parameters"]

    @many
    @given(st.fixed_dictionaries({}, optional={one["name"]: values(one, LISTS[name]) for one in parameters}))
    def ask(question):
        response = client.get(f"/api/v1/{name}/?{urlencode(question, doseq=True)}")
        assert response.status_code == 200, question
        api.check(f"/{name}/", response)

    ask()


@pytest.mark.parametrize("name", LISTS)
def test_no_question_breaks_it(api, name):
    names = [one["name"] for one in api.description["paths"][f"/{name}/"]["get"]["parameters"]]
    query = st.lists(st.tuples(st.sampled_from(names) | ANYTHING, ANYTHING), max_size=4)

    @many
    @given(query)
    def ask(pairs):
        response = client.get(f"/api/v1/{name}/?" + "&".join(f"{key}={value}" for key, value in pairs))
        assert response.status_code in (200, 400, 404)
        api.check(f"/{name}/", response)

    ask()


@many
@given(ANYTHING)
def test_no_address_breaks_it(api, text):
    for address in (f"/api/v1/{text}", f"/api/v1/news/{text}/", f"/api/v1/{text}/news/"):
        response = client.get(address)
        assert response.status_code in (200, 301, 404)
        assert response.status_code == 301 or response["Content-Type"].startswith("application/json")


# --- programs, and scripts in pages of other sites ----------------------------------------------------------------


def test_the_index_leads_to_everything(api):
    index = client.get("/api/v1/").json()
    assert list(index["lists"]) == list(LISTS)
    for address in [index["description"], index["documentation"], *index["lists"].values()]:
        assert client.get(address).status_code == 200


def test_answers_do_not_vary_with_the_language_of_whoever_asks(client):
    f.ArticleFactory()
    client.get("/ru/news/")
    for address in ["/api/v1/", "/api/v1/openapi.json", "/api/v1/news/", "/api/v1/news/?x=1", "/api/v1/x/"]:
        english, russian = (client.get(address, headers={"Accept-Language": language}) for language in ("en", "ru"))
        assert (english.content, english["Content-Language"]) == (russian.content, "en")
        assert russian.get("Vary", "") in ("", "Accept-Encoding")


@pytest.mark.parametrize(
    "address", ["/api/v1/news/", "/api/v1/openapi.json", "/en/news/feed.atom", "/ru/news/data.csv"]
)
def test_scripts_of_any_site_may_read_data(client, address):
    asked = {"Origin": "https://example.org"}
    preflight = client.options(address, headers=asked | {"Access-Control-Request-Method": "GET"})
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert {name: value for name, value in preflight.headers.items() if name.startswith("Access-Control-")} == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, Link",
        "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
        "Access-Control-Allow-Headers": "If-None-Match",
        "Access-Control-Max-Age": "86400",
    }
    first = client.get(address, headers=asked)
    again = client.get(address, headers=asked | {"If-None-Match": first["ETag"]})
    wrong = client.get(f"{address}?page=99&x=1", headers=asked)
    assert [one.status_code for one in (first, again)] == [200, 304]
    assert [one["Access-Control-Allow-Origin"] for one in (first, again, wrong)] == ["*", "*", "*"]
    assert [one["Access-Control-Expose-Headers"] for one in (first, again)] == ["ETag, Link"] * 2
    assert client.options(address)["Allow"] == "GET, HEAD, OPTIONS"
    assert client.head(address)["ETag"] == first["ETag"]


def test_scripts_of_other_sites_read_no_pages(client):
    for address in ("/en/news/", "/accounts/login/", "/admin/"):
        response = client.get(address, headers={"Origin": "https://example.org"})
        assert not [name for name in response.headers if name.startswith("Access-Control-")]


# --- errors -------------------------------------------------------------------------------------------------------


def failing(error):
    def fail(*args, **kwargs):
        raise error

    return fail


def refused(response):
    """What an error says; it is the same for programs of any site, and no cache keeps it."""
    assert response["Content-Type"].split(";")[0] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] in ("no-store", "no-cache")
    return response.status_code, response.json()


def error(status, message):
    return status, {"status": status, "messages": [message]}


def test_errors_are_data(db, monkeypatch):
    address = "/api/v1/news/"
    wrong = client.get(address, headers={"host": "evil.example"})
    assert refused(wrong) == error(400, "The request is not well formed.")
    assert refused(client.get("/api/v1/?x")) == (200, client.get("/api/v1/").json())
    assert refused(client.get("/api/v2/")) == error(404, "There is nothing at this address.")
    assert refused(client.delete(address)) == error(405, "The data can be read only, by GET or HEAD.")
    monkeypatch.setattr("news.records.ArticleRecord.ready", failing(ValueError("secret")))
    assert refused(client.get(address)) == error(500, "The portal failed. The error is recorded.")
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", failing(OperationalError("secret")))
    away = client.get(address)
    assert refused(away)[0] == 503
    assert away["Retry-After"] == "30"
