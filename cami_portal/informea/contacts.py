"""The Secretariat's roles and the Species Focal Points as InforMEA names their properties.

A contact is an office and not a person: who holds two has two rows, and a row stays when its holder changes.
"""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from contacts.models import Role
from contacts.views import ASSIGNMENTS
from species.models import FocalPoint, Species

from .meetings import LONG, line, three_letters


@dataclass
class Contact:
    """``row`` is ``None`` where InforMEA does not get it; ``kept`` says why. ``item`` is what its form is of."""

    item: object
    name: str
    row: dict | None = None
    kept: str = ""


def row(key, *, position, institution, type_, country, updated, person=None, **reach):
    """``reach`` is how the page of a role says that it is reached; a focal point has none."""
    return {
        "protocolVersion": 1,
        "id": str(key),
        "treaties": [settings.INFORMEA_TREATY],
        "country": three_letters(country.code),
        "prefix": line(person.honorific, LONG) if person else None,
        "firstName": line(person.given_name, LONG) if person else None,
        "lastName": line(person.family_name, LONG) if person else None,
        "position": line(position, LONG),
        "institution": line(institution, LONG),
        "department": None,
        "type": type_,
        "address": line(reach.get("address"), LONG),
        "email": reach.get("email") or None,
        "phoneNumber": line(reach.get("phone"), LONG),
        "fax": line(reach.get("fax"), LONG),
        "primary": 0,
        "updated": updated,
    }


def of_role(role):
    """Named after who is in charge today, if one person is, as its card for address books is."""
    office, in_charge = role.organisation, role.in_charge
    if not office.country or not three_letters(office.country.code):
        return Contact(role, role.title, kept=_("The country of the organisation is not recorded."))
    named = [assignment for assignment in in_charge if assignment.person]
    one = named[0] if len(named) == 1 else None
    position = role.title
    if one and one.acting:
        position = f"{position} (acting)"
    elif in_charge and not named:
        position = f"{position} (vacant or not yet named)"
    sent = row(
        role.uuid,
        position=position,
        institution=office.name,
        type_="Secretariat",
        country=office.country,
        updated=max(role.changed, office.changed),
        person=one and one.person,
        address=", ".join(office.address.splitlines()),
        email=(one and one.email) or role.email,
        phone=(one and one.phone) or next((phone for phone, dialled in office.phone_list), ""),
        fax=office.fax,
    )
    return Contact(role, role.title, sent)


def of_focal_point(point):
    """Only with a name that may be shown, for the country is that of the person; and without any address."""
    species, person = point.species, point.person
    name = f"Species Focal Point: {species.name}"
    country = person and person.organisation and person.organisation.country
    if not person:
        return Contact(species, name, kept=_("The name is not recorded."))
    if not point.name_public:
        return Contact(species, name, kept=_("The name may not be shown."))
    if not country or not three_letters(country.code):
        return Contact(species, name, kept=_("The country of the expert’s organisation is not recorded."))
    sent = row(
        uuid.uuid5(species.uuid, f"focal-point-{point.number}"),
        position=name,
        institution=None,
        type_="Species Focal Point",
        country=country,
        updated=species.changed,
        person=person,
    )
    return Contact(species, name, sent)


class Contacts:
    """The set of all rows. Its texts are English: InforMEA knows no other language for them."""

    def __init__(self, base):
        self.base = base

    @cached_property
    def all(self):
        roles = (
            Role.objects.published()
            .filter(kind=Role.Kind.SECRETARIAT)
            .select_related("organisation__country")
            .prefetch_related(ASSIGNMENTS)
        )
        points = (
            FocalPoint.objects.current()
            .filter(species__in=Species.objects.published())
            .select_related("species", "person__organisation__country")
        )
        with override("en"):
            return [*map(of_role, roles), *map(of_focal_point, points)]

    @property
    def sent(self):
        return [contact.row for contact in self.all if contact.row]

    def count(self):
        return len(self.sent)

    def page(self, order, skip, top):
        rows = self.sent
        for name, down in reversed(order):
            rows.sort(key=lambda row, name=name: row[name], reverse=down)
        return rows[skip : skip + top]

    def find(self, key):
        return next((row for row in self.sent if row["id"] == str(uuid.UUID(key))), None)
