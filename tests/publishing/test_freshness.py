"""The portal knows by itself which Russian texts are missing or outdated, whoever saves."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from news.models import Article
from publishing.freshness import OutdatedTranslation
from species.models import Range
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return f.ArticleFactory(title_en="A herd", title_ru="Стадо", body_en="<p>Seen in May.</p>", body_ru="<p>В мае.</p>")


def change(item, **values):
    for name, value in values.items():
        setattr(item, name, value)
    item.save()
    return outdated()


def outdated():
    return {row.field: row.source for row in OutdatedTranslation.objects.all()}


def test_a_new_item_is_fresh_and_an_empty_text_missing():
    article = f.ArticleFactory(summary_ru="", body_en="", body_ru="")
    assert [article.freshness(field) for field in ("title", "summary", "body")] == ["fresh", "missing", "fresh"]
    assert outdated() == {}


def test_a_change_of_the_english_makes_the_russian_outdated_with_the_text_it_was_made_from(article):
    assert change(article, title_en="Two herds", body_en="<p>Seen in <b>June</b>.</p>") == {
        "title": "A herd",
        "body": "Seen in May.",
    }
    assert (article.freshness("title"), article.freshness("summary")) == ("outdated", "fresh")
    assert change(article, title_en="Three herds")["title"] == "A herd"


def test_a_change_in_both_languages_leaves_nothing_outdated(article):
    assert change(article, title_en="Two herds", title_ru="Два стада") == {}


@pytest.mark.parametrize(
    "then",
    [{"title_ru": "Два стада"}, {"title_ru": ""}, {"title_en": ""}, {"title_en": "A herd"}, {"title_en": " A  herd "}],
)
def test_it_is_over_when_the_russian_follows_or_the_english_returns_or_one_is_gone(article, then):
    change(article, title_en="Two herds", summary_en="Both.")
    assert change(article, **then) == {"summary": "In short."}


def test_who_says_that_it_is_still_right_ends_it_and_for_this_text_only(article):
    change(article, title_en="Two herds", summary_en="Both.")
    assert change(article, still_right={("title", "ru")}) == {"summary": "In short."}
    assert change(article, summary_en="Other", title_en="A third herd") == {
        "summary": "In short.",
        "title": "Two herds",
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>It’s “wild” – here</p>", '<p>It\'s  "wild" -\u00a0here</p>'),
        ("<p>A <strong>kulan</strong></p><p>runs</p>", "<h2>A kulan</h2><ul><li><p>runs</p></li></ul>"),
    ],
)
def test_typography_and_markup_are_no_change(before, after):
    article = f.ArticleFactory(body_en=before, body_ru="<p>Кулан</p>")
    assert change(article, body_en=after) == {}


def test_another_address_of_a_link_is_a_change():
    article = f.ArticleFactory(body_en='<p><a href="https://a.org/">More</a></p>', body_ru="<p>Ещё</p>")
    assert change(article, body_en='<p><a href="https://b.org/">More</a></p>') == {"body": "More (https://a.org/)"}


def test_what_was_written_in_russian_first_is_not_outdated_by_its_english():
    article = f.ArticleFactory(title_en="", title_ru="Стадо")
    assert change(article, title_en="A herd") == {}


def test_only_what_is_stored_counts(article):
    article.title_en, article.summary_en = "Two herds", "Both."
    article.save(update_fields=["summary_en"])
    assert outdated() == {"summary": "In short."}
    partly = Article.objects.only("slug").get()
    partly.save()
    assert outdated() == {"summary": "In short."}
    with translation.override("en"):
        article.save(update_fields=["title"])
    assert outdated().keys() == {"title", "summary"}


def test_a_row_inside_a_form_counts_as_any_other():
    assert change(f.RangeFactory(note_en="In winter", note_ru="Зимой"), note_en="In spring") == {"note": "In winter"}


@pytest.mark.parametrize("one", [True, False])
def test_what_is_deleted_leaves_nothing_behind(one):
    row = f.RangeFactory(note_en="In winter", note_ru="Зимой")
    change(row, note_en="In spring")
    row.species.delete() if one else type(row.species).objects.all().delete()
    assert (Range.objects.count(), outdated()) == (0, {})


def test_items_are_asked_for_by_it(article):
    f.ArticleFactory()
    change(article, title_en="Two herds")
    lacking = f.ArticleFactory(body_en="<p>Text</p>")
    f.SpeciesFactory(pk=article.pk)  # the same number in another table
    assert [*Article.objects.outdated()] == [article]
    assert [*Article.objects.untranslated()] == [lacking]
    assert f.SpeciesFactory._meta.model.objects.outdated().count() == 0


def test_saving_asks_the_database_once_more_and_no_more_unless_a_text_changed(article):
    def queries(**values):
        with CaptureQueriesContext(connection) as captured:
            change(article, **values)
        return sum("outdatedtranslation" in query["sql"] for query in captured) - 1  # what ``change`` asks

    texts = {f"{field}_en": "New" for field in ("title", "summary", "body", "publisher")}
    assert [queries(kind="project"), queries(**texts), queries(**texts, title_ru="Новое")] == [0, 2, 3]
