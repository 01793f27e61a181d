"""Each constraint is broken once: the database refuses, and an editor reads why, beside the right field."""

import datetime

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint

from contacts.models import Partnership
from events.models import Document, Participant
from events.models import Part as EventPart
from news.models import Part as ArticlePart
from publishing.models import FormerSlug, LinkUse, OutdatedTranslation, PhotoCredit, Picture, SearchEntry, SearchName
from species.models import (
    FocalPoint,
    Identifier,
    Listing,
    Membership,
    Range,
    RangeState,
)
from tests import factories as f

pytestmark = pytest.mark.django_db
DAY, LATER = datetime.date(2016, 8, 22), datetime.date(2016, 8, 26)
AFTER = f.PAST + datetime.timedelta(days=1)


def publishable(factory, title="title"):
    """The three constraints that every publishable model has."""
    label = factory._meta.model._meta.label_lower.replace(".", "_")
    untitled = {f"{title}_en": "", f"{title}_ru": "", "slug": "untitled"}
    before = f.PAST - datetime.timedelta(days=1)
    return [
        (f"{label}_has_a_title", f"{title}_en", lambda: factory.build(**untitled)),
        (f"{label}_expires_after_publication", "expires_at", lambda: factory.build(slug="x", expires_at=before)),
        (
            f"{label}_withdrawn_after_publication",
            "withdrawn_at",
            lambda: factory.build(slug="x", published_at=None, withdrawn_at=f.PAST),
        ),
    ]


def again(row, **fields):
    """A second row with the values of ``row`` in ``fields``."""
    return type(row)(**{name: getattr(row, name) for name in fields.pop("same")}, **fields)


def species_fact(factory, **fields):
    return again(factory(), same=["species", "number", "source"], **fields)


def fact(model, **fields):
    return model(source=f.SourceFactory(), **fields)


def event_with(**fields):
    return f.EventFactory.build(slug="x", **fields)


def itself():
    event = f.EventFactory()
    event.part_of = event
    return event


def organisation_of_itself():
    organisation = f.OrganisationFactory()
    organisation.part_of = organisation
    return organisation


def state(**fields):
    return RangeState(
        country=f.CountryFactory(), source=f.SourceFactory(), **{"tile_column": 9, "tile_row": 9} | fields
    )


def second(model, **fields):
    model.objects.create(**fields)
    return model(**fields)


CASES = [
    *publishable(f.ArticleFactory),
    *publishable(f.EventFactory),
    *publishable(f.InstrumentFactory),
    *publishable(f.PageFactory),
    *publishable(f.SpeciesFactory, "name"),
    ("contacts_country_code_is_iso", "code", lambda: f.CountryFactory.build(code="kz")),
    (
        "contacts_partnership_numbered",
        "__all__",
        lambda: second(Partnership, organisation=f.OrganisationFactory(), number=1, title_en="x"),
    ),
    ("contacts_organisation_not_part_of_itself", "part_of", organisation_of_itself),
    ("contacts_person_died_not_before_born", "died", lambda: f.PersonFactory.build(born=LATER, died=DAY)),
    ("contacts_assignment_numbered", "__all__", lambda: again(f.AssignmentFactory(), same=["role", "number"])),
    (
        "contacts_assignment_end_not_before_start",
        "end",
        lambda: f.AssignmentFactory.build(role=f.RoleFactory(), person=None, start=LATER, end=DAY),
    ),
    (
        "species_rangestate_one_tile_each",
        "__all__",
        lambda: again(f.RangeStateFactory(), same=["tile_column", "tile_row", "source"], country=f.CountryFactory()),
    ),
    (
        "species_rangestate_since_only_for_parties",
        "party_since",
        lambda: state(status="non-party", party_since=DAY),
    ),
    ("species_rangestate_tile_column_on_the_map", "tile_column", lambda: state(tile_column=13)),
    ("species_rangestate_tile_row_on_the_map", "tile_row", lambda: state(tile_row=0)),
    ("species_assessment_numbered", "__all__", lambda: species_fact(f.AssessmentFactory, category="CR")),
    (
        "species_assessment_one_current",
        "__all__",
        lambda: again(f.AssessmentFactory(number=1), same=["species", "source", "current"], number=2, category="CR"),
    ),
    ("species_listing_numbered", "__all__", lambda: species_fact(f.ListingFactory, appendix="I")),
    (
        "species_listing_until_not_before_year",
        "until",
        lambda: fact(Listing, species=f.SpeciesFactory(), appendix="I", year=2017, until=2016),
    ),
    ("species_membership_numbered", "__all__", lambda: species_fact(f.MembershipFactory, status="current")),
    (
        "species_membership_until_not_before_year",
        "until",
        lambda: fact(Membership, species=f.SpeciesFactory(), status="former", year=2017, until=2016),
    ),
    (
        "species_membership_current_has_no_end",
        "status",
        lambda: fact(Membership, species=f.SpeciesFactory(), status="current", until=2020),
    ),
    (
        "species_identifier_one_per_scheme",
        "__all__",
        lambda: second(Identifier, species=f.SpeciesFactory(), source=f.SourceFactory(), scheme="gbif", value="1"),
    ),
    (
        "species_range_once_per_state",
        "__all__",
        lambda: again(f.RangeFactory(), same=["species", "state", "source"]),
    ),
    ("species_focalpoint_numbered", "__all__", lambda: species_fact(f.FocalPointFactory)),
    (
        "species_focalpoint_end_not_before_start",
        "end",
        lambda: fact(FocalPoint, species=f.SpeciesFactory(), start=LATER, end=DAY),
    ),
    ("events_event_end_not_before_start", "end", lambda: event_with(start=LATER, end=DAY)),
    ("events_event_start_with_end", "start", lambda: event_with(start=None, end=DAY)),
    ("events_event_deadline_is_one_day", "end", lambda: event_with(kind="deadline", start=DAY, end=LATER)),
    ("events_event_times_have_a_zone", "time_zone", lambda: event_with(start_time=datetime.time(9))),
    (
        "events_event_times_need_an_exact_day",
        "start_time",
        lambda: event_with(
            start_precision="month", end_precision="month", start_time=datetime.time(9), time_zone="Asia/Dushanbe"
        ),
    ),
    ("events_event_not_part_of_itself", "part_of", itself),
    (
        "events_part_once",
        "__all__",
        lambda: second(EventPart, event=f.EventFactory(), organisation=f.OrganisationFactory(), part="host"),
    ),
    (
        "events_participant_once",
        "__all__",
        lambda: second(Participant, event=f.EventFactory(), person=f.PersonFactory()),
    ),
    (
        "events_document_numbered",
        "__all__",
        lambda: second(Document, event=f.EventFactory(), number=1, title_en="x", link="https://www.cms.int"),
    ),
    ("events_document_file_or_link", "file", lambda: Document(event=f.EventFactory(), number=1, title_en="x")),
    (
        "news_part_once",
        "__all__",
        lambda: second(ArticlePart, article=f.ArticleFactory(), organisation=f.OrganisationFactory(), part="subject"),
    ),
    ("publishing_picture_focus_inside", "__all__", lambda: Picture(file="pictures/x.jpg", focus_x=101)),
    (
        "publishing_photocredit_numbered",
        "__all__",
        lambda: second(PhotoCredit, source=f.SourceFactory(), number=1, text="x"),
    ),
]


def stored(row):
    """Store ``row`` as it is, past every method that might mend it."""
    with transaction.atomic():
        row.save_base(force_insert=row.pk is None)


@pytest.mark.parametrize(("name", "field", "broken"), CASES, ids=[name for name, *_ in CASES])
def test_the_database_refuses_and_the_editor_reads_why(name, field, broken):
    row = broken()
    constraint = next(c for c in row._meta.constraints if c.name == name)
    # SQLite names the constraint for checks, and the columns for what must be unique.
    named = connection.vendor == "postgresql" or isinstance(constraint, CheckConstraint)
    with pytest.raises(IntegrityError, match=name if named else "UNIQUE"):
        stored(row)
    with pytest.raises(ValidationError) as error:
        row.validate_constraints()
    assert [str(constraint.violation_error_message)] == error.value.message_dict[field]


def test_every_constraint_of_the_portal_is_broken_above():
    own = ("publishing", "contacts", "species", "events", "news")
    kept = (FormerSlug, LinkUse, OutdatedTranslation, SearchEntry, SearchName)  # tables without forms
    models = [model for model in apps.get_models() if model._meta.app_label in own and model not in kept]
    assert {c.name for model in models for c in model._meta.constraints} == {name for name, *_ in CASES}


def test_a_fact_without_a_source_is_refused():
    with pytest.raises(IntegrityError):
        stored(Range(species=f.SpeciesFactory(), state=f.RangeStateFactory(), presence="resident"))


def test_a_person_in_use_is_not_deleted():
    assignment = f.AssignmentFactory()
    with pytest.raises(IntegrityError, match="protected"):
        assignment.person.delete()
