import pytest

from publishing.states import State
from tests.factories import ArticleFactory, EventFactory, InstrumentFactory, PageFactory, SpeciesFactory, states

pytestmark = pytest.mark.django_db
FACTORIES = [ArticleFactory, EventFactory, InstrumentFactory, PageFactory, SpeciesFactory]


@pytest.mark.parametrize("factory", FACTORIES)
def test_the_query_and_the_property_agree_on_every_state(factory):
    items = {state: factory(**fields) for state, fields in states().items()}
    assert {state: items[state].state for state in items} == {state: state for state in State.values}
    for state in State:
        assert list(factory._meta.model.objects.in_state(state)) == [items[state]]


@pytest.mark.parametrize("factory", FACTORIES)
def test_only_the_live_item_is_published(factory):
    items = {state: factory(**fields) for state, fields in states().items()}
    assert list(factory._meta.model.objects.published()) == [items["live"]]
