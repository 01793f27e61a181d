from django.db.models import Prefetch
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from contacts.records import NAMES, names_of
from publishing.records import (
    ADDRESSES,
    ID,
    IN_LANGUAGES,
    KEY,
    LANGUAGES,
    TEXT,
    URL,
    Record,
    addresses,
    key,
    keys,
    listed,
    nullable,
    plain,
    said,
    texts,
    translated,
    with_properties,
)
from publishing.wording import day_in_words, in_some_language

from .models import FocalPoint, Identifier, Instrument, Listing, Membership, Range, RangeState, RedList, Species

YEAR = nullable({"type": "integer"})
# What every fact says of itself; one with a scope is about another taxon than the species, and says so there.
PROVENANCE = {"source": KEY, "verified": {"type": "boolean"}, "note": IN_LANGUAGES}
SCOPED = {"scope": IN_LANGUAGES, **PROVENANCE}
RED_LIST = with_properties(category={"type": "string", "enum": RedList.values}, year=YEAR, **SCOPED)
LISTING = with_properties(
    appendix={"type": "string", "enum": Listing.Appendix.values}, since=YEAR, until=YEAR, **SCOPED
)
MEMBERSHIP = with_properties(
    status={"type": "string", "enum": Membership.Status.values}, since=YEAR, until=YEAR, **PROVENANCE
)
IDENTIFIER = with_properties(scheme={"type": "string", "enum": Identifier.Scheme.values}, value=TEXT, **PROVENANCE)
POINT = with_properties(name=nullable(NAMES))


def provenance(fact):
    """Where a fact is from and what has to be said with it: for ``PROVENANCE`` and ``SCOPED``."""
    scope = {"scope": texts(fact, "scope")} if hasattr(fact, "scope") else {}
    return scope | {"source": fact.source.slug, "verified": fact.verified, "note": texts(fact, "note")}


def red_list(species, site):
    found = [one for one in species.assessments.all() if one.current]
    return {"category": found[0].category, "year": found[0].year, **provenance(found[0])} if found else None


def listings(species, site):
    return [
        {"appendix": one.appendix, "since": one.year, "until": one.until, **provenance(one)}
        for one in species.listings.all()
    ]


def memberships(species, site):
    return [
        {"status": one.status, "since": one.year, "until": one.until, **provenance(one)}
        for one in species.memberships.all()
    ]


def living(species, site):
    return sorted(one.state.country.code for one in species.ranges.all() if one.is_living)


def identifiers(species, site):
    return [{"scheme": one.scheme, "value": one.value, **provenance(one)} for one in species.identifiers.all()]


def focal_points(species, site):
    """As many as there are; the names of those only who agreed, and no address of anybody."""
    points = species.focalpoints.all()
    return [{"name": names_of(one.person) if one.public_name else None} for one in points]


class SpeciesRecord(Record):
    name = "species"
    about = _("The species that the initiative works for.")
    model = Species
    category_columns = ("group", "states")
    declared = [
        ID, plain("slug"), URL, *translated("name", "other_names"), plain("scientific_name"), plain("family"),
        plain("order"), plain("group"), plain("habitat"), *translated("summary", "body"),
        said("red_list", _("Red List category in force"), nullable(RED_LIST), red_list,
             prefetch=lambda: ["assessments__source"]),
        said("listings", _("Appendices of CMS"), listed(LISTING), listings, prefetch=lambda: ["listings__source"]),
        said("memberships", _("memberships of CAMI"), listed(MEMBERSHIP), memberships,
             prefetch=lambda: ["memberships__source"]),
        said("states", _("Range States in which it lives or may live"), listed(KEY), living,
             prefetch=lambda: [Prefetch("ranges", Range.objects.select_related("state__country"))]),
        said("identifiers", _("identifiers in other databases"), listed(IDENTIFIER), identifiers,
             prefetch=lambda: ["identifiers__source"]),
        said("focal_points", _("Species Focal Points"), listed(POINT), focal_points,
             prefetch=lambda: [Prefetch("focalpoints", FocalPoint.objects.current().select_related("person"))]),
        key("source"), plain("published_at", always=True), plain("changed"),
    ]  # fmt: skip

    @classmethod
    def lead(cls, item):
        return item.scientific_name


class InstrumentRecord(Record):
    name = "instruments"
    about = _("Memoranda, plans, programmes and guidelines that governments agreed.")
    model = Instrument
    declared = [
        ID, plain("slug"), URL, *translated("title", "short_title"), plain("kind"), plain("adopted"),
        plain("adopted_precision"), plain("link"), *translated("summary", "body"), keys("species"),
        keys("states", "country__code"), key("source"), plain("published_at", always=True), plain("changed"),
    ]  # fmt: skip

    @classmethod
    def lead(cls, item):
        return day_in_words(item.adopted, item.adopted_precision) if item.adopted else ""


class StateRecord(Record):
    name = "states"
    about = _("The Range States and their standing towards CMS.")
    model = RangeState
    summary_field = "participation"
    category_columns = ("status",)
    declared = [
        ID, said("code", _("ISO code"), KEY, lambda state, site: state.country.code, prefetch=lambda: ["country"]), URL,
        said("name", _("short name"), IN_LANGUAGES,
             lambda state, site: texts(state.country, "name"), LANGUAGES),
        said("official_name", _("official name"), IN_LANGUAGES,
             lambda state, site: texts(state.country, "official_name"), LANGUAGES),
        plain("status"), plain("party_since"), plain("party_since_precision"), *translated("participation"),
        said("species", _("species that live or may live there"), listed(KEY),
             lambda state, site: sorted(one.species.slug for one in state.ranges.all() if one.is_living),
             prefetch=lambda: [Prefetch("ranges", Range.objects.published().select_related("species"))]),
        key("source", always=True), plain("year"), plain("verified"), *translated("note"), plain("changed"),
    ]  # fmt: skip

    @classmethod
    def title_of(cls, state):
        return in_some_language(state.country, "name")

    @classmethod
    def lead(cls, state):
        return capfirst(state.get_status_display())


class RangeRecord(Record):
    """The matrix, a row for each cell."""

    name = "ranges"
    about = _("Which species lives where: a row for each species and Range State.")
    model = Range
    declared = [
        key("species", always=True),
        said("scientific_name", _("scientific name"), TEXT, lambda row, site: row.species.scientific_name,
             prefetch=lambda: ["species"]),
        said("species_name", _("name of the species"), IN_LANGUAGES,
             lambda row, site: texts(row.species, "name"), LANGUAGES),
        said("state", _("Range State"), KEY, lambda row, site: row.state.country.code,
             prefetch=lambda: ["state__country"]),
        said("state_name", _("name of the Range State"), IN_LANGUAGES,
             lambda row, site: texts(row.state.country, "name"),
             LANGUAGES),
        plain("presence"), key("source", always=True), plain("year"), plain("verified"), *translated("note"),
        said("url", _("page"), ADDRESSES, lambda row, site: addresses(row.species, site), LANGUAGES),
    ]  # fmt: skip
