"""Our meetings as InforMEA names their properties: plain values, which ``odata`` and ``views`` write down."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.utils.html import linebreaks
from django.utils.text import Truncator
from django.utils.translation import override

from contacts.models import OrganisationPart
from events.models import Event
from publishing.models import Tombstone
from publishing.pasting import mended_characters

from .countries import THREE_LETTERS

SHORT, LONG = 64, 255  # what the specification allows for the name of a place, and for an address

# Whose meeting it is: "official" where CMS or a body of CMS organises it; "partner" where one of those does that CAMI
# works with, or where somebody else does and CMS has another part; "interest" where CMS has none. Where nobody is
# recorded as organiser or host, nothing is said.
CMS = {"cms", "cms-secretariat"}
PARTNERS = {"cites", "giz", "gslep-secretariat", "iucn"}
ORGANISES = {OrganisationPart.Part.ORGANISER, OrganisationPart.Part.CO_ORGANISER}
HOSTS = ORGANISES | {OrganisationPart.Part.HOST}


def kind(parts):
    """``parts`` are pairs of a part and the slugs of the organisation and of what it belongs to."""
    if any(part in ORGANISES and slugs & CMS for part, slugs in parts):
        return "official"
    hosts = [slugs for part, slugs in parts if part in HOSTS]
    if not hosts:
        return None
    return "partner" if any(slugs & CMS for part, slugs in parts) or any(s & PARTNERS for s in hosts) else "interest"


def parts_of(event):
    for one in event.organisation_parts.all():
        above = one.organisation.part_of
        yield one.part, {one.organisation.slug, above.slug if above else None}


def line(text, length):
    """``text`` as one line of at most so many characters, without what no parser takes; ``None`` for none."""
    return Truncator(" ".join(mended_characters(text).split())).chars(length) or None


def in_languages(item, field, written=lambda text: line(text, 1000)):
    """``{language: text}``, English first, as the harvester wants it."""
    texts = {code: written(getattr(item, f"{field}_{code}")) for code, name in settings.LANGUAGES}
    return {code: text for code, text in texts.items() if text}


def paragraphs(text):
    return linebreaks(mended_characters(text), autoescape=True).replace("\n", " ") if text else ""


def three_letters(code):
    return THREE_LETTERS.get(code)


def status(event):
    over = event.is_past and event.status == Event.Status.CONFIRMED
    return "over" if over else event.status


def row(event, *, country, updated, parts=(), address=None, picture=None):
    access = {True: "invitation", False: "public"}.get(event.invitation_only)
    virtual = {Event.Attendance.ONLINE: True, Event.Attendance.NOT_RECORDED: None}.get(event.attendance, False)
    return {
        "protocolVersion": 1,
        "id": str(event.uuid),
        "treaty": settings.INFORMEA_TREATY,
        "url": address,
        "title": in_languages(event, "title"),
        "description": in_languages(event, "summary", paragraphs),
        "start": event.start,
        "end": event.end,
        "repetition": None,
        "kind": kind(list(parts)),
        "type": event.informea_type,
        "access": access,
        "status": status(event),
        "imageUrl": picture,
        "imageCopyright": event.picture.credit if picture else None,
        "location": line(event.venue_en, SHORT),
        "city": line(event.city_en, SHORT),
        "country": three_letters(country),
        "latitude": None,
        "longitude": None,
        "virtual": virtual,
        "updated": updated,
    }


def live(event, base):
    """The row of an event that is on the portal."""
    with override("en"):
        address = base + event.get_absolute_url()
    return row(
        event,
        country=event.country.code if event.country else None,
        updated=event.changed,
        parts=parts_of(event),
        address=address,
        picture=picture_of(event, base),
    )


def picture_of(event, base):
    """Its address, where what it has to be shown with goes with it."""
    picture = event.picture
    if not picture or not picture.licence or not 0 < len(picture.credit) <= SHORT:
        return None
    address = base + picture.shared["image"]
    return address if len(address) <= LONG else None


def gone(tombstone):
    """The row of one that was deleted: the harvester deletes none, but takes over that it is cancelled."""
    kept = {name: value for name, value in tombstone.record.items() if name not in ("country", "start", "end")}
    days = {name: date.fromisoformat(tombstone.record[name]) for name in ("start", "end")}
    event = Event(uuid=tombstone.uuid, status=Event.Status.CANCELLED, **kept, **days)
    return row(event, country=tombstone.record["country"], updated=tombstone.deleted_at)


class Meetings:
    """The set of all rows, in the order that is asked for; ``base`` is what addresses begin with."""

    def __init__(self, base):
        self.base = base

    def keys(self):
        # Not values(): where texts are translated, its columns come in any order, and a union goes by their places.
        events = Event.objects.published().for_informea().order_by().raw_values("uuid", "changed")
        return events.union(self.tombstones().order_by().values("uuid", "deleted_at"), all=True)

    def tombstones(self):
        of_events = Tombstone.objects.filter(content_type=ContentType.objects.get_for_model(Event))
        return of_events.filter(record__isnull=False).exclude(uuid__in=Event.objects.order_by().values("uuid"))

    def count(self):
        return self.keys().count()

    def page(self, order, skip, top):
        """``order`` is ``[(property, whether descending), …]`` of "updated" and "id"."""
        columns = {"updated": "changed", "id": "uuid"}
        keys = self.keys().order_by(*(f"{'-' if down else ''}{columns[name]}" for name, down in order))
        return self.rows([key["uuid"] for key in keys[skip : skip + top]])

    def find(self, key):
        return next(iter(self.rows([uuid.UUID(key)])), None)

    def with_all(self, events):
        """With what a row is made of."""
        return events.select_related("country", "picture").prefetch_related("organisation_parts__organisation__part_of")

    def rows(self, keys):
        events = self.with_all(Event.objects.published().for_informea().filter(uuid__in=keys))
        found = {event.uuid: live(event, self.base) for event in events}
        lacking = [key for key in keys if key not in found]
        if lacking:
            found |= {one.uuid: gone(one) for one in self.tombstones().filter(uuid__in=lacking)}
        return [found[key] for key in keys if key in found]
