"""Links in texts to the portal's own pages follow what moves, in the reader's language, and betray no draft."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from publishing.own_links import up_to_date
from publishing.text import clean_html
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    """What a page of the portal says in that language where ``html`` is its text."""

    def page(html, language="en"):
        item = f.PageFactory(slug="somewhere", body_en=html, body_ru="")
        response = client.get(f"/{language}/somewhere/")
        item.delete()
        return BeautifulSoup(response.content.decode(), "html.parser").select(".prose")[-1]

    return page


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/en/news/?year=2016#results", "/ru/news/?year=2016#results"),
        ("/ru/species/range/", "/ru/species/range/"),
        ("http://testserver/en/events/2016/8/", "/ru/events/2016/8/"),
        ("https://portal.example.org/en/", "/ru/"),
        ("https://www.cms.int/en/news/", "https://www.cms.int/en/news/"),
        ("/media/pictures/x.png", "/media/pictures/x.png"),
        ("mailto:cms@cms.int", "mailto:cms@cms.int"),
    ],
)
def test_a_link_leads_to_the_language_of_the_reader(page, settings, written, read):
    settings.SITE_URL = "https://portal.example.org"
    assert page(f'<p><a href="{written}">x</a></p>', "ru").a["href"] == read


def test_a_link_follows_an_item_that_moves(page):
    items = [f.ArticleFactory(slug="old"), f.OrganisationFactory(slug="old"), f.RoleFactory(slug="old")]
    text = "".join(f'<p><a href="{item.get_absolute_url()}">x</a></p>' for item in items)
    for item in items:
        item.slug = "new"
        item.save()
    assert [link["href"] for link in page(text).select("a")] == [
        "/en/news/new/", "/en/contacts/organisations/new/", "/en/contacts/new/",
    ]  # fmt: skip


@pytest.mark.parametrize("state", [state for state in f.states() if state != "live"])
def test_of_a_link_to_what_is_not_public_the_words_remain(page, state):
    f.ArticleFactory(slug="secret", **f.states()[state])
    moved = f.ArticleFactory(slug="was-secret", **f.states()[state])
    moved.slug = "secret-too"
    moved.save()
    text = '<p><a href="/en/news/secret/">one</a>, <a href="/en/news/was-secret/"><em>two</em></a></p>'
    assert str(page(text).p) == "<p>one, <em>two</em></p>"


@pytest.mark.parametrize("path", ["/en/news/nothing/", "/en/no/such/", "/ru/x\0/", "/en/%00/", "/en/news/%D0%B6/"])
def test_a_link_to_nothing_is_words(page, path):
    assert page(f'<p><a href="{path}">x</a></p>').find("a") is None


def test_an_address_of_the_portal_is_stored_without_its_host(settings):
    settings.SITE_URL = "https://portal.example.org"
    for url in ("https://portal.example.org/en/about/?a=1&b=2#c", "http://testserver/en/about/?a=1&b=2#c"):
        assert clean_html(f'<p><a href="{url}">x</a></p>') == (
            '<p><a href="/en/about/?a=1&amp;b=2#c" rel="noopener">x</a></p>'
        )


def test_nothing_gets_out_of_an_attribute():
    html = clean_html('<p><a title="x href=" href="/en/news/?q=%22&gt;<script>&quot;onclick=">x</a></p>')
    tag = BeautifulSoup(up_to_date(html), "html.parser").a
    assert (tag.attrs.keys(), tag["title"]) == ({"title", "href", "rel"}, "x href=")


def test_more_links_cost_no_more_queries(page, django_assert_num_queries):
    def queries(number):
        text = "".join(f'<p><a href="{f.ArticleFactory().get_absolute_url()}">x</a></p>' for _ in range(number))
        with CaptureQueriesContext(connection) as captured:
            up_to_date(text)
        return len(captured)

    assert (queries(1), queries(5)) == (1, 1)
    with django_assert_num_queries(0):
        up_to_date('<p><a href="https://www.cms.int/">x</a> <a href="/en/news/">y</a></p>')
