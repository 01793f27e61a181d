"""Every screen opens, for editors only, at a cost that does not grow with its rows."""

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import PrivateContact, Topic
from publishing.history import keep
from publishing.models import ChangeNote, CheckedLink, FormerSlug, Picture, Tombstone
from tests import factories as f

pytestmark = pytest.mark.django_db

APPS = {"publishing", "contacts", "species", "events", "news"}
SCREENS = [model for model in admin.site._registry if model._meta.app_label in APPS]
KEPT = [FormerSlug, Tombstone, CheckedLink]
EDITED = [model for model in SCREENS if model not in (*KEPT, ChangeNote, PrivateContact)]


def rows_of(response):
    return BeautifulSoup(response.content.decode(), "html.parser").select("#result_list tbody tr")


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def add_rows():
    """A row for every screen, each with what its list shows of other tables."""
    species = f.SpeciesFactory()
    f.MembershipFactory(species=species)
    f.RangeFactory(species=species, source=f.SourceFactory())
    f.AssignmentFactory(
        person=f.PersonFactory(organisation=f.OrganisationFactory(country=f.CountryFactory())), role=f.RoleFactory()
    )
    f.InstrumentFactory()
    f.PageFactory()
    f.EventFactory(country=f.CountryFactory())
    f.ArticleFactory()
    Topic.objects.create(slug=f"topic-{species.pk}", name_en="Permits")
    Picture.objects.create(file=ContentFile(b"x", "x.png"), alt_en="A steppe")
    article = f.ArticleFactory(slug=f"old-{species.pk}")
    article.slug = f"new-{species.pk}"
    article.save()
    f.ArticleFactory().delete()
    f.ArticleFactory(link=f"http://{species.pk}.example/")
    keep(article, note={"en": "Corrected."})


def test_every_model_of_the_content_has_a_screen():
    assert {model._meta.model_name for model in SCREENS} == {
        "page", "picture", "source", "formerslug", "tombstone", "changenote", "checkedlink",
        "country", "organisation", "person", "privatecontact", "topic", "role",
        "rangestate", "species", "instrument", "event", "article",
    }  # fmt: skip


def answers(client, model):
    row = model.objects.first()
    pages = [url(model, "changelist"), url(model, "add"), url(model, "change", row.pk), url(model, "delete", row.pk)]
    return [client.get(page).status_code for page in pages]


def test_an_editor_opens_every_list_new_form_form_and_deletion(editing):
    add_rows()
    assert {model: answers(editing, model) for model in EDITED} == {model: [200] * 4 for model in EDITED}


def test_what_the_portal_keeps_by_itself_can_only_be_looked_at(editing):
    add_rows()
    assert {model: answers(editing, model) for model in KEPT} == {model: [200, 403, 200, 403] for model in KEPT}
    rows = [model.objects.first() for model in KEPT]
    assert [editing.post(url(type(row), "change", row.pk), {}).status_code for row in rows] == [403] * len(KEPT)


def test_a_stranger_is_sent_to_the_sign_in_page(client):
    pages = [url(model, page) for model in SCREENS for page in ("changelist", "add")]
    assert [client.get(page)["Location"] for page in pages] == [
        f"{reverse('admin:login')}?next={page}" for page in pages
    ]


def test_a_list_costs_the_same_at_one_row_and_at_three(editing):
    def queries(model):
        with CaptureQueriesContext(connection) as captured:
            assert editing.get(url(model, "changelist")).status_code == 200
        return len(captured)

    add_rows()
    rows = {model: model.objects.count() for model in [*EDITED, *KEPT, ChangeNote]}
    [queries(model) for model in rows]  # what is looked up once and then remembered
    few = {model: queries(model) for model in rows}
    add_rows()
    add_rows()
    assert [model for model, number in rows.items() if number == 0 or model.objects.count() < 3 * number] == []
    assert {model: queries(model) for model in rows} == few


def test_a_list_says_state_languages_and_what_is_missing_in_words(editing):
    f.ArticleFactory(title_en="Live", body_en="<p>Text</p>")
    f.ArticleFactory(title_en="Draft", title_ru="", summary_ru="", summary_en="", published_at=None)
    rows = rows_of(editing.get(reverse("admin:news_article_changelist")))
    said = [
        [row.select_one(f".field-{name}").text for name in ("state_in_words", "languages", "missing")] for row in rows
    ]
    assert sorted(said) == [["draft", "EN missing RU missing", "summary (EN)"], ["live", "EN RU", "text (RU)"]]


@pytest.mark.parametrize("state", f.states())
def test_the_state_filter_shows_that_state_only(editing, state):
    for name, fields in f.states().items():
        f.ArticleFactory(title_en=name, title_ru="", **fields)
    rows = rows_of(editing.get(reverse("admin:news_article_changelist"), {"state": state}))
    assert [row.select_one(".field-heading").text for row in rows] == [state]


def test_the_translation_filter_finds_what_lacks_russian(editing):
    f.ArticleFactory(title_en="Both")
    f.ArticleFactory(title_en="No summary", summary_ru="")
    f.ArticleFactory(title_en="No title", title_ru="")
    rows = rows_of(editing.get(reverse("admin:news_article_changelist"), {"without": "ru"}))
    assert {row.select_one(".field-heading").text for row in rows} == {"No summary", "No title"}


def test_search_finds_cyrillic_whatever_its_case(editing):
    f.ArticleFactory(title_en="Saiga", title_ru="Сайгак в степи")
    f.ArticleFactory(title_en="Kulan", title_ru="Кулан")
    rows = rows_of(editing.get(reverse("admin:news_article_changelist"), {"q": "сайгак"}))
    assert [row.select_one(".field-heading").text for row in rows] == ["Saiga"]


def test_no_form_shows_the_column_behind_the_languages(editing):
    names = {}
    for model in EDITED:
        soup = BeautifulSoup(editing.get(url(model, "add")).content.decode(), "html.parser")
        names[model] = {field["name"] for field in soup.select("#content [name]")}
    assert sum("title_en" in fields for fields in names.values()) == 6
    assert [(model, name) for model, fields in names.items() for name in fields if f"{name}_en" in fields] == []
