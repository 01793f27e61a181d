"""The page on which editors see what becomes of our meetings and contacts at InforMEA, and why."""

import json
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import reverse, translate_url
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.generic import TemplateView

from events.models import Event
from publishing.dates import Precision
from publishing.formats import site_of
from publishing.states import State, in_state
from publishing.wording import range_in_words

from . import meetings, odata, rules
from .contacts import Contacts
from .odata import CONTACTS, MEETINGS

NEWEST = 300  # events; older ones were looked at when they were new


class Fate(models.TextChoices):
    """What becomes of a row. The worst comes first."""

    REJECTED = "rejected", _("rejected")
    REMARK = "remark", _("accepted with a remark")
    ACCEPTED = "accepted", pgettext_lazy("by InforMEA", "accepted")
    KEPT = "kept", _("not sent")

    @property
    def sign(self):
        """The state of items that it is coloured as."""
        return {"rejected": "withdrawn", "remark": "scheduled", "accepted": "live", "kept": "draft"}[self]


@dataclass
class Entry:
    """One item: its fate, the reasons in words, where its form is, what InforMEA will show, where it is served."""

    name: str
    fate: Fate
    reasons: list = field(default_factory=list)
    form: str = ""
    shown: list = field(default_factory=list)
    served: str = ""


def form_of(item, anchor=""):
    return reverse(admin_urlname(item._meta, "change"), args=[item.pk]) + anchor


def as_served(entity_set, row, base):
    """``row`` as the harvester reads it."""
    return json.loads(json.dumps(odata.written(entity_set, row, base, entity_set.relations)))


def fate_of(finding, remarks=()):
    if finding.errors:
        return Fate.REJECTED, finding.errors
    reasons = [*finding.remarks, *remarks]
    return (Fate.REMARK if reasons else Fate.ACCEPTED), reasons


def address_of(entity_set, row):
    return f"{odata.PATH}/{entity_set.name}('{row['id']}')?$expand={','.join(entity_set.relations)}"


TAKEN_OFF = _("It is no longer on the portal. What InforMEA got of it before stays there until its team is asked.")


def of_event(event, base):
    kept = event.kept_from_informea or (event.state != State.LIVE and TAKEN_OFF)
    if kept:
        return Entry(str(event), Fate.KEPT, [kept], form_of(event))
    row = meetings.live(event, base)
    finding = rules.meeting(as_served(MEETINGS, row, base))
    fate, reasons = fate_of(finding, our_remarks(event, row))
    shown = preview(finding.shown, event.country)
    return Entry(str(event), fate, reasons, form_of(event), shown, address_of(MEETINGS, row))


def our_remarks(event, row):
    if not event.title_ru:
        yield _("The title is missing in Russian: there will be the English one only.")
    if len(event.venue_en) > meetings.SHORT or len(event.city_en) > meetings.SHORT:
        yield _("The name of the place is cut: InforMEA takes 64 characters.")
    if event.kind == Event.Kind.COP:
        yield _("Does another secretariat send this meeting? Then take away the tick “send to InforMEA”.")


def of_tombstone(tombstone, base):
    row = meetings.gone(tombstone)
    finding = rules.meeting(as_served(MEETINGS, row, base))
    told = _("It was deleted here; InforMEA, which deletes nothing, is told that it is cancelled.")
    fate = Fate.REMARK if finding.accepted else Fate.REJECTED
    return Entry(tombstone.title, fate, [told], "", preview(finding.shown, None), address_of(MEETINGS, row))


def preview(shown, country):
    """What InforMEA will show of a meeting, in its words: ``[(name, text, language or ""), …]``."""
    titles = [(_("title"), text, code) for code, text in shown["titles"].items()]
    days = range_in_words(shown["start"], Precision.DAY, shown["end"], Precision.DAY) if shown["start"] else ""
    place = [shown["location"], shown["city"], country.name_en if country else shown["country"]]
    words = [
        (_("where"), ", ".join(filter(None, place))),
        (_("kind"), shown["type"]),
        (_("status"), shown["status"]),
        (_("access"), shown["access"]),
        (_("whose meeting"), shown["kind"]),
    ]
    return [*titles, (_("when"), days, ""), *((name, text, "en") for name, text in words if text)]


def of_contact(contact, base):
    anchor = "#focalpoints-group" if contact.name.startswith("Species Focal Point") else ""
    form = form_of(contact.item, anchor)
    if contact.row is None:
        return Entry(contact.name, Fate.KEPT, [contact.kept], form)
    finding = rules.contact(as_served(CONTACTS, contact.row, base))
    names = ["title", "position", "institution", "country", "address", "email", "phoneNumber", "fax"]
    lines = [(LABELS[name], finding.shown[name], "en") for name in names if finding.shown[name]]
    fate, reasons = fate_of(finding)
    return Entry(contact.name, fate, reasons, form, lines, address_of(CONTACTS, contact.row))


LABELS = {
    "title": pgettext_lazy("of a contact", "name"),
    "position": _("position"),
    "institution": _("organisation"),
    "country": _("country"),
    "address": _("postal address"),
    "email": _("e-mail"),
    "phoneNumber": _("telephone"),
    "fax": _("fax"),
}


def groups(entries):
    """``[(fate, its entries), …]``, the worst first."""
    return [(fate, [entry for entry in entries if entry.fate == fate]) for fate in Fate]


class SelfCheck(TemplateView):
    template_name = "admin/informea.html"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("events.view_event"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        base = site_of(self.request)
        rows = meetings.Meetings(base)
        once_public = in_state(State.LIVE) | in_state(State.EXPIRED) | in_state(State.WITHDRAWN)
        events = list(rows.with_all(Event.objects.filter(once_public))[: NEWEST + 1])
        found = [of_event(event, base) for event in events[:NEWEST]]
        found += [of_tombstone(one, base) for one in rows.tombstones()[:NEWEST]]
        contacts = [of_contact(contact, base) for contact in Contacts(base).all]
        return super().get_context_data(
            **admin.site.each_context(self.request),
            title=_("What InforMEA gets"),
            sets=[(_("Meetings"), MEETINGS, groups(found)), (_("Contacts"), CONTACTS, groups(contacts))],
            newest=NEWEST if len(events) > NEWEST else None,
            treaty=settings.INFORMEA_TREATY,
            base=base,
            feeds=[(code, translate_url(reverse("informea_news"), code)) for code, name in settings.LANGUAGES],
            **kwargs,
        )
