"""Small rows for tests: in both languages, and live unless a test says otherwise."""

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from contacts.models import Assignment, Country, Organisation, Person, PrivateContact, Role
from events.models import Event
from news.models import Article
from publishing.models import Page, Source
from species.models import Assessment, FocalPoint, Instrument, Listing, Membership, Range, RangeState, Species

PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def states():
    """What makes an item draft, submitted, scheduled, live, expired or withdrawn: ``{state: fields}``."""
    now = timezone.now()
    later = now + datetime.timedelta(days=1)
    return {
        "draft": {"published_at": None},
        "submitted": {"published_at": None, "submitted_at": PAST},
        "scheduled": {"published_at": later},
        "live": {"published_at": PAST, "expires_at": later},
        "expired": {"published_at": PAST, "expires_at": now - datetime.timedelta(seconds=1)},
        "withdrawn": {"published_at": PAST, "withdrawn_at": now},
    }


class PublishableFactory(DjangoModelFactory):
    published_at = PAST

    class Meta:
        abstract = True


class SourceFactory(DjangoModelFactory):
    slug = factory.Sequence(lambda n: f"source-{n}")
    title_en = factory.Sequence(lambda n: f"Source {n}")
    title_ru = factory.Sequence(lambda n: f"Источник {n}")

    class Meta:
        model = Source


class PageFactory(PublishableFactory):
    title_en = factory.Sequence(lambda n: f"Page {n}")
    title_ru = factory.Sequence(lambda n: f"Страница {n}")

    class Meta:
        model = Page


class CountryFactory(DjangoModelFactory):
    # No country that a test names begins with these letters.
    code = factory.Sequence(lambda n: f"{'QXY'[n // 26 % 3]}{chr(65 + n % 26)}")
    name_en = factory.Sequence(lambda n: f"Country {n}")
    name_ru = factory.Sequence(lambda n: f"Страна {n}")

    class Meta:
        model = Country


class OrganisationFactory(DjangoModelFactory):
    name_en = factory.Sequence(lambda n: f"Organisation {n}")
    name_ru = factory.Sequence(lambda n: f"Организация {n}")
    kind = "ngo"

    class Meta:
        model = Organisation


class PersonFactory(DjangoModelFactory):
    slug = factory.Sequence(lambda n: f"person-{n}")
    family_name_en = factory.Sequence(lambda n: f"Person {n}")
    family_name_ru = factory.Sequence(lambda n: f"Лицо {n}")

    class Meta:
        model = Person


class RoleFactory(DjangoModelFactory):
    title_en = factory.Sequence(lambda n: f"Role {n}")
    title_ru = factory.Sequence(lambda n: f"Функция {n}")
    organisation = factory.SubFactory(OrganisationFactory)

    class Meta:
        model = Role


class AssignmentFactory(DjangoModelFactory):
    role = factory.SubFactory(RoleFactory)
    person = factory.SubFactory(PersonFactory)
    number = factory.Sequence(lambda n: n + 1)

    class Meta:
        model = Assignment


class RangeStateFactory(DjangoModelFactory):
    country = factory.SubFactory(CountryFactory)
    source = factory.SubFactory(SourceFactory)
    status = "party"
    tile_column = factory.Sequence(lambda n: n % 12 + 1)
    tile_row = factory.Sequence(lambda n: n // 12 % 12 + 1)

    class Meta:
        model = RangeState


class SpeciesFactory(PublishableFactory):
    name_en = factory.Sequence(lambda n: f"Species {n}")
    name_ru = factory.Sequence(lambda n: f"Вид {n}")
    scientific_name = factory.Sequence(lambda n: f"Genus species{n}")
    group = "antelopes"
    habitat = "steppe"

    class Meta:
        model = Species


class FactFactory(DjangoModelFactory):
    species = factory.SubFactory(SpeciesFactory)
    source = factory.SubFactory(SourceFactory)

    class Meta:
        abstract = True


class AssessmentFactory(FactFactory):
    category = "NT"
    current = True

    class Meta:
        model = Assessment


class ListingFactory(FactFactory):
    appendix = "II"

    class Meta:
        model = Listing


class MembershipFactory(FactFactory):
    status = "current"
    since_cop = "COP11"
    year = 2014

    class Meta:
        model = Membership


class RangeFactory(FactFactory):
    state = factory.SubFactory(RangeStateFactory)
    presence = "resident"

    class Meta:
        model = Range


class FocalPointFactory(FactFactory):
    person = factory.SubFactory(PersonFactory)

    class Meta:
        model = FocalPoint


class InstrumentFactory(PublishableFactory):
    title_en = factory.Sequence(lambda n: f"Instrument {n}")
    title_ru = factory.Sequence(lambda n: f"Документ {n}")
    kind = "mou"

    class Meta:
        model = Instrument


class EventFactory(PublishableFactory):
    title_en = factory.Sequence(lambda n: f"Event {n}")
    title_ru = factory.Sequence(lambda n: f"Мероприятие {n}")
    kind = "workshop"
    start = datetime.date(2016, 8, 22)
    end = datetime.date(2016, 8, 26)

    class Meta:
        model = Event


class ArticleFactory(PublishableFactory):
    title_en = factory.Sequence(lambda n: f"Article {n}")
    title_ru = factory.Sequence(lambda n: f"Новость {n}")
    summary_en = "In short."
    summary_ru = "Кратко."
    date = datetime.date(2016, 11, 14)

    class Meta:
        model = Article


class PrivateContactFactory(DjangoModelFactory):
    person = factory.SubFactory(PersonFactory)
    email = "private@example.org"
    phone = "+7 000 000 00 00"

    class Meta:
        model = PrivateContact
