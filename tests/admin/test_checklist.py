"""What an item lacks is listed above its form, and what must not be lacking keeps it off the portal."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from news.models import Article
from publishing.models import Picture
from tests import factories as f
from tests.admin.conftest import fields_of

pytestmark = pytest.mark.django_db

ADD = "/admin/news/article/add/"
LATER = {"published_at_0": "2099-01-01", "published_at_1": "00:00"}
NO_SUMMARY = "The summary is missing: lists and shared links show it."


def form_of(item):
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])


def soup(response):
    return BeautifulSoup(response.content.decode(), "html.parser")


def panel(response):
    """The addresses and words of the checklist: what is needed, what is advised."""
    page = soup(response)
    lists = [page.select(".checklist ul.errors li"), page.select(".checklist ul:not(.errors) li")]
    found = [{(one.a and one.a["href"], one.text) for one in items} for items in lists]
    assert all(page.select(address) for items in found for address, text in items if address)
    return found


def make_picture(**fields):
    return Picture.objects.create(file=ContentFile(b"x", "x.png"), **fields)


@pytest.fixture
def draft():
    return f.ArticleFactory(published_at=None, title_en="A herd", title_ru="", summary_en="", summary_ru="")


@pytest.mark.parametrize("role", ["Editor", "Translator"])
def test_the_form_lists_what_is_needed_and_what_is_advised_with_a_link_to_each_field(client, account, role, draft):
    client.force_login(account(role))
    Article.objects.update(kind="in-the-press", picture=make_picture(credit="A. Photographer", alt_en="A herd"))
    assert panel(client.get(form_of(draft))) == [
        {("#id_summary_en", NO_SUMMARY), ("#id_picture", "The picture has no licence.")},
        {
            ("#id_title_ru", "Russian missing: title"),
            ("#id_picture", "The picture has no alternative text in Russian."),
            ("#id_link", "The link to the original is missing."),
            ("#id_publisher_en", "The publisher of the original is missing."),
        },
    ]


def test_who_may_only_read_gets_the_list_without_links(client, account, draft):
    client.force_login(account("Author"))
    assert panel(client.get(form_of(draft))) == [{(None, NO_SUMMARY)}, {(None, "Russian missing: title")}]


def test_a_whole_item_is_said_to_lack_nothing_and_a_new_one_has_no_list(editing):
    assert soup(editing.get(form_of(f.ArticleFactory()))).select_one(".checklist p").text == "Nothing is missing."
    assert soup(editing.get(ADD)).select(".checklist") == []


def test_an_item_tells_of_outdated_texts_in_itself_and_in_its_rows(editing):
    row = f.RangeFactory(note_en="In winter", note_ru="Зимой")
    row.note_en = "In spring"
    row.save()
    row.species.name_en = "Kulan"
    row.species.save()
    advice = panel(editing.get(form_of(row.species)))[1]
    assert advice == {
        ("#id_name_ru", "Russian outdated: name"),
        ("#id_ranges-0-note_ru", "Russian outdated: ranges"),
        ("#focalpoints-group", "No Species Focal Point is named."),
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"start": None, "end": None, "city_en": "Bonn"}, {"start"}),
        ({}, {"outcomes_en", "city_en"}),
        ({"attendance": "online", "outcomes_ru": "<p>Итоги</p>"}, set()),
        ({"status": "cancelled"}, set()),
        ({"kind": "cop", "end": datetime.date(2016, 8, 22), "city_en": "Bonn", "outcomes_en": "<p>x</p>"}, {"end"}),
        ({"kind": "deadline", "end": datetime.date(2016, 8, 22)}, set()),
    ],
)
def test_a_meeting_wants_its_days_its_place_and_its_outcomes(fields, expected):
    event = f.EventFactory(summary_en="Short", summary_ru="Кратко", **fields)
    own = {gap.field for gap in event.gaps() if not gap.field.endswith("_ru")}
    assert own == expected


# --- what keeps an item off the portal ------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{"_publish": "1"}, LATER, {**LATER, "published_at_0": "2020-01-01"}])
def test_what_lacks_something_needed_is_not_published_and_what_was_typed_stays(editing, submit, errors, draft, how):
    refused = submit(editing, form_of(draft), title_en="Typed", body_en="<p>Typed</p>", **how)
    assert errors(refused) == {"summary_en": NO_SUMMARY}
    assert fields_of(refused)["title_en"] == "Typed"
    draft.refresh_from_db()
    assert (draft.title_en, draft.state) == ("A herd", "draft")
    submit(editing, form_of(draft), title_en="Typed")
    submit(editing, form_of(draft), summary_en="Short", **how)
    draft.refresh_from_db()
    assert draft.title_en == "Typed"
    assert draft.is_shown


def test_a_new_item_is_refused_too(editing, submit, errors):
    new = {"title_en": "", "title_ru": "Стадо", "summary_en": "Short", "kind": "news", "date": "2026-11-02"}
    refused = submit(editing, ADD, **new, _publish="1")
    assert errors(refused) == {
        "title_en": "The title is missing in English.",
        "summary_ru": NO_SUMMARY,
    }
    assert Article.objects.count() == 0
    submit(editing, ADD, **new | {"summary_en": "", "summary_ru": "Кратко"}, _publish="1")
    assert Article.objects.get().state == "live"


@pytest.mark.parametrize("state", ["live", "scheduled"])
def test_what_is_shown_is_not_changed_into_what_may_not_be(editing, submit, errors, state):
    article = f.ArticleFactory(**f.states()[state])
    bare = make_picture()
    assert errors(submit(editing, form_of(article), summary_en="")).keys() == {"summary_en"}
    assert errors(submit(editing, form_of(article), picture=bare.pk)) == {"picture": "The picture has no credit."}
    article.refresh_from_db()
    assert (article.summary_en, article.picture) == ("In short.", None)


def test_what_was_shown_with_an_old_fault_can_still_be_corrected_and_translated(client, account, submit):
    client.force_login(account("Translator"))
    article = f.ArticleFactory(summary_en="", summary_ru="")
    submit(client, form_of(article), title_ru="Новое стадо")
    article.refresh_from_db()
    assert article.title_ru == "Новое стадо"


def test_many_are_published_at_once_but_those_that_lack_something(editing, draft):
    whole = f.ArticleFactory(title_en="Whole", published_at=None)
    data = {"action": "publish", "_selected_action": [draft.pk, whole.pk]}
    answer = editing.post(reverse("admin:news_article_changelist"), data, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        f"Not published: “A herd”. {NO_SUMMARY}",
        "Now “live”: 1.",
    ]
    assert {one.title_en: one.state for one in Article.objects.all()} == {"A herd": "draft", "Whole": "live"}


PERMITTED = {"credit": "A. Photographer", "licence": "CC BY 4.0", "alt_en": "A herd"}


@pytest.mark.parametrize(("state", "kept"), [("live", True), ("scheduled", True), ("draft", False)])
def test_a_picture_that_is_shown_keeps_its_credit_and_licence(editing, submit, errors, state, kept):
    picture = make_picture(**PERMITTED)
    f.EventFactory(picture=picture, **f.states()[state])
    answer = submit(editing, form_of(picture), credit="", licence="", focus_x="50", focus_y="50")
    picture.refresh_from_db()
    assert (picture.credit, picture.licence) == (("A. Photographer", "CC BY 4.0") if kept else ("", ""))
    assert not kept or errors(answer).keys() == {"credit", "licence"}


# --- forms that say what they mean ----------------------------------------------------------------------------------


def test_a_day_without_a_time_begins_at_midnight(editing, submit):
    article = f.ArticleFactory(published_at=None)
    submit(editing, form_of(article), published_at_0="2099-05-01", published_at_1="")
    article.refresh_from_db()
    assert timezone.localtime(article.published_at).isoformat() == "2099-05-01T00:00:00+02:00"


def test_the_button_of_what_is_scheduled_says_now(editing):
    pages = [editing.get(form_of(f.ArticleFactory(**f.states()[state]))) for state in ("draft", "scheduled")]
    labels = [soup(page).select_one("[name=_publish]")["value"] for page in [*pages, editing.get(ADD)]]
    assert labels == ["Save and publish", "Publish now", "Save and publish"]


def test_what_can_only_be_read_is_labelled_as_elsewhere_and_gives_no_advice_how_to_fill_it(client, account):
    client.force_login(account("Author"))
    page = soup(client.get(form_of(f.SpeciesFactory(name_en="Kulan")))).select_one("#content").text
    assert "Name (English)" in page
    assert "[en]" not in page
    assert "Set it to take the item off" not in page
    assert "shown in lists" not in page


def test_days_are_written_alike_in_lists_and_forms(editing, account):
    event = f.EventFactory(start=datetime.date(2016, 8, 2), end=datetime.date(2016, 8, 2))
    Event.objects.update(changed=datetime.datetime(2026, 11, 1, 12, tzinfo=datetime.UTC))
    row = soup(editing.get(reverse("admin:events_event_changelist"))).select_one("#result_list tbody")
    assert (row.select_one(".field-when").text, row.select_one(".field-changed_on").text) == (
        "2\u00a0August\u00a02016",
        "1 November 2026",
    )
    changed = soup(editing.get(form_of(event))).select_one(".field-changed .readonly").text
    assert changed == "1 November 2026, 13:00"
