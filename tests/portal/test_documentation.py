"""The page that explains the API tells the truth: its examples are asked, its programs run."""

import io
import re
import urllib.request

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from cami_portal.api import VIEWS
from cami_portal.documentation import AGAIN, EXAMPLES, JAVASCRIPT, PYTHON
from cami_portal.management.commands.seed import FIXTURES

pytestmark = pytest.mark.django_db
API = "http://testserver/api/v1/"
client = Client()


@pytest.fixture(scope="module")
def seed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loaddata", *FIXTURES, verbosity=0)
        yield
        transaction.set_rollback(True)


def page(language):
    return BeautifulSoup(client.get(f"/{language}/data/api/").content, "html5lib")


def is_part(shown, whole):
    """Whether ``shown`` is ``whole`` with properties left out of its objects."""
    if isinstance(shown, dict):
        return shown.keys() <= whole.keys() and all(is_part(value, whole[name]) for name, value in shown.items())
    if isinstance(shown, list):
        return len(shown) == len(whole) and all(map(is_part, shown, whole))
    return shown == (whole.replace(API, "{api}") if isinstance(whole, str) else whole)


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.question for example in EXAMPLES])
def test_an_example_has_the_answer_that_is_shown(seed, example):
    response = client.get(API + example.question)
    assert response.status_code == example.status
    assert is_part(example.answer, response.json()), response.json()
    assert list(example.answer) == [name for name in response.json() if name in example.answer]


def test_the_program_in_python_runs(seed, monkeypatch, capsys):
    monkeypatch.setattr(urllib.request, "urlopen", lambda address: io.BytesIO(client.get(address).content))
    exec(PYTHON.replace("{api}", API).replace("page_size=100", "page_size=40"), {})  # noqa: S102 - as readers will
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == client.get(f"{API}ranges/").json()["count"] > 80
    assert "Cervus hanglu bactrianus AF resident" in lines


@pytest.mark.parametrize("program", [AGAIN, JAVASCRIPT])
def test_the_other_programs_ask_what_is_answered(seed, program):
    (address,) = re.findall(r'{api}[^"\s]*', program)
    response = client.get(address.replace("{api}", API))
    assert response.status_code == 200
    assert client.get(address.replace("{api}", API), headers={"If-None-Match": response["ETag"]}).status_code == 304


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_shows_them_with_the_address_of_the_portal(seed, language):
    shown = [sample.text for sample in page(language).select("pre")]
    assert len(shown) == 2 * len(EXAMPLES) + 3
    assert shown[0] == f'curl "{API}{EXAMPLES[0].question}"'
    assert [text for text in shown if "{api}" in text] == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_names_every_filter_and_field_of_every_list(db, language):
    lists = page(language).select("details")
    assert [one["id"] for one in lists] == [view.record.name for view in VIEWS]
    for one, view in zip(lists, VIEWS, strict=True):
        filters = [*view.filterset_class.base_filters]
        fields = [column.name for column in view.record.columns()]
        assert [head.text for head in one.select("tbody th")] == filters + fields
        assert [row for row in one.select("tbody td") if not row.text.strip()] == []


def test_the_meaning_of_a_field_is_in_the_language_of_the_reader(db):
    for language, word in [("ru", "Дата"), ("en", "Date"), ("ru", "Дата")]:
        row = page(language).select_one("#news tbody tr:has(th:-soup-contains('date'))")
        assert row.td.text == word
    schema = client.get(f"{API}openapi.json").json()["components"]["schemas"]["Article"]
    assert schema["properties"]["date"]["description"] == "Date"
