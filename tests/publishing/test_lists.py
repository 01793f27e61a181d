import pytest

from news.models import Article
from tests import factories as f
from tests.lists import rows_in

pytestmark = pytest.mark.django_db


def shown(response):
    return set(rows_in(response))


def numbers(response, name):
    """What the form says each choice of a facet would give."""
    return next(
        {o.value: o.number for o in options}
        for field, options in response.context["filter"].facets
        if field.name == name
    )


@pytest.fixture
def news():
    saiga, argali = f.SpeciesFactory(slug="saiga"), f.SpeciesFactory(slug="argali")
    state = f.RangeStateFactory(country=f.CountryFactory(code="KZ"))
    both = f.ArticleFactory(slug="both", date="2016-05-01", kind="news")
    one = f.ArticleFactory(slug="one", date="2016-06-01", kind="project", title_ru="Архар")
    none = f.ArticleFactory(slug="none", date="2018-06-01", kind="news")
    both.species.add(saiga, argali)
    one.species.add(argali)
    both.states.add(state)
    return both, one, none


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", {"both", "one", "none"}),
        ("species=saiga", {"both"}),
        ("species=saiga&species=argali", {"both", "one"}),
        ("species=argali&kind=project", {"one"}),
        ("species=argali&state=KZ", {"both"}),
        ("year=2016", {"both", "one"}),
        ("year=2016&year=2018", {"both", "one", "none"}),
        ("q=АРХАР", {"one"}),
        ("kind=notification", set()),
        ("species=saiga&species=saiga", {"both"}),
    ],
)
def test_values_of_a_facet_widen_and_facets_narrow(client, news, query, slugs):
    response = client.get(f"/en/news/?{query}")
    assert (response.status_code, shown(response)) == (200, slugs)


def test_each_choice_says_how_many_items_it_would_give(client, news):
    response = client.get("/en/news/?kind=news")
    assert numbers(response, "species") == {"saiga": 1, "argali": 1}
    assert numbers(response, "year") == {"2016": 1, "2018": 1}
    assert numbers(response, "kind") == {"news": 2, "project": 1}
    for value, number in numbers(response, "species").items():
        assert len(shown(client.get(f"/en/news/?kind=news&species={value}"))) == number


def test_above_a_thousand_the_number_is_left_out(client):
    f.ArticleFactory(kind="project")
    Article.objects.bulk_create(f.ArticleFactory.build(slug=f"a{n}", kind="news") for n in range(1001))
    response = client.get("/en/news/")
    assert numbers(response, "kind") == {"news": None, "project": 1}


def test_each_active_filter_is_a_chip_that_can_be_taken_off_alone(client, news):
    response = client.get("/en/news/?species=saiga&species=argali&year=2016&q=article&page=1")
    chips = {chip.label: chip.without for chip in response.context["filter"].chips}
    assert sorted(chips.values()) == sorted(
        [
            "species=saiga&species=argali&year=2016",
            "species=argali&year=2016&q=article",
            "species=saiga&year=2016&q=article",
            "species=saiga&species=argali&q=article",
        ]
    )


def test_a_list_is_cut_into_pages_that_keep_the_filters(client):
    for _ in range(21):
        f.ArticleFactory(kind="project")
    first, second = client.get("/en/news/?kind=project"), client.get("/en/news/?kind=project&page=2")
    assert (len(shown(first)), len(shown(second)), shown(first) & shown(second)) == (20, 1, set())
    assert "kind=project&amp;page=2" in first.content.decode()


def test_a_wrong_value_keeps_what_was_typed(client, news):
    response = client.get("/en/news/?q=saiga&year=nonsense")
    assert response.status_code == 400
    assert 'value="saiga"' in response.content.decode()
