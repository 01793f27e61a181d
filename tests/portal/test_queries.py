"""A page costs the same number of queries however many rows it shows, and one more for each facet."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import OrganisationPart
from events.models import Part as EventPart
from events.models import Participant
from news.models import Part as ArticlePart
from publishing import keeping
from tests import factories as f

pytestmark = pytest.mark.django_db


class Items:
    """Rows of every kind, all related to the first ones."""

    def __init__(self):
        self.state = f.RangeStateFactory(country=f.CountryFactory(code="KZ"))
        self.organisation = f.OrganisationFactory(slug="o", country=self.state.country)
        self.role = f.RoleFactory(slug="r", organisation=self.organisation)
        self.first = None

    def add(self):
        species = f.SpeciesFactory(slug="s" if self.first is None else "")
        f.RangeFactory(species=species, state=self.state)
        event = f.EventFactory(slug="e" if self.first is None else "", country=self.state.country)
        instrument = f.InstrumentFactory(slug="i" if self.first is None else "")
        article = f.ArticleFactory(slug="a" if self.first is None else "")
        self.first = self.first or (species, event, instrument, article)
        one_species, one_event, one_instrument, one_article = self.first
        for item in (article, event, instrument):
            item.species.add(species, one_species)
            item.states.add(self.state)
        for item in (article, event):
            item.instruments.add(instrument, one_instrument)
        one_instrument.species.add(species)
        for item in (article, one_article):
            item.species.add(species)
            item.events.add(event, one_event)
        one_event.articles.add(article)
        one_event.species.add(species)
        person = f.PersonFactory(organisation=self.organisation)
        one_article.people.add(person)
        Participant.objects.create(event=one_event, person=person)
        f.AssignmentFactory(role=self.role, person=person)
        f.RoleFactory(organisation=self.organisation)
        part = {"organisation": f.OrganisationFactory(country=self.state.country), "part": OrganisationPart.Part.HOST}
        EventPart.objects.create(event=one_event, **part)
        ArticlePart.objects.create(article=one_article, **part)
        EventPart.objects.create(event=event, organisation=self.organisation, part="organiser")
        ArticlePart.objects.create(article=article, organisation=self.organisation, part="subject")
        for factory in (f.AssessmentFactory, f.ListingFactory, f.MembershipFactory, f.FocalPointFactory):
            extra = {"current": False} if factory is f.AssessmentFactory else {}
            factory(species=one_species, number=species.pk + 1, **extra)
            factory(species=species, number=900 + species.pk)
        f.RangeFactory(species=one_species, state=f.RangeStateFactory())
        for item in (article, one_article, event, one_event, species, one_species, instrument, one_instrument):
            f.ChangeNoteFactory(item=item)


LISTS = [
    "news/",
    "events/",
    "events/2016/",
    "events/2016/8/",
    "species/",
    "species/states/",
    "species/range/",
    "species/instruments/",
    "contacts/",
    "contacts/organisations/",
    "changes/",
]
SEARCHES = ["search/", "search/?q=article", "search/?q=artcle&species=s&state=KZ&year=2016&kind=article"]
ITEMS = [
    "news/a/",
    "events/e/",
    "events/e/event.ics",
    "species/s/",
    "species/states/kz/",
    "species/instruments/i/",
    "contacts/r/",
    "contacts/organisations/o/",
    "contacts/r/contact.vcf",
    "contacts/organisations/o/contact.vcf",
    "contacts/report/?page=/en/news/a/",
    "news/informea.xml",
    "data/api/",
]


FORMS = [f"/en/{path}{form}" for path in LISTS for form in ("feed.atom", "data.csv")]
FORMS += [f"/en/events/{period}calendar.ics" for period in ("", "2016/", "2016/8/")]
FORMS.remove("/en/species/range/feed.atom")
FILTERED = ["news/?species=s&state=KZ&year=2016&q=article", "changes/?since=2020-01-01&species=s&section=news"]
DATA = ["news", "events", "species", "ranges", "states", "instruments", "contacts", "organisations", "changes"]


DOORS = [f"/en/{path}" for path in ["", *LISTS, *ITEMS, "sources/", "data/", *FILTERED, *SEARCHES]]
DOORS += [*FORMS, *(f"/api/v1/{name}/" for name in DATA)]


def queries_of(client, path):
    """Of the first page after an edit, for which nothing is kept yet."""
    keeping.forget()
    with CaptureQueriesContext(connection) as queries:
        assert (path, client.get(path).status_code) == (path, 200)
    return len(queries)


def test_more_rows_cost_no_more_queries(client):
    items = Items()
    items.add()
    items.add()
    for path in DOORS:
        client.get(path)  # content types are looked up once in a process
    before = {path: queries_of(client, path) for path in DOORS}
    items.add()
    items.add()
    client.get("/en/")  # when something turns next is looked up once after an edit
    assert {path: queries_of(client, path) for path in DOORS} == before
    assert {path: number for path, number in before.items() if number > 25} == {}
