"""The admin in a real browser, under the content security policy."""

import os

import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright

from tests import factories as f

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(monkeypatch, settings):
    """A page of Chromium; what its console complains about is in ``tab.complaints``."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in this thread
    # The live server serves static files by their plain names.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_page(locale="en-GB")
        tab.complaints = []
        tab.on("console", lambda said: said.type in ("error", "warning") and tab.complaints.append(said.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        yield tab
        browser.close()


@pytest.fixture
def signed_in(tab, live_server, admin_user):
    admin_user.email = admin_user.username = "boss@example.org"
    admin_user.save()
    tab.goto(live_server.url + reverse("admin:login"))
    tab.get_by_label("E-mail").fill("Boss@example.org")
    tab.get_by_label("Password").fill("password")
    tab.get_by_role("button", name="Log in").click()
    return tab


def test_no_page_complains(signed_in, live_server):
    article, event, species = f.ArticleFactory(), f.EventFactory(), f.RangeFactory().species
    links = [reverse("admin:index"), reverse("admin:news_article_changelist"), reverse("admin:auth_user_add")]
    for item in (article, event, species):
        name = item._meta.label_lower.replace(".", "_")
        links += [reverse(f"admin:{name}_{page}", args=[item.pk]) for page in ("change", "delete", "history")]
    links += [reverse("admin_password_reset"), reverse("password_reset_done"), "/accounts/password/MQ/x-y/"]
    for link in links:
        assert signed_in.goto(live_server.url + link).status == 200
        signed_in.wait_for_load_state("networkidle")
        assert (link, signed_in.complaints) == (link, [])


def test_an_article_is_written_in_both_languages(signed_in, live_server):
    signed_in.goto(live_server.url + reverse("admin:news_article_add"))
    english, russian = (signed_in.locator(f".field-body_{code} .ProseMirror[contenteditable]") for code in ("en", "ru"))
    signed_in.get_by_label("Title (English)").fill("Saiga")
    signed_in.get_by_label("Date:").first.fill("2016-11-14")
    row = signed_in.locator(".form-row.field-body_en")
    english.nth(0).click()
    row.get_by_role("button", name="bold").nth(0).click()
    signed_in.keyboard.type("Herds")
    russian.nth(-1).click()
    signed_in.keyboard.type("Стада")
    signed_in.get_by_role("button", name="Save", exact=True).first.click()
    signed_in.wait_for_url("**/admin/news/article/")
    from news.models import Article

    article = Article.objects.get()
    assert (article.body_en, article.body_ru) == ("<p><strong>Herds</strong></p>", "<p>Стада</p>")
    assert signed_in.complaints == []


def test_the_languages_stand_side_by_side_where_there_is_room(signed_in, live_server):
    signed_in.goto(live_server.url + reverse("admin:news_article_add"))
    english, russian = signed_in.get_by_label("Title (English)"), signed_in.get_by_label("Title (Russian)")
    signed_in.set_viewport_size({"width": 1280, "height": 900})
    assert english.bounding_box()["y"] == russian.bounding_box()["y"]
    signed_in.set_viewport_size({"width": 360, "height": 800})
    assert english.bounding_box()["x"] == russian.bounding_box()["x"]
    assert signed_in.evaluate("document.documentElement.scrollWidth") == 360
