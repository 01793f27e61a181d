"""What lacks a translation is shown in the other language, and that is said: to eyes, and to programs by ``lang``."""

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile

from publishing.models import Picture
from tests import factories as f

pytestmark = pytest.mark.django_db
ENGLISH = {"title_en": "Only here", "title_ru": "", "summary_en": "Short", "summary_ru": "", "body_en": "<p>Text</p>"}


def read(client, address):
    return BeautifulSoup(client.get(address).content, "html5lib").main


def test_a_title_is_marked_in_lists_and_on_its_page(client):
    f.ArticleFactory(slug="a", **ENGLISH)
    row = read(client, "/ru/news/").select_one(".row")
    assert row.select_one("h3 [lang=en]").text == "Only here"
    assert len(row.select(".tongue")) == 2  # the title's and the summary's
    page = read(client, "/ru/news/a/")
    assert page.select_one("h1 [lang=en] + .tongue")
    assert not read(client, "/en/news/a/").select(".tongue, .untranslated, [lang]")


def test_it_is_said_once_before_the_text_and_again_only_where_it_changes(client):
    f.ArticleFactory(slug="a", **ENGLISH)
    f.ArticleFactory(slug="b", **ENGLISH | {"summary_ru": "Кратко"})
    for slug, notes in (("a", 1), ("b", 1)):
        page = read(client, f"/ru/news/{slug}/")
        assert len(page.select(".untranslated")) == notes
        assert page.select_one(".body [lang=en]").text == "Text"
    assert not read(client, "/ru/news/b/").select(".lead .untranslated")


def test_names_of_people_are_marked_for_programs_only(client):
    article = f.ArticleFactory(slug="a")
    article.people.add(f.PersonFactory(family_name_en="Novák", family_name_ru=""))
    person = read(client, "/ru/news/a/").select_one(".person")
    assert person.select_one("[lang=en]").text == "Novák"
    assert not person.select(".tongue")


def test_a_picture_says_who_took_it_and_in_which_language_it_is_described(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = Picture(alt_en="A herd", credit="Jane Doe", licence="CC BY 4.0", width=2, height=1)
    picture.file.save("x.jpg", ContentFile(b"x"))
    f.ArticleFactory(slug="a", picture=picture)
    for language, marked in (("ru", "en"), ("en", None)):
        figure = read(client, f"/{language}/news/a/").figure
        assert (figure.img["alt"], figure.img.get("lang")) == ("A herd", marked)
        assert "© Jane Doe, CC BY 4.0" in figure.figcaption.text


def test_what_is_stored_and_searched_keeps_its_plain_spaces(client):
    f.ArticleFactory(slug="a", title_ru="15 видов в Бонне – да")
    page = client.get("/ru/news/a/").content.decode()
    assert "<title>15 видов в Бонне – да ·" in page
    assert "15\u00a0видов в\u00a0Бонне\u00a0– да</h1>" in page
    assert "Бонне" in client.get("/ru/news/", {"q": "15 видов в Бонне"}).content.decode()
