"""What is exchanged in tables of meetings and deadlines: all but documents, people and what is due at a deadline."""

from publishing.bulk import PUBLISHING, Table
from publishing.screens import both

from .models import Event


class EventTable(Table):
    model = Event
    fields = [
        "slug", *both("title", "short_title"), "kind", "status",
        "start", "start_precision", "end", "end_precision", "start_time", "end_time", "time_zone",
        *both("venue", "city"), "country", "attendance", "invitation_only", "link", "part_of",
        *both("summary", "body", "participants", "outcomes"), "species", "states", "instruments", "organisations",
        "to_informea", "informea_kind", *PUBLISHING,
    ]  # fmt: skip
