"""Whole jobs of the desk, as the people of each role do them in a browser."""

import io

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from PIL import Image

from news.models import Article
from publishing.models import Picture

pytestmark = pytest.mark.browser

ADD = "/admin/news/article/add/"


@pytest.fixture
def at_the_desk(tab, portal, roles):
    """A tab in which somebody of this role is signed in."""

    def at_the_desk(role):
        user = User.objects.create(username=f"{role}@example.org".lower(), email=f"{role}@example.org", is_staff=True)
        user.groups.set([Group.objects.get(name=role)])
        client = Client()
        client.force_login(user)
        page = tab()
        page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": portal}])
        return page

    return at_the_desk


def fill(page, **texts):
    for name, text in texts.items():
        page.locator(f"[name={name}]").fill(text)


def type_into(page, field, text):
    """Rich text is reached by the keyboard: no click."""
    page.locator(f".fieldBox.field-{field} .ProseMirror[contenteditable]").focus()
    page.keyboard.type(text)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()


def write(page):
    """An article in both languages."""
    page.goto(ADD)
    fill(page, title_en="A herd returns", title_ru="Стадо вернулось", date="2026-11-02")
    fill(page, summary_en="Saigas are back.", summary_ru="Сайгаки вернулись.")
    type_into(page, "body_en", "They came in autumn.")
    type_into(page, "body_ru", "Они пришли осенью.")


def reads(page, address):
    """What a visitor reads at ``address``: the status and the text of the page."""
    answer = page.goto(address)
    return answer.status, page.locator("main").inner_text()


def test_an_editor_publishes_in_both_languages_with_one_click(at_the_desk, tab):
    page = at_the_desk("Editor")
    write(page)
    press(page, "Save and publish")
    page.wait_for_url("**/admin/news/article/")
    visitor = tab()
    for language, words in (("en", "They came in autumn."), ("ru", "Они пришли осенью.")):
        status, text = reads(visitor, f"/{language}/news/a-herd-returns/")
        assert (status, words in text) == (200, True)
    assert page.complaints == []


def test_an_author_sends_an_illustrated_article_and_an_editor_approves_and_schedules_it(
    at_the_desk, tab, settings, tmp_path, mailoutbox
):
    settings.MEDIA_ROOT = tmp_path / "media"
    photo = io.BytesIO()
    Image.new("RGB", (1200, 800), "olive").save(photo, "JPEG")
    author, editor, visitor = at_the_desk("Author"), at_the_desk("Editor"), tab()

    author.goto(reverse("admin:publishing_picture_add"))
    author.set_input_files("[name=file]", {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
    fill(author, alt_en="Saigas on a plain", alt_ru="Сайгаки на равнине", credit="Jane Doe", licence="CC BY 4.0")
    press(author, "Save")
    author.wait_for_url("**/admin/publishing/picture/")
    write(author)
    author.get_by_role("button", name="Choose a picture").first.click()
    author.get_by_role("dialog").get_by_role("button", name="Saigas on a plain").click()
    press(author, "Save and send for review")
    author.wait_for_url("**/admin/news/article/")
    article = Article.objects.get(slug="a-herd-returns")
    assert (article.state, article.picture) == ("submitted", Picture.objects.get())
    assert reads(visitor, "/en/news/a-herd-returns/")[0] == 404

    editor.goto("/admin/")
    editor.locator(".desk div", has_text="Waiting for review").get_by_role("link").click()
    editor.get_by_role("link", name="A herd returns").click()
    fill(editor, published_at_0="2030-01-01", published_at_1="09:00:00")
    press(editor, "Save")
    editor.wait_for_url("**/admin/news/article/**")
    article.refresh_from_db()
    assert article.state == "scheduled"
    assert reads(visitor, "/en/news/a-herd-returns/")[0] == 404
    editor.goto(reverse("admin:news_article_change", args=[article.pk]))
    press(editor, "Publish now")
    editor.wait_for_url("**/admin/news/article/")
    status, text = reads(visitor, "/ru/news/a-herd-returns/")
    assert (status, "Jane Doe" in text) == (200, True)
    assert visitor.get_by_role("img", name="Сайгаки на равнине").evaluate("img => img.naturalWidth") > 300
    assert [page.complaints for page in (author, editor)] == [[], []]


def test_a_mistake_is_corrected_translated_and_what_was_before_comes_back(at_the_desk, tab):
    editor, translator, visitor = at_the_desk("Editor"), at_the_desk("Translator"), tab()
    write(editor)
    press(editor, "Save and publish")
    editor.wait_for_url("**/admin/news/article/")
    form = reverse("admin:news_article_change", args=[Article.objects.get(slug="a-herd-returns").pk])

    editor.goto(form)
    fill(editor, title_en="Two herds return", change_note_en="Number of herds corrected.")
    press(editor, "Save")
    editor.wait_for_url("**/admin/news/article/")

    translator.goto("/admin/")
    translator.locator(".desk div", has_text="Russian outdated").get_by_role("link", name="Articles").click()
    translator.get_by_role("link", name="Two herds return").click()
    assert translator.locator("[name=title_en]").is_disabled()
    assert translator.locator(".freshness.outdated").first.is_visible()
    fill(translator, title_ru="Вернулись два стада")
    press(translator, "Save")
    translator.wait_for_url("**/admin/news/article/**")
    assert reads(visitor, "/ru/news/a-herd-returns/")[1].startswith("Вернулись два стада") or "Вернулись два стада" in (
        visitor.locator("h1").inner_text()
    )
    assert not Article.objects.outdated().exists()

    editor.goto(form)
    editor.get_by_role("link", name="History").click()
    assert "Number of herds corrected." in editor.locator("#content").inner_text()
    editor.get_by_role("link", name="Restore this version").last.click()
    assert editor.locator("[name=title_en]").input_value() == "A herd returns"
    press(editor, "Save")
    editor.wait_for_url("**/admin/news/article/")
    assert reads(visitor, "/en/news/a-herd-returns/")[0] == 200
    assert visitor.locator("h1").inner_text() == "A herd returns"
    assert [page.complaints for page in (editor, translator)] == [[], []]
