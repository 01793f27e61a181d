"""Reporting an error: each page leads there, it says which page is meant, and writes the letter's beginning."""

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from tests import factories as f

pytestmark = pytest.mark.django_db


def read(client, address):
    return BeautifulSoup(client.get(address).content, "html5lib")


@pytest.mark.parametrize("path", ["/en/", "/ru/news/", "/en/news/?year=1999", "/en/contacts/report/"])
def test_every_page_leads_to_a_report_about_itself(client, path):
    link = read(client, path).select_one("footer a[href*=report]")
    assert (link["href"], link["rel"]) == (f"{path[:4]}contacts/report/?page={path.partition('?')[0]}", ["nofollow"])
    page = read(client, link["href"])
    assert page.select_one(".address a").text == f"http://testserver{path.partition('?')[0]}"
    assert page.select_one("meta[name=robots]")["content"] == "noindex"


def test_the_letter_goes_to_the_first_role_of_the_secretariat_and_names_the_page(client):
    f.RoleFactory(order=1, kind="scientific-council", mailbox="council@example.org")
    f.RoleFactory(order=3, mailbox="later@example.org")
    f.RoleFactory(order=2, organisation__email="secretariat@example.org", organisation__phones="+49 228 1")
    page = read(client, "/ru/contacts/report/?page=/en/news/")
    letter = urlsplit(page.select_one("a.button")["href"])
    text = parse_qs(letter.query)
    assert (letter.scheme, letter.path) == ("mailto", "secretariat@example.org")
    assert text["body"] == ["http://testserver/en/news/\n\n"]
    assert "+" not in letter.query  # mail programs show it as it is
    assert page.select_one(".reach a[href='tel:+492281']")
    assert not page.select("main form")


def test_without_a_page_it_is_said_what_to_write(client):
    page = read(client, "/en/contacts/report/")
    assert not page.select(".address")
    assert page.select("h1")


@pytest.mark.parametrize(
    "page",
    [
        *["https://evil.example/", "//evil.example/", "/en//evil.example/", "javascript:alert(1)", "/admin/", "news"],
        *["/en/admin/", "/en/news/nothing/", "/en/species/states/xx/", "/en/contacts/report/contact.vcf"],
        *["/xx/news/", "/en/no/such/page/", "/en/news/\0/", "/en/" + "a" * 200 + "/", "/en/news/?x=1", "\\en\\news\\"],
    ],
)
def test_anything_but_a_page_of_this_portal_is_refused(client, page):
    assert client.get("/en/contacts/report/", {"page": page}).status_code == 404


def test_a_draft_is_refused_as_if_it_were_not_there_and_no_trace_fills_the_log(client, caplog):
    f.EventFactory(slug="held", published_at=timezone.now())
    f.EventFactory(slug="draft", published_at=None)
    slugs = ["held", "draft", "nothing"]
    answers = [client.get("/en/contacts/report/", {"page": f"/ru/events/{slug}/"}) for slug in slugs]
    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert answers[1].content == answers[2].content
    assert caplog.records == []


def test_what_is_written_by_post_has_an_address(client):
    f.RoleFactory(organisation__address_en="Platz der Vereinten Nationen 1\nBonn")
    assert "Bonn" in read(client, "/en/contacts/report/").select_one(".box address").text


def test_the_address_of_the_report_is_no_role(client):
    assert f.RoleFactory(slug="", title_en="Report").slug == "report-2"
