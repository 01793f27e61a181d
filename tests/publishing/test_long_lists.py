"""The numbers beside the choices of a list that grows cost the same however long it is, and none is wrong."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.filters import ArticleFilter
from news.models import Article
from tests import factories as f
from tests.lists import rows_in

pytestmark = pytest.mark.django_db

BOUND = 3  # instead of a thousand


@pytest.fixture(autouse=True)
def bound(monkeypatch):
    for module in ("facets", "lists"):
        monkeypatch.setattr(f"publishing.{module}.MANY", BOUND + 1)


@pytest.fixture
def saiga():
    return f.SpeciesFactory(slug="saiga")


@pytest.fixture
def kazakhstan():
    return f.RangeStateFactory(country=f.CountryFactory(code="KZ"))


def choices(client, query=""):
    response = client.get(f"/en/news/{query}")
    assert response.status_code == 200
    return {field.name: {o.value: o.number for o in options} for field, options in response.context["filter"].facets}


def others(number):
    """So many that the list is long."""
    f.ArticleFactory.create_batch(number, kind="project", date="2001-01-01")


@pytest.mark.parametrize("number", [BOUND - 1, BOUND, BOUND + 1])
def test_a_choice_is_counted_up_to_the_bound(client, saiga, kazakhstan, number):
    others(BOUND + 1)
    for article in f.ArticleFactory.create_batch(number, kind="news", date="2016-12-31"):
        article.species.add(saiga)
        article.states.add(kazakhstan)
    shown = number if number <= BOUND else None
    assert choices(client) == {
        "species": {"saiga": shown},
        "state": {"KZ": shown},
        "kind": {"news": shown, "project": None},
        "year": {"2016": shown, "2001": None},
    }


def test_a_list_of_as_many_as_are_counted_says_all_numbers(client, saiga):
    drafts = f.ArticleFactory.create_batch(BOUND, date="2016-01-01", published_at=None)
    for article in [*drafts, *f.ArticleFactory.create_batch(BOUND, kind="news", date="2016-01-01")]:
        article.species.add(saiga)
    assert choices(client) == {
        "species": {"saiga": BOUND},
        "state": {},
        "kind": {"news": BOUND},
        "year": {"2016": BOUND},
    }


def test_a_choice_of_many_that_nobody_may_see_is_none(client, saiga, kazakhstan):
    others(BOUND + 1)
    unseen = [{"published_at": None}, {"withdrawn_at": timezone.now()}, {"published_at": timezone.now() + timedelta(1)}]
    for _ in range(BOUND):
        for state in unseen:
            article = f.ArticleFactory(kind="news", date="2016-05-05", **state)
            article.species.add(saiga)
            article.states.add(kazakhstan)
    assert choices(client) == {"species": {}, "state": {}, "kind": {"project": None}, "year": {"2001": None}}


def test_a_choice_of_many_is_left_out_where_it_leads_to_nothing(client, saiga):
    others(BOUND + 1)
    for article in f.ArticleFactory.create_batch(BOUND + 1, kind="news", date="2016-05-05"):
        article.species.add(saiga)
    f.ArticleFactory(kind="project", date="2017-05-05").species.add(saiga)
    assert choices(client, "?kind=news") == {
        "species": {"saiga": None},
        "state": {},
        "kind": {"news": None, "project": None},
        "year": {"2016": None},
    }
    assert choices(client, "?year=2001")["species"] == {}


def test_a_choice_of_many_is_not_counted_where_it_leads_to_few(client, saiga):
    others(BOUND + 1)
    for article in f.ArticleFactory.create_batch(BOUND + 1, kind="news"):
        article.species.add(saiga)
    f.ArticleFactory(kind="project").species.add(saiga)
    assert choices(client, "?kind=project")["species"] == {"saiga": None}
    assert choices(client, "?kind=project&year=2001")["kind"] == {"project": None}


QUERIES = ["", "?kind=news&kind=project", "?species=saiga", "?state=KZ&year=2016&year=2017", "?q=article&species=saiga"]


@pytest.mark.parametrize("query", QUERIES)
def test_rough_counts_offer_what_exact_ones_do(client, saiga, kazakhstan, query, monkeypatch):
    argali = f.SpeciesFactory(slug="argali")
    states = [{}, {}, {}, {"published_at": None}, {"expires_at": timezone.now() - timedelta(1)}]
    for number in range(24):
        kind = ["news", "news", "project", "in-memoriam"][number % 4]
        article = f.ArticleFactory(kind=kind, date=f"{2015 + number % 3}-01-01", **states[number % 5])
        article.species.set([saiga, argali] if number % 7 == 0 else [saiga] if number % 2 else [])
        article.states.set([kazakhstan] if number % 3 == 0 else [])
    rough = choices(client, query)
    monkeypatch.setattr(ArticleFilter, "grows", False)
    Article.objects.first().save()  # another edition
    exact = choices(client, query)
    assert {name: list(numbers) for name, numbers in rough.items()} == {name: list(n) for name, n in exact.items()}
    counted = [(name, value) for name, numbers in rough.items() for value, number in numbers.items() if number]
    assert [rough[name][value] for name, value in counted] == [exact[name][value] for name, value in counted]


def test_a_choice_says_how_many_it_gives_also_of_several(client, saiga):
    others(BOUND + 1)
    f.ArticleFactory(kind="news").species.add(saiga)
    both = client.get("/en/news/?kind=news&kind=project")
    assert both.context["paginator"].count == BOUND + 2
    kinds = [Article.objects.get(slug=slug).kind for slug in rows_in(both)]
    assert kinds == ["news", *["project"] * (BOUND + 1)]


@pytest.mark.parametrize("query", ["", "?kind=project", "?q=article"])
def test_the_first_page_of_an_edition_costs_the_same_statements_however_many_there_are(client, saiga, query):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            choices(client, query)
        return len(queries)

    others(BOUND + 1)
    f.ArticleFactory().species.add(saiga)
    few = statements()
    for article in f.ArticleFactory.create_batch(20, kind="project", date="2001-01-01"):
        article.species.add(saiga)
    assert statements() == few


def test_lists_are_walked_along_in_their_order(client):
    """SQLite, which does not know how many there are, must not be tempted to fetch them all and to sort them."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL knows how many there are.")
    for query in ("", "?kind=news", "?kind=news&kind=project"):
        items = client.get(f"/en/news/{query}").context["filter"].qs
        assert "TEMP B-TREE" not in items[:3].explain(), query
