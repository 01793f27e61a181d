"""What search engines and social networks read in the head of a page."""

import datetime
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from PIL import Image

from publishing.models import Picture
from species.models import Species
from tests import factories as f

pytestmark = pytest.mark.django_db
CARDS = [*(f"portal-{code}" for code, name in settings.LANGUAGES), *Species.Habitat.values]


def card(client, address):
    """``{name: content, or a list of them}`` of what the page says to social networks."""
    page = BeautifulSoup(client.get(address).content, "html5lib")
    said = {}
    for element in page.select('meta[property^="og:"], meta[name^="twitter:"]'):
        said.setdefault(element.get("property") or element["name"], []).append(element["content"])
    return {name: contents[0] if len(contents) == 1 else contents for name, contents in said.items()}


def address_of(name):
    return "http://testserver" + staticfiles_storage.url(f"portal/img/share/{name}.png")


def test_an_article_says_how_it_looks_when_shared(client):
    size = {"width": 800, "height": 600}
    picture = Picture.objects.create(file="pictures/a.jpg", alt_en="Two saigas", alt_ru="Два сайгака", **size)
    article = f.ArticleFactory(
        slug="a", title_en='Saigas "return" & stay <b>', title_ru="Сайгаки", summary_en="In short.", picture=picture
    )
    assert card(client, article.get_absolute_url()) == {
        "og:site_name": "Central Asian Mammals Initiative",
        "og:type": "article",
        "og:title": 'Saigas "return" & stay <b>',
        "og:description": "In short.",
        "og:url": "http://testserver/en/news/a/",
        "og:locale": "en_GB",
        "og:locale:alternate": "ru_RU",
        "og:image": f"http://testserver{picture.file.url}",
        "og:image:width": "800",
        "og:image:height": "600",
        "og:image:alt": "Two saigas",
        "twitter:card": "summary_large_image",
    }


@pytest.mark.parametrize("habitat", Species.Habitat.values)
def test_a_species_is_shared_with_its_landscape(client, habitat):
    species = f.SpeciesFactory(habitat=habitat)
    assert card(client, species.get_absolute_url())["og:image"] == address_of(habitat)


def test_other_pages_are_shared_with_the_portals_name_in_their_language(client):
    english, russian = card(client, "/en/"), card(client, "/ru/news/?species=")
    assert [one["og:image"] for one in (english, russian)] == [address_of("portal-en"), address_of("portal-ru")]
    assert english["og:title"] == english["og:site_name"] == "Central Asian Mammals Initiative"
    assert (russian["og:locale"], russian["og:locale:alternate"]) == ("ru_RU", "en_GB")
    assert (russian["og:title"], russian["og:url"]) == ("Новости", "http://testserver/ru/news/")


def test_a_page_in_one_language_names_no_other(client):
    article = f.ArticleFactory(title_ru="", summary_ru="")
    assert "og:locale:alternate" not in card(client, article.get_absolute_url())


@pytest.mark.parametrize(("precision", "day"), [("day", "2016-11-14"), ("month", None), ("year", None)])
def test_news_says_its_day_where_it_is_known_and_its_section(client, precision, day):
    article = f.ArticleFactory(kind="in-memoriam", date_precision=precision)
    type(article).objects.update(changed=datetime.datetime(2026, 3, 2, 9, 30, tzinfo=datetime.UTC))
    page = BeautifulSoup(client.get(article.get_absolute_url()).content, "html5lib")
    said = {one["property"]: one["content"] for one in page.select("meta[property^='article:']")}
    assert said.pop("article:published_time", None) == day
    assert said == {"article:section": "in memoriam", "article:modified_time": "2026-03-02T09:30:00+00:00"}


def test_error_pages_are_not_to_be_shared(client):
    assert card(client, "/en/no-such-page/") == {}


@pytest.mark.parametrize("name", CARDS)
def test_the_cards_are_there_and_light(name):
    path = Path(finders.find(f"portal/img/share/{name}.png"))
    assert path.stat().st_size < 40_000
    with Image.open(path) as image:
        assert image.size == (1200, 630)


def test_the_browsers_own_colour_is_that_of_the_page(client):
    page = BeautifulSoup(client.get("/en/").content, "html5lib")
    felt = re.findall(r"--felt: (#\w+);", Path(finders.find("portal/css/tokens.css")).read_text())
    assert [element["content"] for element in page.select("meta[name=theme-color]")] == felt[:2]


@pytest.mark.parametrize(
    ("query", "own"),
    [("", ""), ("?page=1", ""), ("?page=2", "?page=2"), ("?page=2&ref=x", "?page=2"), ("?year=2016&page=2", "")],
)
def test_each_page_of_a_list_is_its_own_and_a_filtered_one_is_not(client, query, own):
    f.ArticleFactory.create_batch(21)
    page = BeautifulSoup(client.get(f"/ru/news/{query}").content, "html5lib")
    assert page.select_one("link[rel=canonical]")["href"] == f"http://testserver/ru/news/{own}"
    assert page.select_one("meta[property='og:url']")["content"] == f"http://testserver/ru/news/{own}"
    assert page.select_one("link[hreflang=en]")["href"] == f"http://testserver/en/news/{own}"
