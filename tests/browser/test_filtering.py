"""Lists that change in place: by mouse and by keyboard, with the address, the way back, the focus and what is said."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from species.models import Species
from tests import factories as f

pytestmark = pytest.mark.browser

RESULTS = "document.querySelector('#results').innerText"


@pytest.fixture
def news(tab):
    """The list of news; ``news.loads`` counts how often a page was loaded."""
    page = tab()
    page.loads = []
    page.on("domcontentloaded", lambda page: page.loads.append(page.url))
    page.goto("/en/news/")
    stored = "localStorage.length + sessionStorage.length"
    assert page.evaluate(stored) == 0
    yield page
    assert [text for text in page.complaints if "status of 400" not in text] == []
    assert page.evaluate(stored) == 0
    assert page.context.cookies() == []


def opened(page, group):
    page.locator("summary", has_text=group).first.click()


def box(page, label):
    return page.get_by_role("checkbox", name=label)


def at(page, ending):
    page.wait_for_url(lambda url: url.endswith(ending))


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def test_a_ticked_box_changes_the_list_in_place(news):
    opened(news, "Species")
    box(news, "Saiga antelope").check()
    at(news, "/en/news/?species=saiga")
    expect(news.locator(".chip")).to_have_count(1)
    number = re.search(r"\d+ news items", news.locator("#count").inner_text()).group()
    assert number in news.locator("#said").inner_text()
    assert focused(news) == "id_species-saiga"
    assert box(news, "Saiga antelope").is_checked()
    assert news.locator("#group-species").get_attribute("open") is not None
    assert news.locator("#switch").get_attribute("href") == "/ru/news/?species=saiga"
    assert len(news.loads) == 1


def test_numbers_beside_the_choices_follow_and_groups_stay_as_the_reader_left_them(news):
    opened(news, "Species")
    opened(news, "Year")
    years = news.locator("#group-year .option-number")
    before = years.all_inner_texts()
    box(news, "Saiga antelope").check()
    at(news, "?species=saiga")
    expect(news.locator("#id_species-saiga")).to_be_focused()
    assert years.all_inner_texts() != before
    assert news.locator(".filter-group[open]").count() == 2


def test_what_is_shown_is_what_a_reader_without_scripts_gets(tab):
    """Each list is reached by the way back to it, and compared with the page as it is loaded without scripts."""
    plain, page = tab(java_script_enabled=False), tab()
    for query in ["?species=saiga", "?q=saiga", "?species=saiga&year=2016", "?page=2", "?q=nothing+of+that", "?q=%21"]:
        plain.goto(f"/en/news/{query}")
        page.goto(f"/en/news/{query}")
        page.get_by_role("link", name=re.compile("whole list|all filters|Previous page")).first.click()
        page.wait_for_url(lambda url, query=query: not url.endswith(query))
        page.go_back()
        at(page, query)
        expect(page.locator("#results")).to_have_text(plain.locator("#results").inner_text(), use_inner_text=True)
        for part in ("#filters", "#switch"):
            assert (query, page.locator(part).inner_text()) == (query, plain.locator(part).inner_text())
        assert (
            page.locator("#filters input[name=q]").input_value()
            == plain.locator("#filters input[name=q]").input_value()
        )
        ticked = [[box.input_value() for box in each.locator("input:checked").all()] for each in (page, plain)]
        assert ticked[0] == ticked[1]


def test_a_slow_answer_takes_no_words_away_that_were_typed_since(tab):
    page, waiting = tab(), []
    page.goto("/en/news/")
    page.route("**/news/?species=saiga", lambda route: waiting.append(route))
    opened(page, "Species")
    box(page, "Saiga antelope").check()
    page.get_by_label("Words").press_sequentially("steppe")
    waiting[0].continue_()
    at(page, "?q=steppe&species=saiga")
    expect(page.locator(".chip")).to_have_count(2)
    assert page.get_by_label("Words").input_value() == "steppe"


def test_words_change_the_list_after_a_pause_and_leave_no_empty_parameter(news):
    words = news.get_by_label("Words")
    words.press_sequentially("saiga", delay=20)
    at(news, "/en/news/?q=saiga")
    expect(news.locator(".chip")).to_have_count(1)
    assert focused(news) == "id_q"
    words.press_sequentially(" mou")
    words.press("Enter")
    at(news, "/en/news/?q=saiga%20mou")
    words.fill("")
    at(news, "/en/news/")
    assert len(news.loads) == 1


def test_by_keyboard_alone(news):
    news.locator("summary", has_text="Species").first.focus()
    news.keyboard.press("Enter")
    news.keyboard.press("Tab")
    news.keyboard.press("Space")
    news.wait_for_url("**species=**")
    expect(news.locator(".chip")).to_have_count(1)
    first = focused(news)
    news.keyboard.press("Tab")
    news.keyboard.press("Space")
    expect(news.locator(".chip")).to_have_count(2)
    news.keyboard.press("Shift+Tab")
    assert focused(news) == first
    news.locator(".chip").first.focus()
    news.keyboard.press("Enter")
    expect(news.locator(".chip")).to_have_count(1)
    assert news.evaluate("document.activeElement.className") == "chip"
    news.keyboard.press("Enter")
    expect(news.locator("#count")).to_be_focused()
    assert len(news.loads) == 1


def test_back_and_forward_bring_back_the_list_the_form_and_the_chips(news):
    opened(news, "Species")
    box(news, "Saiga antelope").check()
    at(news, "?species=saiga")
    box(news, "Snow leopard").check()
    at(news, "?species=saiga&species=snow-leopard")
    expect(news.locator(".chip")).to_have_count(2)
    news.go_back()
    expect(news.locator(".chip")).to_have_count(1)
    assert not box(news, "Snow leopard").is_checked()
    assert box(news, "Saiga antelope").is_checked()
    news.evaluate("history.back()")
    expect(news.locator(".chip")).to_have_count(0)
    assert not box(news, "Saiga antelope").is_checked()
    news.evaluate("history.go(2)")
    expect(news.locator(".chip")).to_have_count(2)
    at(news, "?species=saiga&species=snow-leopard")
    assert len(news.loads) == 1


def test_the_next_page_begins_at_its_top_and_says_its_number(news):
    news.get_by_role("link", name="Next page").click()
    at(news, "?page=2")
    expect(news.locator("#count")).to_be_focused()
    assert news.locator("#said").inner_text() == "Page 2 of 2"
    assert abs(news.locator("#results").bounding_box()["y"]) < 40
    assert len(news.loads) == 1


def test_what_is_announced_is_announced_once(news):
    news.evaluate(
        "new MutationObserver(changes => window.announced = changes.flatMap(({addedNodes}) => [...addedNodes])"
        ".map(node => node.textContent)).observe(document.querySelector('#said'), {childList: true})"
    )
    opened(news, "Year")
    box(news, "2016").check()
    expect(news.locator(".chip")).to_have_count(1)
    assert [" ".join(text.split()) for text in news.evaluate("announced")] == [news.locator("#count").inner_text()]


def test_a_wrong_filter_is_refused_in_place(news):
    news.get_by_label("Words").fill("one two three four five six seven eight nine")
    alert = news.locator("#wrong [role=alert]")
    expect(alert).to_contain_text("at most eight words")
    assert news.get_by_label("Words").get_attribute("aria-invalid") == "true"
    assert focused(news) == "id_q"
    alert.get_by_role("link", name="Show the whole list").click()
    at(news, "/en/news/")
    expect(alert).to_have_count(0)
    expect(news.locator("#count")).to_be_focused()
    assert news.get_by_label("Words").input_value() == ""
    news.go_back()
    expect(alert).to_contain_text("at most eight words")
    assert len(news.loads) == 1


def test_without_connection_the_list_stays_and_that_is_said(tab):
    page = tab()
    page.goto("/en/news/")
    opened(page, "Species")
    before = page.evaluate(RESULTS)
    page.context.set_offline(True)
    box(page, "Saiga antelope").check()
    expect(page.locator("#lost")).to_be_in_viewport()
    assert page.evaluate(RESULTS) == before
    page.context.set_offline(False)
    page.get_by_role("button", name="Apply").click()
    at(page, "?species=saiga")
    expect(page.locator("#lost")).to_be_hidden()


def test_going_back_without_connection_leaves_no_other_list_under_the_address(tab):
    page = tab()
    page.goto("/en/news/")
    opened(page, "Species")
    box(page, "Saiga antelope").check()
    expect(page.locator(".chip")).to_have_count(1)
    page.context.set_offline(True)
    with page.expect_event("requestfailed", lambda request: request.is_navigation_request()):
        page.evaluate("history.back()")
    expect(page.locator("#results")).to_have_count(0)
    page.context.set_offline(False)
    page.goto("/en/news/")


def test_an_answer_that_is_no_list_is_loaded_as_a_page(tab):
    page = tab()
    page.goto("/en/news/")
    page.route("**/news/?page=2", lambda route: route.fulfill(status=503, body="Later"))
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("body")).to_have_text("Later")
    assert page.url.endswith("/en/news/?page=2")


def test_on_a_phone_the_form_stays_open_until_it_is_applied(tab):
    page = tab(360)
    page.goto("/en/news/")
    page.get_by_role("link", name="Filter this list").click()
    opened(page, "Species")
    box(page, "Saiga antelope").check()
    expect(page.locator(".chip")).to_have_count(1)
    assert box(page, "Saiga antelope").is_visible()
    page.get_by_label("Words").fill("saiga")
    page.get_by_label("Words").press("Enter")
    at(page, "?q=saiga&species=saiga#results")
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator(".chip")).to_have_count(2)
    page.get_by_role("link", name="Filter this list").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#filters")).to_be_hidden()
    assert abs(page.locator("#results").bounding_box()["y"]) < 40


@pytest.mark.parametrize("way", ["typed", "by address"])
def test_on_a_phone_what_is_wrong_is_seen_first_and_leads_to_its_field(tab, way):
    page = tab(360)
    words = "one two three four five six seven eight nine"
    if way == "typed":
        page.goto("/en/news/#filters")
        page.get_by_label("Words").fill(words)
        page.get_by_label("Words").press("Enter")
    else:
        page.goto(f"/en/news/?q={words}")
    alert, message = page.locator("#wrong [role=alert]"), page.locator("#id_q-wrong")
    expect(alert).to_be_in_viewport(ratio=1)
    assert alert.bounding_box()["y"] < page.locator("#filters").bounding_box()["y"]
    alert.get_by_role("link", name="Words").click()
    expect(message).to_be_in_viewport(ratio=1)


def test_a_typed_day_changes_the_list_when_it_is_whole(tab):
    page = tab()
    for day in ("2025-11-10", "2025-11-12"):
        at_noon = datetime.datetime.fromisoformat(f"{day}T12:00:00Z")
        Species.objects.update(published_at=at_noon.replace(year=2020))
        f.ChangeNoteFactory(item=Species.objects.get(slug="saiga"), at=at_noon)
    page.goto("/en/changes/")
    asked = len([url for url in page.requests if "/changes/" in url])
    page.locator("#id_since").focus()
    page.keyboard.type("11112025", delay=50)  # the same day whichever part comes first
    at(page, "/en/changes/?since=2025-11-11")
    expect(page.locator("#count")).to_have_text("1 change")
    assert page.locator("#said").inner_text() == "1 change"
    assert focused(page) == "id_since"
    assert len([url for url in page.requests if "/changes/" in url]) == asked + 1
    page.locator(".chip").click()
    at(page, "/en/changes/")
    expect(page.locator("#id_since")).to_have_value("")


def test_the_search_is_narrowed_in_place_and_keeps_its_words(tab):
    page = tab()
    page.goto("/en/")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("searchbox").fill("saiga")
    page.keyboard.press("Enter")
    at(page, "/en/search/?q=saiga")
    loads = []
    page.on("domcontentloaded", lambda page: loads.append(page.url))
    opened(page, "Kind")
    box(page, "Events").check()
    at(page, "/en/search/?q=saiga&kind=event")
    expect(page.locator(".chip")).to_have_count(1)
    assert "results" in page.locator("#said").inner_text()
    page.get_by_role("link", name="Take off all filters").click()
    at(page, "/en/search/?q=saiga")
    assert loads == []
    assert page.complaints == []
