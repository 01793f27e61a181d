"""What other programs ask the portal for."""

import pytest
from bs4 import BeautifulSoup

from tests import factories as f

pytestmark = pytest.mark.django_db


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
def test_a_page_names_the_languages_that_it_exists_in_and_both_say_the_same(client, texts, languages):
    f.ArticleFactory(slug="a", **texts)
    addresses = {code: f"http://testserver/{code}/news/a/" for code in languages}
    canonical = next(iter(addresses.values()))
    if len(languages) > 1:
        addresses["x-default"] = "http://testserver/news/a/"
    for code in ("en", "ru"):
        page = BeautifulSoup(client.get(f"/{code}/news/a/").content, "html5lib")
        links = page.select("link[rel=alternate][hreflang]")
        assert {link["hreflang"]: link["href"] for link in links} == addresses
        assert page.select_one("link[rel=canonical]")["href"] == addresses.get(code, canonical)


@pytest.mark.parametrize("path", ["/", "/species/states/", "/news/?page=2"])
def test_whoever_reads_another_language_is_led_to_the_one_that_they_understand(client, path):
    f.ArticleFactory.create_batch(21)
    for code in ("en", "ru"):
        page = BeautifulSoup(client.get(f"/{code}{path}").content, "html5lib")
        assert page.select_one("link[hreflang=x-default]")["href"] == f"http://testserver{path}"
    response = client.get(path, headers={"accept-language": "kk, ru;q=0.8, en;q=0.5"})
    assert (response.status_code, response["Location"]) == (302, f"/ru{path}")


def test_an_organisation_without_a_russian_name_exists_in_english_only(client):
    organisation = f.OrganisationFactory(name_ru="")
    page = BeautifulSoup(client.get(organisation.get_absolute_url()).content, "html5lib")
    assert [link["hreflang"] for link in page.select("link[rel=alternate][hreflang]")] == ["en"]
