"""The admin in a real browser, under the content security policy."""

import pytest
from django.urls import reverse

from events.models import Event
from news.models import Article
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
