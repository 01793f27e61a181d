"""Two people at one item: the second is told, and loses nothing."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from news.models import Article
from species.models import Range
from tests import factories as f
from tests.admin.conftest import fields_of

pytestmark = pytest.mark.django_db


def form_of(item):
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])


def words(response):
    return " ".join(BeautifulSoup(response.content.decode(), "html.parser").select_one("#content").text.split())


def test_the_second_save_of_an_article_is_refused_with_both_texts(editing, submit, errors):
    article = f.ArticleFactory(title_en="First", kind="news")
    species = f.SpeciesFactory(name_en="Kulan")
    opened = fields_of(editing.get(form_of(article)))
    submit(editing, form_of(article), title_en="Theirs", kind="project", species=[species.pk])
    answer = editing.post(form_of(article), opened | {"title_en": "Mine"})
    assert errors(answer) == {
        "title_en": "Stored now: Theirs",
        "kind": "Stored now: project",
        "species": "Stored now: Kulan",
        "__all__": errors(answer)["__all__"],
    }
    assert "editor@example.org changed this at" in errors(answer)["__all__"]
    assert fields_of(answer)["title_en"] == "Mine"
    assert Article.objects.get().title_en == "Theirs"


def test_a_second_save_that_is_meant_passes(editing, submit):
    article = f.ArticleFactory()
    opened = fields_of(editing.get(form_of(article)))
    submit(editing, form_of(article), title_en="Theirs")
    refused = editing.post(form_of(article), opened | {"title_en": "Mine"})
    assert editing.post(form_of(article), fields_of(refused)).status_code == 302
    assert Article.objects.get().title_en == "Mine"


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (lambda rows, species: rows.update(presence="vagrant"), True),
        (lambda rows, species: rows.delete(), False),
        (lambda rows, species: f.RangeFactory(species=species), False),
    ],
    ids=["changed", "removed", "added"],
)
def test_rows_count_too(editing, theirs, said):
    species = f.RangeFactory(presence="resident").species
    opened = fields_of(editing.get(form_of(species)))
    theirs(Range.objects.all(), species)
    stored = list(Range.objects.values())
    answer = editing.post(form_of(species), opened | {"ranges-0-presence": "uncertain", "name_en": "Mine"})
    assert "after you opened the form" in words(answer)
    assert ("Stored now: vagrant" in words(answer)) is said
    assert list(Range.objects.values()) == stored
    species.refresh_from_db()
    assert species.name_en != "Mine"


def test_an_own_second_save_is_not_refused(editing, submit):
    article = f.ArticleFactory()
    for title in ("One", "Two"):
        assert submit(editing, form_of(article), title_en=title, _continue="1").status_code == 200
        assert Article.objects.get().title_en == title


def test_a_form_without_the_digest_is_refused(editing):
    article = f.ArticleFactory(title_en="First")
    opened = fields_of(editing.get(form_of(article)))
    assert editing.post(form_of(article), {**opened, "digest": "", "title_en": "Forged"}).status_code == 200
    assert Article.objects.get().title_en == "First"


def test_rows_that_are_gone_stand_as_new_ones_and_a_second_save_passes(editing, submit):
    species = f.RangeFactory(note_en="First").species
    f.RangeFactory(species=species, note_en="Second")
    opened = fields_of(editing.get(form_of(species)))
    submit(editing, form_of(species), **{"ranges-0-DELETE": "on"})
    refused = editing.post(form_of(species), opened | {"ranges-1-note_en": "Mine"})
    assert "This row was removed meanwhile." in words(refused)
    assert "Stored now: Second" in words(refused)
    again = fields_of(refused)
    notes = [again[f"ranges-{row}-note_en"] for row in range(2)]
    assert (notes, again["ranges-INITIAL_FORMS"]) == (["Mine", "First"], "1")
    assert editing.post(form_of(species), again).status_code == 302
    assert {one.note_en for one in Range.objects.all()} == {"Mine", "First"}


@pytest.mark.django_db(transaction=True)
def test_the_history_answers_whatever_the_method(editing):
    page = reverse("admin:news_article_history", args=[f.ArticleFactory().pk])
    assert [editing.get(page).status_code, editing.post(page).status_code] == [200, 200]
