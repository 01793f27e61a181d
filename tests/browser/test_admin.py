"""The admin in a real browser, under the content security policy."""

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from events.models import Event
from news.models import Article
from publishing.models import Picture
from species.models import Species
from tests.admin.test_signin import code_of

pytestmark = pytest.mark.browser


@pytest.fixture
def boss(admin_user):
    admin_user.email = admin_user.username = "boss@example.org"
    admin_user.save()
    return admin_user


def sign_in(page):
    page.goto("/admin/")
    page.get_by_label("E-mail").fill("Boss@example.org")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def page(tab, boss):
    """A tab in which somebody has signed in."""
    page = tab()
    sign_in(page)
    page.wait_for_url("**/admin/")
    page.wait_for_load_state("networkidle")
    return page


def test_no_page_of_the_admin_complains(page):
    links = [reverse("admin:index"), reverse("admin:news_article_changelist"), reverse("admin:auth_user_add")]
    article = Article.objects.first()
    for model in (Article, Event, Species):
        name = model._meta.label_lower.replace(".", "_")
        links += [reverse(f"admin:{name}_{view}", args=[model.objects.first().pk]) for view in ("change", "delete")]
    links += [reverse("password_reset"), reverse("password_reset_done"), "/accounts/password/MQ/x-y/"]
    links += [
        reverse("mfa_index"),
        reverse("mfa_activate_totp"),
        reverse("guide"),
        reverse("informea_check"),
        "/style/",
    ]
    links += [reverse(f"admin:news_article_{view}") for view in ("add", "import", "export")]
    links += [reverse(f"admin:news_article_{view}", args=[article.pk]) for view in ("history", "preview", "share")]
    for link in links:
        assert page.goto(link).status == 200
        page.wait_for_load_state("networkidle")
        assert (link, page.complaints) == (link, [])


def test_a_second_factor_is_set_up_on_a_phone_and_signs_in(tab, boss, settings):
    settings.REQUIRE_MFA = True
    page, axe, found = tab(360), Axe(), {}

    def look(name):
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name
        found.update(
            {
                f"{name}: {one['id']}": one["nodes"]
                for one in axe.run(page, options={"preload": False}).response["violations"]
            }
        )

    sign_in(page)
    page.wait_for_url("**/sign-in/set-up/")
    look("set-up")
    page.get_by_role("textbox", name="Code").fill(code_of(page.locator(".secret").inner_text()))
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url("**/sign-in/codes/")
    look("codes")
    spare = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="Done").click()
    page.wait_for_url("**/admin/")
    page.get_by_role("button", name="Log out").click()
    sign_in(page)
    page.wait_for_url("**/login/code/")
    look("code")
    page.get_by_role("textbox", name="Code").fill(spare)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")
    page.get_by_role("button", name="Русский").click()
    page.wait_for_selector("html[lang=ru]")
    page.goto("/accounts/sign-in/")
    look("sign-in")
    assert (found, page.complaints) == ({}, [])


def test_a_list_shows_its_columns_on_a_tablet(page):
    page.set_viewport_size({"width": 768, "height": 1024})
    page.goto(reverse("admin:species_species_changelist"))
    page.get_by_role("columnheader", name="last changed").scroll_into_view_if_needed()
    table = page.locator(".results")
    assert table.evaluate("table => table.scrollWidth <= table.clientWidth + 40")
    assert page.evaluate("document.documentElement.scrollWidth") == 768


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


def test_an_article_is_looked_at_before_it_is_saved(page):
    page.goto(reverse("admin:news_article_add"))
    page.get_by_label("Title (Russian)").fill("Стадо")
    page.get_by_label("Date:").first.fill("2016-11-14")
    page.locator(".fieldBox.field-body_ru .ProseMirror[contenteditable]").click()
    page.keyboard.type("Сайгаки вернулись")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview in Russian").first.click()
    preview = opened.value
    complaints = []
    preview.on("console", lambda said: complaints.append(said.text))
    preview.wait_for_load_state("networkidle")
    assert preview.get_by_role("heading", level=1).inner_text() == "Стадо"
    assert "Сайгаки вернулись" in preview.get_by_role("main").inner_text()
    assert preview.get_by_role("complementary").first.bounding_box()["y"] == 0
    preview.close()
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_url("**/admin/news/article/")
    assert Article.objects.get(title_ru="Стадо").state == "draft"
    assert (page.complaints, complaints) == ([], [])


PASTE = """([editor, html, text]) => {
    const clipboardData = new DataTransfer()
    if (html) clipboardData.setData("text/html", html)
    clipboardData.setData("text/plain", text)
    editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
}"""
WORD = """<html><head><style>p{margin:0}</style></head><body style='tab-interval:36pt'><h1>Plan</h1>
<p class=MsoNormal><b style='mso-x:y'>Bold</b> <span style='font-weight:bold'>styled</span><o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraph>·<span>&nbsp;&nbsp;&nbsp; </span>Herds</p></body></html>"""
PDF = "The initiative aims at the conser-\nvation of ﬁfteen species that live in the steppes and\nmountains. Second.ONE"
PDF += "\n\nNext"


def test_what_is_pasted_or_typed_comes_out_clean(page):
    page.goto(reverse("admin:news_article_add"))
    page.get_by_label("Title (English)").fill("Pasted")
    page.get_by_label("Date:").first.fill("2016-11-14")
    english, russian = page.locator(".field-body_en .ProseMirror[contenteditable]").all()
    english.click()
    page.evaluate(PASTE, [english.element_handle(), WORD, ""])
    russian.click()
    page.evaluate(PASTE, [russian.element_handle(), "", PDF])
    page.keyboard.press("Enter")
    page.keyboard.type("Third.ONE www.cms.int ")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_url("**/admin/news/article/")
    article = Article.objects.get(slug="pasted")
    assert article.body_en == (
        "<h2>Plan</h2><p><strong>Bold</strong> <strong>styled</strong></p><ul><li><p>Herds</p></li></ul>"
    )
    assert article.body_ru == (
        "<p>The initiative aims at the conservation of fifteen species that live in the steppes and mountains. "
        'Second.ONE</p><p>Next</p><p>Third.ONE <a href="https://www.cms.int" rel="noopener">www.cms.int</a> </p>'
    )
    assert page.complaints == []


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
    page.locator(".field-body_en .ProseMirror:focus").wait_for()  # the dialog gives it back
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
