from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from contacts.records import NAMES, names_of, parts
from publishing.records import (
    ID,
    IN_LANGUAGES,
    KEY,
    URL,
    Record,
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
from publishing.wording import range_in_words, times_in_words

from .models import Document, Event

DEADLINE = with_properties(for_whom=IN_LANGUAGES, rule=IN_LANGUAGES, how=IN_LANGUAGES, role=nullable(KEY))


PERSON = with_properties(name=NAMES, capacity=IN_LANGUAGES)
DOCUMENT = with_properties(
    title=IN_LANGUAGES,
    kind={"type": "string", "enum": Document.Kind.values},
    language={"type": "string", "enum": Document.Language.values},
    link={"type": "string", "format": "iri"},
)


def deadline(event, site):
    """What is due, where the event is a deadline."""
    row = getattr(event, "deadline", None)
    if row is None:
        return None
    said_of_it = {name: texts(row, name) for name in ("for_whom", "rule", "how")}
    return said_of_it | {"role": row.role.slug if row.role else None}


def people(event, site):
    """Who took part, by name, and as what."""
    return [{"name": names_of(one.person), "capacity": texts(one, "capacity")} for one in event.people.all()]


def documents(event, site):
    """Where readers get each: its own address, or that of the portal's copy."""
    return [
        {"title": texts(one, "title"), "kind": one.kind, "language": one.language, "link": one.link or site + path}
        for one in event.documents.all()
        if (path := one.get_absolute_url())
    ]


class EventRecord(Record):
    name = "events"
    about = _("Meetings and deadlines.")
    model = Event
    declared = [
        ID, plain("slug"), URL, plain("kind"), plain("status"), *translated("title", "short_title"),
        plain("start"), plain("start_precision"), plain("end"), plain("end_precision"), plain("start_time"),
        plain("end_time"), plain("time_zone"), *translated("venue", "city"), key("country", "code"),
        plain("attendance"), plain("invitation_only"), plain("link"), key("part_of"),
        *translated("summary", "body", "participants", "outcomes"),
        keys("species"), keys("states", "country__code"), keys("instruments"), parts("organisation_parts"),
        said("people", _("people taking part"), listed(PERSON), people, prefetch=lambda: ["people__person"]),
        said("documents", _("documents"), listed(DOCUMENT), documents, prefetch=lambda: ["documents__event"]),
        said("deadline", _("what is due"), nullable(DEADLINE), deadline, prefetch=lambda: ["deadline__role"]),
        key("source"), plain("published_at", always=True), plain("changed"),
    ]  # fmt: skip

    @classmethod
    def titled(cls, event, title):
        if event.status == Event.Status.CONFIRMED:
            return title
        return f"{capfirst(event.get_status_display())}: {title}"

    @classmethod
    def lead(cls, event):
        """When and where."""
        days = range_in_words(event.start, event.start_precision, event.end, event.end_precision)
        hours = times_in_words(event.start_time, event.end_time, event.time_zone)
        place = [event.venue, event.city, str(event.live_country or "")]
        return " · ".join(filter(None, [days or str(_("date to be announced")), hours, ", ".join(filter(None, place))]))
