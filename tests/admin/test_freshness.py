"""What forms and lists say of Russian texts that are missing or outdated, and the tick that they are still right."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Article
from publishing.freshness import OutdatedTranslation
from tests import factories as f
from tests.admin.conftest import fields_of
from tests.admin.test_screens import rows_of

pytestmark = pytest.mark.django_db


def form_of(item):
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])


def soup(response):
    return BeautifulSoup(response.content.decode(), "html.parser")


@pytest.fixture
def article():
    """Whose Russian title is outdated and whose Russian text is missing."""
    article = f.ArticleFactory(title_en="A herd", title_ru="Стадо", body_en="<p>Seen</p>")
    article.title_en = "Two <b>herds"
    article.save()
    return article


def outdated():
    return {row.field for row in OutdatedTranslation.objects.all()}


def test_the_form_says_beside_each_field_what_is_missing_or_was_changed(editing, article):
    page = soup(editing.get(form_of(article)))
    said = page.select_one(f"#{page.select_one('#id_title_ru')['aria-describedby']}")
    today = timezone.localdate().strftime("%-d\u00a0%B\u00a0%Y")
    assert said.text.split() == f"The English changed on {today}, after this was written.".split()
    change = page.select_one(".field-title_ru .difference, .difference")
    assert (change.find("del").text, [word.text for word in change.find_all("ins")]) == ("A herd", ["Two <b>herds"])
    assert [note.text.strip() for note in page.select(".freshness:not(.outdated)")] == ["The Russian is missing."]
    assert page.select("#id_body_ru_freshness .freshness") != []
    assert len(page.select("[name$=still_right]")) == len(page.select(".difference")) == 1


@pytest.mark.parametrize("role", ["Translator", "Editor"])
def test_one_tick_says_that_the_translation_is_still_right(client, account, submit, article, role):
    client.force_login(account(role))
    submit(client, form_of(article), title_ru_still_right="on")
    assert (outdated(), Article.objects.get().title_ru) == (set(), "Стадо")
    assert soup(client.get(form_of(article))).select("[name$=still_right]") == []


def test_without_the_tick_it_stays_outdated_until_the_russian_is_changed(editing, submit, article):
    submit(editing, form_of(article), kind="project")
    assert outdated() == {"title"}
    submit(editing, form_of(article), title_ru="Два стада")
    assert outdated() == set()


def test_the_tick_survives_a_form_that_is_refused(editing, submit, article):
    refused = submit(editing, form_of(article), title_ru_still_right="on", date="")
    assert (outdated(), fields_of(refused)["title_ru_still_right"]) == ({"title"}, "on")
    editing.post(form_of(article), fields_of(refused) | {"date": "2016-11-14"})
    assert outdated() == set()


def test_a_field_in_conflict_says_what_is_stored_and_its_tick_does_not(editing, submit, errors, article):
    opened = fields_of(editing.get(form_of(article)))
    submit(editing, form_of(article), summary_en="Theirs")
    answer = editing.post(form_of(article), opened | {"title_ru": "Моё", "title_ru_still_right": "on"})
    assert errors(answer).keys() == {"title_ru", "summary_en", "__all__"}
    assert fields_of(answer)["title_ru_still_right"] == "on"


def test_an_error_is_named_beside_the_note(editing, submit, article):
    refused = soup(submit(editing, form_of(article), title_ru="x" * 301))
    assert refused.select_one("#id_title_ru")["aria-describedby"] == "id_title_ru_freshness id_title_ru_error"


def test_a_row_has_its_note_and_tick_at_one_cost_for_all_rows(client, account, submit):
    species, state = f.SpeciesFactory(), f.RangeStateFactory()
    translator = account("Translator")
    client.force_login(translator)

    def add(state):
        row = f.RangeFactory(species=species, state=state, note_en="In winter", note_ru="Зимой")
        row.note_en = "In spring"
        row.save()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert len(soup(client.get(form_of(species))).select(".difference")) == species.ranges.count()
        return sum("outdatedtranslation" in query["sql"] for query in captured)

    add(state)
    few = queries()
    add(f.RangeStateFactory())
    add(f.RangeStateFactory())
    assert queries() == few
    submit(client, form_of(species), **{"ranges-1-note_ru_still_right": "on"})
    gone = {row.pk for row in species.ranges.all()} - {row.object_id for row in OutdatedTranslation.objects.all()}
    assert gone == {species.ranges.order_by("pk")[1].pk}


def test_who_may_only_read_is_shown_no_tick_and_sends_none(client, account, article):
    client.force_login(account("Author"))
    assert soup(client.get(form_of(article))).select("[name$=still_right]") == []
    assert client.post(form_of(article), {"title_ru_still_right": "on"}).status_code == 403
    assert outdated() == {"title"}


def headings(response):
    return {row.select_one(".field-heading").text for row in rows_of(response)}


def test_lists_are_narrowed_down_to_it_and_say_it(editing, article):
    f.ArticleFactory(title_en="Fresh")
    page = reverse("admin:news_article_changelist")
    assert headings(editing.get(page, {"without": "fresh"})) == {"Two <b>herds"}
    assert headings(editing.get(page, {"without": "ru"})) == {"Two <b>herds"}
    assert headings(editing.get(page, {"without": "en"})) == set()
    languages = {row.select_one(".field-languages").text for row in rows_of(editing.get(page))}
    assert languages == {"EN RU outdated", "EN RU"}


def test_an_item_is_found_by_what_its_rows_lack(editing):
    species, other = f.SpeciesFactory(name_en="Kulan"), f.SpeciesFactory(name_en="Argali")
    row = f.RangeFactory(species=species, note_en="In winter", note_ru="Зимой")
    row.note_en = "In spring"
    row.save()
    f.AssessmentFactory(species=other, note_en="Only English")
    page = reverse("admin:species_species_changelist")
    assert headings(editing.get(page, {"without": "fresh"})) == {"Kulan"}
    assert headings(editing.get(page, {"without": "ru"})) == {"Argali"}


def test_a_list_costs_the_same_with_fifty_outdated_items(editing, article):
    page = reverse("admin:news_article_changelist")

    def queries(without):
        with CaptureQueriesContext(connection) as captured:
            assert editing.get(page, {"without": without}).status_code == 200
        return len(captured)

    queries("fresh")
    few = [queries("fresh"), queries("ru")]
    for _number in range(49):
        one = f.ArticleFactory(body_en="<p>Text</p>")
        one.title_en += "!"
        one.save()
    assert (Article.objects.outdated().count(), [queries("fresh"), queries("ru")]) == (50, few)
