"""What is looked up for many pages is kept for an edition of the content, and lists cost the same however long."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from cami_portal.search import SearchFilter
from contacts.lookups import all_countries, all_organisations, with_countries, with_organisations
from events.models import Event
from news.models import Article
from news.views import ArticleList
from publishing.keeping import MOST, keep, reading
from publishing.models import SearchEntry
from publishing.paging import ListPaginator
from publishing.preview import PreviewLink
from publishing.related import related_keys
from tests import factories as f
from tests.lists import rows_in

pytestmark = pytest.mark.django_db


def statements(client, path):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in queries]


@pytest.mark.parametrize("path", ["/en/news/", "/en/events/", "/en/species/", "/en/contacts/"])
def test_the_second_reader_of_an_edition_costs_two_statements(client, path):
    """The edition, and the items: choices, their numbers, the menu and what rows show are known."""
    for factory in (f.ArticleFactory, f.EventFactory, f.SpeciesFactory, f.RoleFactory):
        factory.create_batch(3)
    first, second = (statements(client, path) for _ in range(2))
    assert len(second) == 2 < len(first)
    assert len([one for one in second if "contentversion" in one]) == 1


def rows_of(client, path):
    """The headings and summaries of the articles in a list, or beside something."""
    main = BeautifulSoup(client.get(path).content, "html.parser").main
    return [one.get_text(strip=True) for one in main.select("li.row :is(h3, .row-summary)")]


def test_rows_are_shared_by_pages_until_the_next_edit(client):
    """Titles are changed past the version here: an old one is what was kept."""
    species, article = (
        f.SpeciesFactory(slug="saiga"),
        f.ArticleFactory(title_en="Old", title_ru="Старый", summary_en="s"),
    )
    article.species.add(species)
    assert rows_of(client, "/en/news/") == ["Old", "s"]
    Article.objects.update(title_en="New", title_ru="Новый")
    assert rows_of(client, "/en/news/?species=saiga") == ["Old", "s"]
    assert rows_of(client, "/en/species/saiga/") == ["New"]  # its short form
    assert rows_of(client, "/ru/news/")[0] == "Новый"
    Article.objects.get().save()
    assert rows_of(client, "/en/news/") == rows_of(client, "/en/news/?species=saiga") == ["New", "s"]


def test_what_goes_while_its_list_is_made_has_no_row(client, monkeypatch):
    listed = ArticleList.paginate_queryset

    def then_gone(view, *args):
        page = listed(view, *args)
        assert len(page[2]) == 2
        Article.objects.get(slug="gone").delete()
        return page

    monkeypatch.setattr(ArticleList, "paginate_queryset", then_gone)
    f.ArticleFactory(slug="gone")
    f.ArticleFactory(slug="here")
    response = client.get("/en/news/")
    assert (response.status_code, list(rows_in(response))) == (200, ["here"])


def test_what_somebody_adds_between_two_statements_of_a_page_is_shown():
    article, event = f.ArticleFactory(), f.EventFactory()
    with reading(lambda: 1):
        assert all_countries() == all_organisations() == {}
        article.organisation_parts.create(organisation=f.OrganisationFactory(name_en="The latter"), part="host")
        Event.objects.update(country=f.CountryFactory(name_en="Bhutan"))
        [part], [event] = with_organisations(article.organisation_parts.all()), Event.objects.all()
        with_countries([event])
        assert (part.organisation.name_en, event.country.name_en) == ("The latter", "Bhutan")


def test_a_preview_neither_shows_nor_leaves_kept_rows(client):
    event = f.EventFactory(published_at=None)
    f.EventFactory(part_of=event, title_en="Old")
    preview = PreviewLink.objects.create(item=event, expires_at=timezone.now() + timedelta(days=1)).get_absolute_url()
    assert rows_of(client, "/en/events/") == ["Old"]
    Event.objects.exclude(pk=event.pk).update(title_en="New")
    assert rows_of(client, preview) == ["New"]
    assert rows_of(client, "/en/events/") == ["Old"]


@pytest.mark.parametrize("path", ["/en/news/", "/ru/news/", "/en/events/", "/en/species/", "/en/contacts/"])
def test_an_edit_changes_choices_numbers_and_menu_at_once(client, path):
    article, event = f.ArticleFactory(), f.EventFactory()
    for number in range(3):
        page = f.PageFactory(title_en=f"Menu {number}", title_ru=f"Меню {number}", place="footer")
        species = f.SpeciesFactory(name_en=f"Animal {number}", name_ru=f"Зверь {number}")
        article.species.add(species)
        event.species.add(species)
        text = client.get(path).text
        assert (f"Menu {number}" if "/en/" in path else f"Меню {number}") in text
        if "contacts" not in path:
            assert (f"Animal {number}" if "/en/" in path else f"Зверь {number}") in text
        page.delete()
        assert f"Menu {number}" not in client.get(path).text


def test_the_numbers_beside_choices_follow_an_edit_also_under_another_filter(client):
    species = f.SpeciesFactory(slug="saiga")

    def years():
        filterset = client.get("/en/news/?species=saiga").context["filter"]
        return {option.value: option.number for field, options in filterset.facets for option in options}

    for number in range(1, 4):
        f.ArticleFactory(date="2016-05-05").species.add(species)
        assert years()["2016"] == number


@pytest.mark.parametrize("path", ["news", "events", "species", "contacts", "species/instruments", "changes"])
def test_a_wrong_question_makes_no_list_empty(client, path):
    for factory in (f.ArticleFactory, f.EventFactory, f.SpeciesFactory, f.RoleFactory, f.InstrumentFactory):
        factory()
    f.ChangeNoteFactory(item=Article.objects.get())
    assert client.get(f"/en/{path}/?nope=1").status_code == 400
    context = client.get(f"/en/{path}/").context
    assert (len(context["object_list"]), context["paginator"].count) == (1, 1)


def test_the_oldest_goes_when_there_is_no_room(monkeypatch):
    monkeypatch.setitem(MOST, "look-ups", 2)
    with reading(lambda: 1):
        for key in "abc":
            keep(key, lambda key=key: [key])
        made = [keep(key, lambda: "anew") for key in "cba"]
    assert made == [["c"], ["b"], "anew"]


def test_nothing_is_kept_where_no_reader_asks():
    made = iter(range(3))
    assert [keep("key", lambda: next(made)) for _ in range(2)] == [0, 1]
    with reading(lambda: 7):
        assert [keep("key", lambda: next(made)) for _ in range(2)] == [2, 2]


def test_the_desk_sees_what_is_there_now(admin_client):
    species = f.SpeciesFactory()
    admin_client.get("/en/news/")
    type(species).objects.filter(pk=species.pk).update(name_en="Without a version")
    assert "Without a version" in admin_client.get("/admin/species/species/").text


@pytest.fixture
def many():
    f.ArticleFactory.create_batch(25)
    f.ArticleFactory.create_batch(2, published_at=None)
    return Article.objects.published()


def test_far_pages_of_a_whole_list_are_the_same_as_near_ones(many, monkeypatch):
    near = [list(ListPaginator(many, 4, whole="/x/").page(number)) for number in range(1, 8)]
    monkeypatch.setattr(ListPaginator, "FAR", 0)
    assert [list(ListPaginator(many, 4, whole="/x/").page(number)) for number in range(1, 8)] == near
    assert sum(map(len, near)) == 25


def test_above_a_thousand_the_page_alone_tells_whether_another_follows(many, client, monkeypatch):
    monkeypatch.setattr("publishing.paging.COUNTED_UP_TO", 10)
    numbers, path = [], "/en/news/?kind=news"
    for number in range(1, 4):
        answer = client.get(f"{path}&page={number}")
        numbers.append(len(answer.context["object_list"]))
        assert ('rel="next"' in answer.text, 'rel="prev"' in answer.text) == (number == 1, number > 1)
        assert "More than 1,000" in answer.text
        assert f"Page {number} of" not in answer.text
        if number == 2:
            break
    assert numbers == [20, 5]
    assert client.get(f"{path}&page=3").status_code == 404
    assert client.get(f"{path}&page=999999").status_code == 404


def test_relations_are_asked_for_by_one_statement(django_assert_num_queries):
    article = f.ArticleFactory()
    species, other = f.SpeciesFactory(), f.SpeciesFactory()
    article.species.add(species)
    f.ArticleFactory().species.add(other)
    part = article.organisation_parts.create(organisation=f.OrganisationFactory(), part="organiser")
    with django_assert_num_queries(1):
        keys = related_keys(article, "species", "events", "organisation_parts")
    assert keys == {"species": {species.pk}, "events": set(), "organisation_parts": {part.pk}}


def test_each_request_has_options_of_its_own():
    """The search sets those of the species in the reader's language; another thread may be making another page."""
    f.SpeciesFactory(name_en="Saiga", name_ru="Сайгак")
    with translation.override("ru"):
        russian = SearchFilter({"q": "x"}, SearchEntry.objects.none())
    with translation.override("en"):
        SearchFilter({"q": "x"}, SearchEntry.objects.none())
    assert [label for _slug, label in russian.filters["species"].extra["choices"]] == ["Сайгак"]
