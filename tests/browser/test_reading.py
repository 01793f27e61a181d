"""The portal as readers meet it: in Chromium, with and without scripts, by keyboard, on small screens."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from news.models import Article
from publishing.models import Page
from species.models import Species
from tests import factories as f

pytestmark = pytest.mark.browser
PAGES = [
    "/",
    "/news/",
    "/news/?species=saiga&year=2016",
    "/news/?year=1999",
    "/news/?species=nonsense",
    "/news/new-partnership-with-china/",
    "/events/",
    "/events/2016/",
    "/events/2016/11/",
    "/events/national-reports-cop12/",
    "/events/cami-priorities-workshop-2016/",
    "/species/",
    "/species/snow-leopard/",
    "/species/saiga/",
    "/species/range/",
    "/species/range/?species=argali",
    "/species/states/",
    "/species/states/kz/",
    "/species/instruments/",
    "/species/instruments/saiga-mou/",
    "/contacts/",
    "/contacts/cami-focal-point/",
    "/contacts/report/?page=/en/news/",
    "/contacts/organisations/",
    "/data/",
    "/contacts/organisations/cms-secretariat/",
    "/about/",
    "/changes/",
    "/changes/?since=2016-13-01",
    "/sources/",
    "/no-such-page/",
]


def count(page):
    return int(re.search(r"\d+", page.locator("#count").inner_text()).group())


@pytest.fixture
def notes(portal):
    """On each page that tells changes, some."""
    for model, slug in [(Species, "saiga"), (Article, "new-partnership-with-china"), (Page, "about")]:
        f.ChangeNoteFactory.create_batch(2, item=model.objects.get(slug=slug))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_no_page_breaks_a_rule_of_accessibility_or_is_wider_than_the_screen(tab, notes, language, width, scheme):
    page, axe, found = tab(width, color_scheme=scheme, reduced_motion="reduce"), Axe(), {}
    for path in PAGES:
        page.goto(f"/{language}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
        violations = axe.run(page).response["violations"]
        if violations:
            found[path] = {v["id"]: [node["target"] for node in v["nodes"]][:3] for v in violations}
    assert found == {}


def test_readers_get_no_cookie_nothing_from_elsewhere_and_a_silent_console(tab, portal):
    page = tab()
    for path in PAGES:
        page.goto(f"/en{path}")
    foreign = [url for url in page.requests if not url.startswith((portal, "data:"))]
    expected = ["400", "404"]  # the browser's own word on the two pages that are errors
    complaints = [text for text in page.complaints if not any(f"status of {status}" in text for status in expected)]
    assert (foreign, complaints, page.context.cookies()) == ([], [], [])


@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_is_narrowed_and_a_chip_takes_it_back(tab, scripts):
    page = tab(java_script_enabled=scripts)
    page.goto("/en/news/")
    everything = count(page)
    page.locator("summary", has_text="Species").first.click()
    page.locator("label", has_text="Saiga antelope").click()
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name=re.compile("Species: Saiga antelope")).wait_for()
    assert "species=saiga" in page.url
    narrowed = count(page)
    assert 0 < narrowed < everything
    page.get_by_role("link", name=re.compile("Species: Saiga antelope")).click()
    page.wait_for_url(lambda url: "saiga" not in url)
    assert count(page) == everything


def test_the_number_beside_a_choice_is_what_it_gives(tab):
    page = tab()
    page.goto("/en/news/")
    page.locator("summary", has_text="Species").first.click()
    choice = page.locator("label", has_text="Snow leopard")
    promised = int(re.findall(r"\d+", choice.inner_text())[-1])
    choice.click()
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name=re.compile("Species: Snow leopard")).wait_for()
    assert count(page) == promised


def test_the_switch_leads_to_the_same_page_in_the_other_language(tab):
    page = tab()
    page.goto("/en/news/?species=saiga")
    page.get_by_role("link", name="Русский").click()
    assert page.url.endswith("/ru/news/?species=saiga")
    assert page.locator("html").get_attribute("lang") == "ru"
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("/en/news/?species=saiga")


@pytest.mark.parametrize(("locale", "language"), [("ru-RU", "ru"), ("en-GB", "en"), ("de-DE", "en")])
def test_the_first_page_is_in_the_browsers_language(tab, locale, language):
    page = tab(locale=locale)
    page.goto("/")
    assert page.url.endswith(f"/{language}/")


def test_the_keyboard_reaches_the_content_past_the_navigation_and_shows_where_it_is(tab):
    page = tab()
    page.goto("/en/news/")
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate("document.activeElement.textContent").lower()
    page.keyboard.press("Enter")
    assert page.url.endswith("#content") or page.evaluate("location.hash") != ""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_a_list_is_narrowed_by_keyboard_alone(tab):
    page = tab()
    page.goto("/en/news/")
    page.locator("summary", has_text="Species").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**species=**")
    assert count(page) >= 1


def test_a_wrong_filter_is_said_and_the_words_typed_are_kept(tab):
    page = tab()
    page.goto("/en/news/?q=saiga&species=nonsense")
    assert "nonsense" in page.get_by_role("alert").inner_text()
    assert page.locator("#filters input[name=q]").input_value() == "saiga"
