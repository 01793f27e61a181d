"""The tables of the dump: the records of all lists, and what items hold beside them."""

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cami_portal.api import VIEWS
from cami_portal.changes import ChangeList
from contacts.models import Assignment, Country, Partnership, Topic
from contacts.records import NAMES, names_of
from events.models import Document, Participant
from publishing.models import Page, PhotoCredit
from publishing.records import ID, TEXT, URL, Record, key, plain, said, translated
from species.models import Assessment, Identifier, Listing, Membership

FACT = [plain("year"), plain("verified"), *translated("note"), key("source")]
SPECIES = [
    key("species"),
    said("scientific_name", _("scientific name"), TEXT, lambda row, site: row.species.scientific_name,
         prefetch=lambda: ["species"]),
]  # fmt: skip


def holder(row, site):
    """The name of the person, and nothing else of people."""
    return names_of(row.person) if row.person else {"en": None, "ru": None}


def place(document, site):
    """Where readers get a document: its own address, or that of the portal's copy."""
    with translation.override("en"):
        return document.link or site + document.get_absolute_url()


PERSON = said("person", _("person"), NAMES, holder, ["en", "ru"], prefetch=lambda: ["person"])


class AssessmentRecord(Record):
    name = "assessments"
    about = _("Red List assessments, former ones too.")
    model = Assessment
    declared = [*SPECIES, plain("number"), plain("category"), plain("current"), *translated("scope"), *FACT]


class ListingRecord(Record):
    name = "listings"
    about = _("Where species stand, or stood, in the Appendices of CMS.")
    model = Listing
    declared = [*SPECIES, plain("number"), plain("appendix"), plain("cop"), plain("until"), *translated("scope"), *FACT]


class MembershipRecord(Record):
    name = "memberships"
    about = _("Since when, and until when, species belong to CAMI.")
    model = Membership
    declared = [
        *SPECIES, plain("number"), plain("status"), plain("since_cop"), plain("until"), *translated("decision"), *FACT,
    ]  # fmt: skip


class IdentifierRecord(Record):
    name = "identifiers"
    about = _("The numbers under which other databases know the species.")
    model = Identifier
    declared = [
        *SPECIES, plain("scheme"), plain("value"),
        said("url", _("link"), {"type": "string", "format": "uri"}, lambda row, site: row.url), *FACT,
    ]  # fmt: skip


class CountryRecord(Record):
    name = "countries"
    about = _("Countries as the United Nations name them.")
    model = Country
    declared = [plain("code"), *translated("name", "official_name")]


class PartnershipRecord(Record):
    name = "partnerships"
    about = _("What organisations signed with CMS.")
    model = Partnership
    declared = [
        key("organisation"), plain("number"), *translated("title"), plain("signed"), plain("signed_precision"),
        *translated("place"), key("source"),
    ]  # fmt: skip


class TopicRecord(Record):
    name = "topics"
    about = _("What people ask about; the contacts name them.")
    model = Topic
    declared = [plain("slug"), *translated("name")]


class AssignmentRecord(Record):
    name = "assignments"
    about = _("Who held which role, as it was recorded; no addresses of people.")
    model = Assignment
    declared = [
        key("role"), plain("number"), PERSON, plain("acting"), plain("start"), plain("start_precision"), plain("end"),
        plain("end_precision"), plain("confirmed"), *translated("note"), key("source"),
    ]  # fmt: skip


class ParticipantRecord(Record):
    name = "participants"
    about = _("People who took part in meetings, and as what.")
    model = Participant
    declared = [key("event"), PERSON, *translated("capacity")]


class DocumentRecord(Record):
    name = "documents"
    about = _("The documents of meetings, as links; the files themselves stay on the portal.")
    model = Document
    declared = [
        key("event"), plain("number"), *translated("title"), plain("kind"), plain("language"),
        said("url", _("link"), {"type": "string", "format": "uri"}, place, prefetch=lambda: ["event"]),
    ]  # fmt: skip


class PageRecord(Record):
    name = "pages"
    about = _("The standing pages.")
    model = Page
    declared = [
        ID, plain("slug"), URL, *translated("title", "summary", "body"), key("source"), plain("published_at"),
        plain("changed"),
    ]  # fmt: skip


class PhotoCreditRecord(Record):
    name = "photo-credits"
    about = _("Credits that documents give for pictures which the portal does not show.")
    model = PhotoCredit
    declared = [key("source"), plain("number"), *translated("subject"), plain("text")]


# The lists of the portal, but for what changed on it: the history stays where it was made.
LISTS = [view for view in VIEWS if view is not ChangeList]
RECORDS = [
    *(view.record for view in LISTS),
    AssessmentRecord, ListingRecord, MembershipRecord, IdentifierRecord, CountryRecord, PartnershipRecord,
    AssignmentRecord, TopicRecord, ParticipantRecord, DocumentRecord, PageRecord, PhotoCreditRecord,
]  # fmt: skip
