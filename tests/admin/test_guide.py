"""The editors' guide: the same chapters in both languages, no picture missing, for whoever is signed in."""

import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders

pytestmark = pytest.mark.django_db


def guide(client, language):
    page = client.get("/admin/guide/", headers={"accept-language": language})
    return BeautifulSoup(page.content.decode(), "html.parser").select_one(".guide")


def test_both_languages_have_the_same_chapters_and_pictures(editing):
    english, russian = guide(editing, "en"), guide(editing, "ru")
    for what in ("section", "img", "li", "dt"):
        assert len(english.select(what)) == len(russian.select(what)) > 0, what
    assert [part["id"] for part in english.select("section")] == [part["id"] for part in russian.select("section")]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_chapter_can_be_reached_from_the_contents(editing, language):
    page = guide(editing, language)
    links = [(link["href"], link.text) for link in page.select("nav a")]
    assert links == [(f"#{part['id']}", part.h2.text) for part in page.select("section")]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_picture_is_there_and_described(editing, language):
    for picture in guide(editing, language).select("img"):
        name = re.sub(r"\.[0-9a-f]{12}(?=\.webp$)", "", picture["src"].removeprefix("/static/"))
        assert finders.find(name)
        assert f"/{language}/" in picture["src"]
        assert len(picture["alt"]) > 20


def test_the_guide_is_for_those_who_are_signed_in(client):
    assert client.get("/admin/guide/").headers["Location"].startswith("/admin/login/")


def test_every_screen_leads_to_the_guide(editing):
    for page in ("/admin/", "/admin/news/article/add/", "/admin/guide/"):
        assert '<a href="/admin/guide/">Guide</a>' in editing.get(page).content.decode()
