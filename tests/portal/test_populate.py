"""What is made up for measuring costs what real content costs: it is stored as a save would store it."""

import pytest
from django.core.management import CommandError, call_command

from cami_portal.management.commands import populate
from events.models import Event
from news.models import Article
from publishing.links import LinkUse
from publishing.search.index import SearchEntry, SearchWord
from publishing.states import State
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    for code in ("KZ", "MN"):
        f.RangeStateFactory(country=f.CountryFactory(code=code))
    f.SpeciesFactory(name_en="Saiga", name_ru="Сайгак")
    f.SpeciesFactory(name_en="Argali", name_ru="Аргали")
    f.OrganisationFactory()


def made_up():
    return [item for model in (Article, Event) for item in model.objects.filter(slug__startswith="populated-")]


def stored():
    """All that is kept of the items, but when they were last saved and the numbers of rows."""
    own = {
        (model.__name__, row["slug"]): {name: value for name, value in row.items() if name != "changed"}
        for model in (Article, Event)
        for row in model.objects.values()
    }
    entries = {(row["kind"], row["object_id"]): row for row in SearchEntry.objects.values()}
    for row in entries.values():
        del row["id"]
    words = set(SearchWord.objects.values_list("word", "backwards", "stem"))
    return own, entries, words, LinkUse.objects.count()


def test_made_up_items_are_stored_as_a_save_stores_them(world):
    call_command("populate", articles=40, events=20, verbosity=0)
    bulk = stored()
    assert len(made_up()) == 60
    for item in made_up():
        item.full_clean()
        item.save()
    assert stored() == bulk


def test_made_up_items_are_in_every_state_that_time_brings_and_related(world):
    call_command("populate", articles=200, events=1, verbosity=0)
    articles = Article.objects.filter(slug__startswith="populated-")
    states = [article.state for article in articles]
    assert set(states) == {State.DRAFT, State.SCHEDULED, State.LIVE, State.EXPIRED, State.WITHDRAWN}
    assert states.count(State.LIVE) > 170
    assert {bool(article.title_ru) for article in articles} == {True, False}
    assert len({article.date.year for article in articles}) > 15
    for article in articles:
        assert article.species.exists() and article.states.exists() and article.organisations.exists()


def test_a_second_run_adds_what_is_missing_and_changes_nothing(world):
    call_command("populate", articles=3, events=2, verbosity=0)
    before = stored()[0]
    call_command("populate", articles=5, events=2, verbosity=0)
    after = stored()[0]
    assert (len(before), len(after)) == (5, 7)
    assert before.items() <= after.items()


def test_a_text_that_would_not_be_stored_as_it_is_stops_it(world, monkeypatch):
    monkeypatch.setattr(populate, "SENTENCES", [("Two  spaces {n}", "Два пробела {n}")])
    with pytest.raises(CommandError, match="Two  spaces"):
        call_command("populate", articles=1, events=0, verbosity=0)
