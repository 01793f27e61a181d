"""The page that searches everything, as readers meet it."""

import html
from datetime import date
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from tests import factories as f

pytestmark = pytest.mark.django_db


def test_a_slip_is_mended_the_same_whether_or_not_a_hidden_item_has_the_word(client):
    f.ArticleFactory(title_en="Xylophonebird")
    withdrawn = f.ArticleFactory(title_en="Xylophonebirk")
    withdrawn.withdraw()
    withdrawn.save()
    f.ArticleFactory(title_en="Xylophonebirt", published_at=f.states()["scheduled"]["published_at"])
    for word in ("Xylophonebirm", "Xylophonebirk", "Xylophonebirt"):
        assert client.get(f"/api/v1/news/?q={word}").json()["count"] == 1, word


def page(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html5lib")


def results(page):
    return [link["href"] for link in page.select(".hit h3 a")]


@pytest.fixture
def items():
    species = f.SpeciesFactory(slug="saiga", name_en="Saiga", name_ru="Сайгак")
    article = f.ArticleFactory(
        slug="a", title_en="Saigas <counted>", title_ru="", summary_en="", summary_ru="", kind="project"
    )
    event = f.EventFactory(
        slug="e", title_en="Forum", title_ru="Форум", summary_en="On camels", summary_ru="О <b>сайгаках</b>"
    )
    article.species.add(species)
    return species, article, event


def test_a_result_says_what_it_is_and_shows_what_was_looked_for(client, items):
    found = page(client, "/en/search/?q=saiga")
    assert results(found) == ["/en/species/saiga/", "/en/news/a/", "/en/events/e/"]
    assert [mark.text for mark in found.select(".hit mark")] == ["Saiga", "Saigas"]
    assert "Saigas <counted>" in found.select(".hit")[1].text
    assert found.select(".hit time")[0]["datetime"] == "2016-11-14"
    assert found.select_one("#count").text.strip() == "3 results"


def test_a_result_says_of_when_it_is(client):
    f.SpeciesFactory(name_en="Saiga")
    f.InstrumentFactory(title_en="Saiga", adopted=date(2006, 1, 1), adopted_precision="year")
    f.EventFactory(title_en="Saiga", start=date(2015, 3, 2), end=date(2015, 3, 4))
    f.ArticleFactory(title_en="Saiga", date=date(2016, 11, 1), date_precision="month")
    lines = [line.text.split() for line in page(client, "/en/search/?q=saiga").select(".byline")]
    assert [" ".join(line) for line in lines] == [
        "species",
        "memorandum of understanding 2006",
        "workshop 2–4 March 2015",
        "news November 2016",
    ]


def test_a_reader_of_russian_sees_what_there_is_in_russian_and_what_is_in_english(client, items):
    found = page(client, "/ru/search/?q=saiga")
    assert results(found)[0] == "/ru/species/saiga/"
    assert [mark.text for mark in found.select(".hit mark")] == ["Сайгак", "Saigas", "сайгаках"]
    assert found.select_one(".hit [lang=en]").text == "Saigas <counted>"
    assert "<b>сайгаках</b>" in found.select(".hit")[2].text


def test_results_are_narrowed_and_each_choice_says_how_many_it_gives(client, items):
    found = page(client, "/en/search/?q=saiga&species=saiga&kind=article&kind=species")
    assert results(found) == ["/en/species/saiga/", "/en/news/a/"]
    labels = [" ".join(option.text.split()) for option in found.select("#group-kind .option")]
    assert labels == ["News 1", "Species 1"]
    assert found.select_one(".chips-clear")["href"] == "/en/search/?q=saiga"
    assert found.select_one(".chip")["href"] == "?q=saiga&species=saiga&kind=species"


@pytest.mark.parametrize(
    ("query", "number"), [("kind=species", 1), ("kind=species&q=", 1), ("year=2016&kind=event", 1)]
)
def test_filters_alone_are_a_question_too(client, items, query, number):
    assert len(results(page(client, f"/en/search/?{query}"))) == number


def test_a_mended_slip_is_said(client, items):
    found = page(client, "/en/search/?q=sagia")
    assert len(results(found)) == 3
    assert "“saiga”" in found.select_one(".read-as").text
    assert "“saiga”" in page(client, "/en/news/?q=sagia").select_one(".read-as").text


def test_where_nothing_is_found_fewer_words_and_the_lists_are_offered(client, items):
    found = page(client, "/en/search/?q=saiga+xerus&kind=article")
    assert [(a["href"], a.text) for a in found.select(".empty a")][:2] == [
        ("/en/search/?q=saiga+xerus", "Take off all filters"),
        ("?q=saiga&kind=article", "Without “xerus”"),
    ]
    assert "/en/news/" in [a["href"] for a in found.select(".empty a")]


@pytest.mark.parametrize("query", ["", "?q=", "?utm_source=x"])
def test_without_a_question_there_is_a_box_and_ways_in(client, items, query):
    found = page(client, f"/en/search/{query}")
    ways = {" ".join(way.text.split()) for way in found.select(".search-ways li")}
    assert {"News 1", "Events 1", "Species 1", "Contacts 0"} <= ways
    assert len(found.select("form[role=search]")) == 1
    assert not found.select("[autofocus]")


def test_more_than_are_ranked_are_not_counted(client, monkeypatch, items):
    monkeypatch.setattr("publishing.search.results.RANKED", 2)
    found = page(client, "/en/search/?q=saiga")
    assert found.select_one("#count").text.strip() == "More than 2 results"
    assert not found.select(".option-number")


def test_choices_are_shown_as_they_are_called(client):
    f.SpeciesFactory(slug="a", name_en="Saiga <i> & 100 %s {0}")
    box, *others = page(client, "/en/search/?q=saiga&species=a").select("#group-species .option")
    assert (box.span.text, box.select_one(".option-number").text, others) == ("Saiga <i> & 100 %s {0}", "1", [])
    assert (box.input["name"], box.input["value"], box.input.has_attr("checked")) == ("species", "a", True)


def test_search_engines_are_not_to_list_results(client):
    assert page(client, "/en/search/?q=x").select_one("meta[name=robots]")["content"] == "noindex, follow"


def test_every_page_leads_there_without_scripts(client):
    for path, status in [("/en/", 200), ("/ru/news/", 200), ("/en/nothing/", 404)]:
        form = page(client, path, status).select_one("header form[role=search]")
        assert (form["action"], form["method"]) == (f"{path[:3]}/search/", "get")
        assert form.input["name"] == "q"
        assert form.button["aria-label"]


def test_the_address_bar_of_a_browser_can_search(client, items):
    address = page(client, "/en/").select_one("link[rel=search]")["href"]
    response = client.get(address)
    assert response["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    description = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    assert len(description.find(f"{space}ShortName").text) <= 16
    template = description.find(f"{space}Url").get("template")
    assert template == "http://testserver/en/search/?q={searchTerms}"
    assert len(results(page(client, template.replace("{searchTerms}", "saiga")))) == 3


@pytest.mark.parametrize("text", ["<script>", '"><img src=x>', "&lt;", "'"])
def test_what_was_typed_is_shown_as_it_was_typed(client, text):
    response = client.get("/en/search/", {"q": f"saiga {text}"})
    assert response.status_code == 200
    box = BeautifulSoup(response.content, "html5lib").select_one("#search-words")
    assert box["value"] == f"saiga {text}"
    hidden = BeautifulSoup(response.content, "html5lib").select_one("#filters input[name=q]")
    assert (hidden["type"], hidden["value"]) == ("hidden", f"saiga {text}")
    assert text not in response.content.decode().replace(html.escape(text), "") or len(text) == 1
