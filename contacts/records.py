from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from publishing.records import (
    ID,
    IN_LANGUAGES,
    KEY,
    TEXT,
    URL,
    Record,
    in_each_language,
    key,
    keys,
    listed,
    nullable,
    plain,
    said,
    translated,
    with_properties,
)

from .models import Assignment, Organisation, OrganisationPart, Role

NAMES = IN_LANGUAGES
PART = with_properties(part={"type": "string", "enum": OrganisationPart.Part.values}, organisation=KEY)


def names_of(person):
    """The name of a person in each language, as pages write it; nothing else of people goes out."""
    return in_each_language(lambda: str(person))


def parts(name):
    """The organisations of an item, each with the part that it has."""

    def read(item, site):
        return [{"part": row.part, "organisation": row.organisation.slug} for row in getattr(item, name).all()]

    return said("organisations", _("organisations"), listed(PART), read, prefetch=lambda: [f"{name}__organisation"])


class OrganisationRecord(Record):
    name = "organisations"
    about = _("Organisations, and how to reach them.")
    model = Organisation
    summary_field = "about"
    declared = [
        ID, plain("slug"), URL, *translated("name"), plain("acronym"), plain("kind"), *translated("about"),
        key("part_of"), key("country", "code"), plain("website"), *translated("address"), plain("phones"), plain("fax"),
        plain("email"), key("source"), plain("changed"),
    ]  # fmt: skip


class RoleRecord(Record):
    """With the names of those who are in charge today, where the page may say so, and never with their addresses."""

    name = "contacts"
    about = _("Whom to ask: roles, and who is in charge of them today.")
    model = Role
    summary_field = "about"
    declared = [
        ID, plain("slug"), URL, *translated("title"), plain("kind"), *translated("about"),
        key("organisation", always=True), keys("topics"),
        said("email", _("e-mail"), nullable(TEXT), lambda role, site: role.email or None,
             prefetch=lambda: ["organisation"]),
        said("in_charge", _("in charge today"),
             listed(with_properties(name=nullable(NAMES), acting={"type": "boolean"})),
             lambda role, site: [{"name": one.person and names_of(one.person), "acting": one.acting}
                                 for one in role.in_charge],
             prefetch=lambda: [Prefetch("assignments", Assignment.objects.select_related("person"))]),
        plain("changed"),
    ]  # fmt: skip
