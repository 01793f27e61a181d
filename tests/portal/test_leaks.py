"""What is not live leaks through no door: there is one item of every kind in every state, related to everything."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from contacts.models import OrganisationPart
from events.models import Deadline, Document
from events.models import Part as EventPart
from news.models import Article
from news.models import Part as ArticlePart
from publishing.models import PreviewLink
from tests import factories as f

pytestmark = pytest.mark.django_db
FACTORIES = {
    "article": f.ArticleFactory,
    "event": f.EventFactory,
    "species": f.SpeciesFactory,
    "instrument": f.InstrumentFactory,
    "page": f.PageFactory,
}
TITLES = {"species": "name"}


class World:
    """One item of each kind in one state, all related to each other and to what is always public."""

    def __init__(self, state, fields, state_row, organisation):
        for kind, factory in FACTORIES.items():
            title = TITLES.get(kind, "title")
            mark = f"{state}-{kind}"
            texts = {f"{title}_en": f"Mark {mark}", f"{title}_ru": f"Знак {mark}", "summary_en": f"Mark {mark}"}
            more = {"place": "header"} if kind == "page" else {}
            setattr(self, kind, factory(**fields, **texts, **more, slug=mark))
            f.ChangeNoteFactory(item=getattr(self, kind), text_en=f"Mark {mark}")
        self.organisation, self.state_row = organisation, state_row
        f.RangeFactory(species=self.species, state=state_row)
        f.MembershipFactory(species=self.species)
        EventPart.objects.create(event=self.event, organisation=organisation, part=OrganisationPart.Part.HOST)
        ArticlePart.objects.create(article=self.article, organisation=organisation, part=OrganisationPart.Part.SUBJECT)
        Document.objects.create(event=self.event, title_en=f"Mark {state}", file=ContentFile(b"%PDF-1.4", name="x.pdf"))

    def relate(self, others):
        self.article.events.add(*[other.event for other in others])
        for item in (self.article, self.event, self.instrument):
            item.species.add(*[other.species for other in others])
            item.states.add(self.state_row)
        for item in (self.article, self.event):
            item.instruments.add(*[other.instrument for other in others])


@pytest.fixture(scope="module")
def worlds(django_db_setup, django_db_blocker, tmp_path_factory):
    """Made once: what a test changes of it is undone with the test."""
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with media, django_db_blocker.unblock(), translation.override("en"), transaction.atomic():
        yield made_worlds()
        transaction.set_rollback(True)


def made_worlds():
    state_row = f.RangeStateFactory(country=f.CountryFactory(code="KZ"))
    organisation = f.OrganisationFactory(slug="public", country=state_row.country)
    f.RoleFactory(slug="public", organisation=organisation)
    worlds = {state: World(state, fields, state_row, organisation) for state, fields in f.states().items()}
    for world in worlds.values():
        world.relate(worlds.values())
    live = worlds["live"]
    for state, hidden in worlds.items():
        if state != "live":
            type(hidden.event).objects.filter(pk=hidden.event.pk).update(part_of=live.event)
            Deadline.objects.create(event=hidden.event, serves=live.event)
    Deadline.objects.create(event=live.event, serves=worlds["draft"].event)
    type(live.event).objects.filter(pk=live.event.pk).update(part_of=worlds["draft"].event)
    return worlds


LISTS = [
    "",
    "news/",
    "events/",
    "events/2016/",
    "events/2016/8/",
    "species/",
    "species/instruments/",
    "species/states/",
    "species/range/",
    "contacts/",
    "contacts/organisations/",
    "changes/",
    "sources/",
]
ITEMS = [
    "news/{}-article/",
    "events/{}-event/",
    "events/{}-event/documents/1/",
    "events/{}-event/event.ics",
    "species/{}-species/",
    "species/instruments/{}-instrument/",
    "{}-page/",
]
NO_FEED = "species/range/feed.atom"
HUBS = ["species/states/kz/", "contacts/organisations/public/", "contacts/public/"]
CARDS = ["contacts/public/contact.vcf", "contacts/organisations/public/contact.vcf"]
SEARCHES = [
    *["search/", "search/?q=mark", "search/?q=знак", "search/?q=expired", "search/?kind=event", "search/?q=markk"],
    "news/?q=mark",
    "events/?q=mark",
    "species/?q=mark",
    "events/?when=past",
    "events/2016/?q=mark",
    "events/2015/",
    "species/?state=KZ",
    "news/?state=KZ",
    "changes/?species=live-species",
]
DATA = [
    "news",
    "events",
    "species",
    "ranges",
    "states",
    "instruments",
    "contacts",
    "organisations",
    "sources",
    "changes",
]
HIDDEN = ["draft", "submitted", "scheduled", "expired", "withdrawn"]


FORMS = [f"{path}{form}" for path in LISTS[1:-1] for form in ("feed.atom", "data.csv") if path + form != NO_FEED]
FORMS += [f"events/{period}calendar.ics" for period in ("", "2016/", "2016/8/")]
DOORS = [*LISTS, "data/", *HUBS, *CARDS, *SEARCHES, *(item.format("live") for item in ITEMS), *FORMS]
DOORS += ["news/informea.xml"]


def content(response):
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode(errors="replace")


def statuses(client, path):
    """What a path answers for an item of each state."""
    responses = {state: client.get(path.format(state)) for state in ["live", *HIDDEN]}
    return {state: response.status_code for state, response in responses.items() if content(response)}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_but_the_live_items_is_to_be_seen_through_any_door(client, worlds, language):
    for door in DOORS:
        response = client.get(f"/{language}/{door}")
        assert response.status_code == 200, door
        page = content(response)
        assert [state for state in HIDDEN if f"{state}-" in page] == [], door


def test_nothing_but_the_live_items_is_in_the_data(client, worlds):
    for name in DATA:
        data = client.get(f"/api/v1/{name}/").content.decode()
        assert [state for state in HIDDEN if f"{state}-" in data] == [], name
        assert "live-" in data or name in ("contacts", "organisations", "sources"), name


def test_nothing_but_the_live_items_is_in_the_open_data(worlds, settings, tmp_path):
    settings.DUMP_ROOT = tmp_path / "dump"
    call_command("dump", stdout=io.StringIO())
    texts = {path.name: path.read_text() for path in settings.DUMP_ROOT.glob("current/*/*")}
    assert len(texts) > 40
    for name, text in texts.items():
        assert [state for state in HIDDEN if f"{state}-" in text or f"Mark {state}" in text] == [], name
    assert [kind for kind in FACTORIES if f"live-{kind}" not in texts["portal.json"]] == []


def test_the_live_items_are_to_be_seen_there(client, worlds):
    lists = ["", "news/", "events/", "events/2016/", "events/2016/8/", "species/", "species/instruments/", "changes/"]
    for door in [*lists, *HUBS[:2], *ITEMS[:2], *ITEMS[3:]]:
        assert "Mark live-" in content(client.get(f"/en/{door.format('live')}")), door


@pytest.mark.parametrize("item", ITEMS)
def test_the_address_of_a_hidden_item_is_not_found(client, worlds, item):
    assert statuses(client, f"/en/{item}") == {"live": 200} | dict.fromkeys(HIDDEN, 404)


@pytest.mark.parametrize("kind", FACTORIES)
def test_who_is_shown_one_hidden_item_sees_no_other(client, worlds, kind):
    link = PreviewLink.objects.create(
        item=getattr(worlds["draft"], kind), note="Ministry", expires_at=f.states()["live"]["expires_at"]
    )
    page = content(client.get(link.get_absolute_url()))
    marks = [f"{state}-{kind}" for state in HIDDEN for kind in FACTORIES]
    assert [mark for mark in marks if mark in page] == [f"draft-{kind}"]


@pytest.mark.parametrize("path", ["news", "events", "species/instruments", "species/range", "changes"])
def test_a_hidden_species_is_no_choice_of_a_filter(client, worlds, path):
    assert statuses(client, f"/en/{path}/?species={{}}-species") == {"live": 200} | dict.fromkeys(HIDDEN, 400)


def test_counts_know_nothing_of_hidden_items(client, worlds):
    response = client.get("/en/news/")
    numbers = {option.number for field, options in response.context["filter"].facets for option in options}
    assert (len(response.context["object_list"]), numbers) == (1, {1})
    assert Article.objects.count() == 6


def test_the_range_states_count_live_species_only(client, worlds):
    counts = client.get("/en/species/states/").context["object_list"].values_list("country__code", "species_count")
    assert dict(counts) == {"KZ": 1}


def test_the_document_of_a_live_event_is_an_attachment(client, worlds):
    response = client.get("/en/events/live-event/documents/1/")
    assert response["Content-Disposition"] == 'attachment; filename="live-event-1.pdf"'
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert content(response) == "%PDF-1.4"


def test_no_address_of_an_expert_is_on_any_page(client, worlds):
    person = f.PersonFactory()
    f.PrivateContactFactory(person=person, email="private@example.org")
    live = worlds["live"]
    f.FocalPointFactory(species=live.species, person=person, name_public=True)
    f.FocalPointFactory(species=live.species, person=f.PersonFactory(family_name_en="Undisclosed"), number=2)
    live.article.people.add(person)
    person.organisation = live.organisation
    person.save()
    for door in DOORS:
        page = content(client.get(f"/en/{door}"))
        assert "private@" not in page
        assert "Undisclosed" not in page
    assert str(person) in content(client.get("/en/species/live-species/"))
