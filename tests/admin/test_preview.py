"""What is not on the portal can be looked at: by editors before it is saved, by others through a link for some days."""

import datetime
import json
import logging
import re

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cami_portal.logs import Json
from events.models import Document
from news.models import Article
from publishing.models import PreviewLink
from tests import factories as f
from tests.admin.conftest import fields_of
from tests.admin.test_uploads import PDF, documents

pytestmark = pytest.mark.django_db

FACTORIES = {
    "page": f.PageFactory,
    "species": f.SpeciesFactory,
    "instrument": f.InstrumentFactory,
    "event": f.EventFactory,
    "article": f.ArticleFactory,
}
HIDDEN = ["draft", "submitted", "scheduled", "expired", "withdrawn"]
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def door(item, name, language=""):
    address = reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_{name}", args=[item.pk] if item.pk else [])
    return f"{address}?language={language}" if language else address


def link_to(item, **fields):
    fields = {"note": "Ministry", "expires_at": timezone.now() + datetime.timedelta(days=7)} | fields
    return PreviewLink.objects.create(item=item, **fields).get_absolute_url()


def soup(response):
    return BeautifulSoup(response.content.decode(), "html.parser")


def bar(response):
    return " ".join(soup(response).select_one("body > aside.preview").text.split())


def typed(client, item, **values):
    """What a browser would send for the form of ``item`` with some fields changed."""
    page = client.get(door(item, "change" if item.pk else "add"))
    return fields_of(page) | values


def stored():
    """Every row of every table, but sessions."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != "sessions"
    }


# --- before it is saved -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FACTORIES)
def test_what_a_form_holds_is_shown_on_the_real_page_and_not_stored(editing, kind):
    item = FACTORIES[kind](published_at=None)
    title = "name" if kind == "species" else "title"
    values = typed(editing, item, **{f"{title}_en": "Typed only", f"{title}_ru": "Только набрано", "slug": "moved"})
    before = stored()
    for language, text in {"en": "Typed only", "ru": "Только набрано"}.items():
        response = editing.post(door(item, "preview", language), values)
        page = soup(response)
        assert response.status_code == 200
        assert page.html["lang"] == response["Content-Language"] == language
        assert page.h1.text.strip() == text
        assert page.select_one("body > aside.preview") is not None
        assert page.select("#switch, body > aside.preview a") == []  # what was sent is nowhere to be asked for again
    assert stored() == before


@pytest.mark.parametrize("kind", FACTORIES)
def test_a_new_item_is_shown_before_there_is_one(editing, kind):
    model = FACTORIES[kind]._meta.model
    sent = {"title_en": "Brand new", "name_en": "Brand new", "kind": "mou" if kind == "instrument" else "news"}
    sent |= {"kind": "workshop"} if kind == "event" else {}
    sent |= {"date": "2026-11-02", "start": "2026-11-02", "scientific_name": "Saiga", "group": "antelopes"}
    values = typed(editing, model(), **sent, habitat="steppe")
    before = stored()
    response = editing.post(reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add_preview"), values)
    assert soup(response).h1.text.strip() == "Brand new"
    assert stored() == before


def test_rows_and_a_chosen_file_are_shown_and_the_file_is_kept_nowhere(editing, tmp_path):
    event = f.EventFactory(published_at=None)
    file = documents(SimpleUploadedFile("report.pdf", PDF)) | {"documents-TOTAL_FORMS": 1}
    part = {"organisation_parts-TOTAL_FORMS": 1, "organisation_parts-0-part": "host"}
    part["organisation_parts-0-organisation"] = f.OrganisationFactory(name_en="The host").pk
    before = stored()
    page = soup(editing.post(door(event, "preview"), typed(editing, event, **file, **part)))
    assert "The host" in page.main.text
    assert "Report" in page.select_one(".documents").text
    assert page.select(".documents a") == []
    assert stored() == before
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("button", ["_publish", "_submit", "_save", "_saveasnew"])
def test_a_preview_publishes_nothing_and_sends_nothing(
    client, account, mailoutbox, button, django_capture_on_commit_callbacks
):
    account("Editor")
    author = account("Author", "Editor" if button == "_publish" else "Translator")
    client.force_login(author)
    article = f.ArticleFactory(published_at=None, author=author)
    values = typed(client, article, title_en="Typed only", **{button: "1"})
    before = stored()
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        response = client.post(door(article, "preview"), values)
    assert soup(response).h1.text == "Typed only"
    assert stored() == before
    assert (callbacks, mailoutbox) == ([], [])
    assert "messages" not in response.cookies
    assert soup(client.get(door(article, "change"))).select(".messagelist") == []


def test_what_cannot_be_saved_is_shown_as_the_form_with_errors_and_the_typed_text(editing, errors):
    article = f.ArticleFactory(published_at=None)
    values = typed(editing, article, title_en="Typed only", date="soon")
    before = stored()
    response = editing.post(door(article, "preview", "en"), values)
    assert errors(response) == {"date": "Enter a valid date."}
    form = soup(response).select_one("#article_form")
    assert form["action"] == door(article, "change")
    assert fields_of(response)["title_en"] == "Typed only"
    assert response["Referrer-Policy"] == "same-origin"  # without a referrer the form could not be sent
    assert stored() == before


def test_a_new_item_with_errors_is_sent_to_the_form_of_new_items(editing, errors):
    page = reverse("admin:news_article_add_preview")
    response = editing.post(page, typed(editing, Article(), title_en="Typed only"))
    assert errors(response).keys() == {"date"}
    assert soup(response).select_one("#article_form")["action"] == reverse("admin:news_article_add")


def test_a_form_that_is_out_of_date_can_be_looked_at_but_not_saved(editing, errors):
    article = f.ArticleFactory(published_at=None)
    values = typed(editing, article, title_en="Mine")
    Article.objects.filter(pk=article.pk).update(title_en="Theirs")
    assert soup(editing.post(door(article, "preview"), values)).h1.text == "Mine"
    again = editing.post(door(article, "preview"), values | {"date": "soon"})
    response = editing.post(door(article, "change"), fields_of(again) | {"date": "2016-11-14"})
    assert errors(response)["title_en"] == "Stored now: Theirs"
    assert Article.objects.get().title_en == "Theirs"


def test_a_row_that_somebody_else_has_removed_is_shown_all_the_same(editing):
    event = f.EventFactory(published_at=None)
    row = Document.objects.create(event=event, title_en="Agenda", link="https://www.cms.int/")
    values = typed(editing, event)
    row.delete()
    assert "Agenda" in soup(editing.post(door(event, "preview"), values)).select_one(".documents").text
    assert Document.objects.count() == 0


def test_who_translates_sees_the_own_russian_and_nothing_else_forged(client, account):
    article = f.ArticleFactory(published_at=None, title_en="A herd")
    client.force_login(account("Translator"))
    values = typed(client, article, title_en="Forged", title_ru="Стадо", kind="project", slug="forged")
    pages = [soup(client.post(door(article, "preview", code), values)) for code in ("en", "ru")]
    assert [page.h1.text for page in pages] == ["A herd", "Стадо"]


def test_who_may_not_change_an_item_previews_it_as_it_is_saved_only(client, account):
    article = f.ArticleFactory(published_at=None, title_en="A herd")
    client.force_login(account("Author"))
    assert client.post(door(article, "preview"), {"title_en": "Forged"}).status_code == 403
    assert soup(client.get(door(article, "preview"))).h1.text == "A herd"
    assert soup(client.get(door(article, "change"))).select("[formaction]") == []
    client.force_login(account("Translator"))
    assert client.post(reverse("admin:news_article_add_preview"), {"title_en": "Forged"}).status_code == 403
    client.logout()
    assert client.post(door(article, "preview"))["Location"].startswith(reverse("admin:login"))


def test_a_preview_needs_the_token_of_the_form(editor):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)
    assert browser.post(door(f.ArticleFactory(), "preview"), {"title_en": "Forged"}).status_code == 403


def test_the_form_has_a_button_for_each_language_that_needs_no_script(editing):
    article = f.ArticleFactory(published_at=None)
    for item in (article, Article()):
        buttons = soup(editing.get(door(item, "change" if item.pk else "add"))).select("[formaction]")
        addresses = [door(item, "preview" if item.pk else "add_preview", code) for code in ("en", "ru")] * 2
        assert [(one["formaction"], one["formtarget"], one.name) for one in buttons] == [
            (address, "_blank", "input") for address in addresses
        ]


# --- as it is saved -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", HIDDEN)
@pytest.mark.parametrize("kind", FACTORIES)
def test_a_link_shows_an_item_of_any_kind_in_any_state_but_live(client, kind, state):
    response = client.get(link_to(FACTORIES[kind](**f.states()[state])))
    assert response.status_code == 200
    assert bar(response).startswith("Preview: not on the portal")
    assert {name: response[name] for name in HEADERS} == HEADERS


def test_a_preview_does_not_pass_itself_off_as_public(client):
    response = client.get(link_to(f.ArticleFactory(published_at=None)))
    page = soup(response)
    assert page.select("link[rel=canonical], link[rel=alternate], meta[property^=og], a[href*=report]") == []
    assert page.select_one("meta[name=robots]")["content"] == "noindex, nofollow"
    assert page.title.text.startswith("Preview: ")
    assert not response.cookies
    assert "Cookie" not in response["Vary"]
    assert response["Content-Security-Policy"] == client.get("/en/")["Content-Security-Policy"]


def test_the_editors_preview_says_the_same_and_leads_back_to_the_form(editing):
    article = f.ArticleFactory(published_at=None)
    for response in (
        editing.get(door(article, "preview")),
        editing.post(door(article, "preview"), typed(editing, article)),
    ):
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"
        assert set(response["Content-Security-Policy"].split("; ")) == set(
            editing.get("/en/")["Content-Security-Policy"].split("; ")
        )
        assert "example.org" not in response.content.decode()  # the reader's page knows nobody
    ways = soup(editing.get(door(article, "preview"))).select("aside.preview a")
    assert [link["href"] for link in ways] == [door(article, "change"), door(article, "preview", "ru")]


@pytest.mark.parametrize(
    ("texts", "header", "language"),
    [
        ({}, "ru", "ru"),
        ({}, "de", "en"),
        ({"title_ru": "", "summary_ru": ""}, "ru", "en"),
        ({"title_en": "", "summary_en": ""}, "en", "ru"),
    ],
)
def test_a_link_opens_in_the_browsers_language_if_the_item_is_written_in_it(client, texts, header, language):
    response = client.get(link_to(f.ArticleFactory(published_at=None, **texts)), headers={"accept-language": header})
    assert soup(response).html["lang"] == language


def test_the_same_preview_is_one_link_away_in_the_other_language(client):
    address = link_to(f.ArticleFactory(published_at=None, title_ru="Стадо"))
    page = soup(client.get(address, {"language": "en"}))
    other = page.select_one("#switch")["href"]
    assert other == f"{address}?language=ru"
    page = soup(client.get(other))
    assert (page.html["lang"], page.h1.text.strip()) == ("ru", "Стадо")
    inner = [link["href"] for link in page.select("a[href^='/']") if link["href"].split("?")[0] != address]
    assert [href for href in inner if not href.startswith("/ru/")] == []
    assert len(inner) > 5


@pytest.mark.parametrize("language", ["xx", "", "en%00", "ru&language=xx"])
def test_an_unknown_language_is_not_found(client, language):
    response = client.get(link_to(f.ArticleFactory(published_at=None)) + f"?language={language}")
    assert response.status_code == 404
    assert "<h1" in response.content.decode()


def test_a_live_item_is_read_on_the_portal_itself(client, editor):
    article = f.ArticleFactory(slug="a")
    for address in (link_to(article), door(article, "preview")):
        client.force_login(editor)
        response = client.get(address, {"language": "ru"})
        assert (response.status_code, response["Location"]) == (302, "/ru/news/a/")
        assert "no-store" in response["Cache-Control"]


def test_a_link_shows_the_item_as_it_is_saved_now(client):
    article = f.ArticleFactory(published_at=None)
    address = link_to(article)
    Article.objects.filter(pk=article.pk).update(title_en="Mended")
    assert soup(client.get(address)).h1.text == "Mended"
    assert client.head(address).status_code == 200


def test_a_file_is_named_and_cannot_be_opened_yet(client, tmp_path):
    event = f.EventFactory(published_at=None)
    Document.objects.create(event=event, title_en="Agenda", file=ContentFile(PDF, "x.pdf"))
    Document.objects.create(event=event, title_en="Report", link="https://www.cms.int/", number=2)
    page = soup(client.get(link_to(event)))
    assert [link["href"] for link in page.select(".documents a")] == ["https://www.cms.int/"]
    assert "the file can be opened once this is on the portal" in page.select_one(".documents").text


def test_a_preview_costs_the_same_at_one_row_and_at_three(client):
    event = f.EventFactory(published_at=None)
    address, counts = link_to(event), []
    for number in range(3):
        Document.objects.create(event=event, title_en="Agenda", link="https://www.cms.int/", number=number + 1)
        event.species.add(f.SpeciesFactory())
        event.articles.add(f.ArticleFactory())
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[1] == counts[2]
    assert counts[2] <= 25


# --- links --------------------------------------------------------------------------------------------------------


def test_a_link_that_shows_nothing_does_not_say_why(client):
    now = timezone.now()
    deleted = f.ArticleFactory(published_at=None)
    addresses = [
        reverse("preview", args=["never-made"]),
        link_to(f.ArticleFactory(published_at=None), expires_at=now),
        link_to(f.ArticleFactory(published_at=None), revoked_at=now),
        link_to(f.ArticleFactory(), revoked_at=now),
        link_to(deleted),
    ]
    deleted.delete()
    responses = [client.get(address) for address in addresses]
    assert [response.status_code for response in responses] == [404] * 5
    assert len({response.content for response in responses}) == 1
    for response in responses:
        assert {name: response[name] for name in HEADERS} == HEADERS
    page = soup(responses[0])
    assert (page.html["lang"], page.h1.text) == ("en", "This link is no longer valid")
    assert page.select_one("main section")["lang"] == "ru"


@pytest.mark.parametrize("token", ["%00", "a%00b", "%D0%B0", "a" * 3000, "%ED%A0%80", "x/y", "-", "' OR 1=1"])
def test_any_token_is_answered(client, token):
    link_to(f.ArticleFactory(published_at=None))
    assert client.get(f"/preview/{token}/").status_code == 404


def test_the_links_of_a_deleted_item_are_gone_with_it(editing):
    article, other = f.ArticleFactory(published_at=None), f.ArticleFactory(published_at=None)
    link_to(article)
    link_to(other)
    editing.post(door(article, "delete"), {"post": "yes"})
    assert [link.item for link in PreviewLink.objects.all()] == [other]


def share(client, item, **values):
    return client.post(door(item, "share"), {"share": "1", "note": "Ministry", "days": "7"} | values, follow=True)


def test_an_editor_makes_a_link_sees_who_opened_it_and_revokes_it(editing, client):
    article = f.ArticleFactory(published_at=None)
    page = soup(share(editing, article))
    link = PreviewLink.objects.get()
    assert re.fullmatch(r"[-\w]{32}", link.token)
    assert (link.note, link.created_by.email) == ("Ministry", "editor@example.org")
    address = page.select_one("input[readonly]")["value"]
    assert address == f"http://testserver{link.get_absolute_url()}"
    assert "not yet" in page.select_one(".links").text
    assert Client().head(address).status_code == Client().get(address).status_code == 200
    link.refresh_from_db()
    assert link.opened_at is not None
    assert "not yet" not in soup(editing.get(door(article, "share"))).select_one(".links").text
    page = soup(editing.post(door(article, "share"), {"revoke": link.pk}, follow=True))
    assert Client().get(address).status_code == 404
    assert page.select("input[readonly]") == []


@pytest.mark.parametrize(("days", "last"), [("1", 1), ("7", 7), ("30", 30)])
def test_the_last_day_of_a_link_is_counted(editing, days, last):
    share(editing, f.ArticleFactory(published_at=None), days=days)
    link = PreviewLink.objects.get()
    assert link.last_day == timezone.localdate() + datetime.timedelta(days=last)
    assert timezone.localtime(link.expires_at).time() == datetime.time.max


@pytest.mark.parametrize(
    "values", [{"note": ""}, {"note": "x" * 201}, {"note": "\0"}, {"days": "365"}, {"days": ""}, {"days": "x"}]
)
def test_a_link_needs_to_know_for_whom_and_how_long(editing, values):
    response = share(editing, f.ArticleFactory(published_at=None), **values)
    assert response.context["form"].errors.keys() == values.keys()
    assert PreviewLink.objects.count() == 0


@pytest.mark.parametrize("key", ["x", "0", str(2**70), "\0", ""])
def test_only_a_link_of_the_item_is_revoked(editing, key):
    article, other = f.ArticleFactory(published_at=None), f.ArticleFactory(published_at=None)
    link_to(other)
    for wrong in (key, PreviewLink.objects.get().pk):
        assert editing.post(door(article, "share"), {"revoke": wrong}).status_code == 302
    assert PreviewLink.objects.valid().count() == 1


def test_a_live_item_needs_no_link(editing):
    article = f.ArticleFactory()
    page = soup(share(editing, article))
    assert f"http://testserver{article.get_absolute_url()}" in [link["href"] for link in page.select("#content a")]
    assert PreviewLink.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "own", "state", "status"),
    [
        ("Author", True, "draft", 200),
        ("Author", True, "scheduled", 403),
        ("Author", False, "draft", 403),
        ("Translator", False, "draft", 403),
        ("Editor", False, "withdrawn", 200),
    ],
)
def test_only_who_may_write_an_item_shares_it(client, account, role, own, state, status):
    user = account(role)
    client.force_login(user)
    event = f.EventFactory(**f.states()[state], author=user if own else None)
    link = link_to(event)
    assert client.get(door(event, "share")).status_code == status
    assert share(client, event).status_code == status
    client.post(door(event, "share"), {"revoke": PreviewLink.objects.get(token=link.split("/")[2]).pk})
    assert (PreviewLink.objects.count(), PreviewLink.objects.valid().count()) == ((2, 1) if status == 200 else (1, 1))
    tools = [tool["href"] for tool in soup(client.get(door(event, "change"))).select(".object-tools a")]
    assert (door(event, "share") in tools) == (status == 200)


@pytest.mark.parametrize("key", ["0", str(2**70), "x", "%00", "9" * 5000])
def test_what_is_not_there_is_neither_previewed_nor_shared(editing, key):
    for name in ("preview", "share"):
        assert editing.get(f"/admin/news/article/{key}/{name}/").status_code in (302, 404)
        assert editing.post(f"/admin/news/article/{key}/{name}/").status_code in (302, 404)
    assert editing.get(reverse("admin:news_article_add_preview"))["Location"] == reverse("admin:news_article_add")


def test_no_log_holds_the_address_of_a_preview():
    address = link_to(f.ArticleFactory(published_at=None), revoked_at=timezone.now())
    said = logging.LogRecord("django.request", logging.ERROR, "", 0, "Internal Server Error: %s", (address,), None)
    assert json.loads(Json().format(said))["message"] == "Internal Server Error: /preview/…/"
