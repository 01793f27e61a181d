"""What other programs ask the portal for."""

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError

from tests import factories as f

pytestmark = pytest.mark.django_db


def test_the_portal_says_that_it_lives_and_that_it_is_ready(client):
    assert [client.get(path).content for path in ("/healthz", "/readyz")] == [b"ok\n", b"ready\n"]


def test_without_the_database_it_lives_and_is_not_ready(client, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", away)
    client.raise_request_exception = False
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 503]


@pytest.mark.parametrize(
    ("texts", "languages"),
    [
        ({}, ["en", "ru"]),
        ({"title_ru": ""}, ["en"]),
        ({"summary_ru": ""}, ["en"]),
        ({"title_en": "", "summary_en": ""}, ["ru"]),
        ({"summary_en": "", "summary_ru": ""}, ["en", "ru"]),
    ],
)
def test_a_page_names_the_languages_that_it_exists_in(client, texts, languages):
    page = BeautifulSoup(client.get(f.ArticleFactory(**texts).get_absolute_url()).content, "html5lib")
    assert [link["hreflang"] for link in page.select("link[rel=alternate][hreflang]")] == languages
