"""The admin in a real browser, under the content security policy."""

import io

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from events.models import Event
from news.models import Article
from publishing.models import Picture
from species.models import Species

pytestmark = pytest.mark.browser


@pytest.fixture
def page(tab, admin_user):
    """A tab in which somebody has signed in."""
    admin_user.email = admin_user.username = "boss@example.org"
    admin_user.save()
    page = tab()
    page.goto(reverse("admin:login"))
    page.get_by_label("E-mail").fill("Boss@example.org")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")
    page.wait_for_load_state("networkidle")
    return page


def test_no_page_of_the_admin_complains(page):
    links = [reverse("admin:index"), reverse("admin:news_article_changelist"), reverse("admin:auth_user_add")]
    for model in (Article, Event, Species):
        name = model._meta.label_lower.replace(".", "_")
        links += [reverse(f"admin:{name}_{view}", args=[model.objects.first().pk]) for view in ("change", "delete")]
    links += [reverse("admin_password_reset"), reverse("password_reset_done"), "/accounts/password/MQ/x-y/"]
    for link in links:
        assert page.goto(link).status == 200
        page.wait_for_load_state("networkidle")
        assert (link, page.complaints) == (link, [])


def test_an_article_is_written_in_both_languages(page):
    page.goto(reverse("admin:news_article_add"))
    page.get_by_label("Title (English)").fill("A herd")
    page.get_by_label("Date:").first.fill("2016-11-14")
    editors = page.locator(".field-body_en .ProseMirror[contenteditable]")
    editors.first.click()
    page.get_by_role("button", name="bold").first.click()
    page.keyboard.type("Herds")
    editors.last.click()
    page.keyboard.type("Стада")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_url("**/admin/news/article/")
    page.wait_for_load_state("networkidle")
    article = Article.objects.get(slug="a-herd")
    assert (article.body_en, article.body_ru) == ("<p><strong>Herds</strong></p>", "<p>Стада</p>")
    assert page.complaints == []


def test_the_languages_stand_side_by_side_where_there_is_room(page):
    page.goto(reverse("admin:news_article_add"))
    english, russian = page.get_by_label("Title (English)"), page.get_by_label("Title (Russian)")
    assert english.bounding_box()["y"] == russian.bounding_box()["y"]
    page.set_viewport_size({"width": 360, "height": 800})
    assert english.bounding_box()["x"] == russian.bounding_box()["x"]
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_picture_is_put_into_a_text_by_keyboard_and_its_point_is_set_by_a_click(page, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    stored = io.BytesIO()
    Image.new("RGB", (600, 400), "green").save(stored, "JPEG")
    picture = Picture(file=ContentFile(stored.getvalue(), "x.jpg"), caption_en="A herd", focus_x=0)
    picture.save()
    page.goto(reverse("admin:news_article_add"))
    page.get_by_label("Title (English)").fill("A herd")
    page.get_by_label("Date:").first.fill("2016-11-14")
    page.get_by_role("button", name="picture", exact=True).first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="A herd").focus()
    page.keyboard.press("Enter")
    page.locator(".field-body_en .text-picture img").wait_for()
    page.keyboard.type("Behind it")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_url("**/admin/news/article/")
    text = f'<figure data-picture="{picture.uuid.hex}"></figure><p>Behind it</p>'
    assert Article.objects.get(slug="a-herd").body_en == text
    page.goto(reverse("admin:publishing_picture_change", args=[picture.pk]))
    whole = page.locator(".focus-ready")
    box = whole.bounding_box()
    whole.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.25})
    assert [page.locator(f"#id_focus_{way}").input_value() for way in "xy"] == ["75", "25"]
    assert page.locator(".focus-cut").last.get_attribute("viewBox") == "0 0 600 315"
    assert page.complaints == []
