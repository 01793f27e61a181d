"""As much of OData 2 as InforMEA speaks: how rows are asked for, and how they are written (JSON "verbose").

``Accept`` is not looked at: whoever asks gets JSON. What is not understood is refused, never passed over.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from django.http import HttpResponse

PATH = "/informea.svc"
PAGE, MOST, FURTHEST = 100, 500, 2**31 - 1  # rows at a time, at the most, and from which on
ORDER = [("updated", True), ("id", False)]
UNKNOWN = {"$filter", "$select", "$skiptoken"}  # of OData, and not of this service


@dataclass(frozen=True)
class EntitySet:
    """``properties`` are ``{name: (type, length)}``; ``relations`` are ``{name: (type, set)}`` of rows of texts."""

    name: str
    type: str
    properties: dict
    relations: dict

    def uri(self, base, key):
        return f"{base}{PATH}/{self.name}('{key}')"


def text(length):
    return ("Edm.String", length)


SHARED = {"protocolVersion": ("Edm.Int16", None), "id": text(64)}
MEETINGS = EntitySet(
    "Meetings",
    "Meeting",
    SHARED
    | {"treaty": text(32), "url": text(255), "start": ("Edm.DateTime", None), "end": ("Edm.DateTime", None)}
    | {name: text(32) for name in ("repetition", "kind", "type", "access", "status")}
    | {"imageUrl": text(255)}
    | {name: text(64) for name in ("imageCopyright", "location", "city")}
    | {"country": text(3), "latitude": ("Edm.Double", None), "longitude": ("Edm.Double", None)}
    | {"virtual": ("Edm.Boolean", None), "updated": ("Edm.DateTime", None)},
    {"title": ("MeetingTitle", "MeetingTitle"), "description": ("MeetingDescription", "description")},
)
CONTACTS = EntitySet(
    "Contacts",
    "Contact",
    SHARED
    | {"country": text(3)}
    | {name: text(255) for name in ("prefix", "firstName", "lastName", "position", "institution", "department")}
    | {name: text(255) for name in ("type", "address", "email", "phoneNumber", "fax")}
    | {"primary": ("Edm.Int16", None), "updated": ("Edm.DateTime", None)},
    {"treaties": ("ContactTreaty", "treaties")},
)
SETS = {one.name: one for one in (MEETINGS, CONTACTS)}


class Refused(Exception):
    """An answer that is no data: its status and a sentence."""

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status = status


# --- asking -------------------------------------------------------------------------------------------------------


@dataclass
class Options:
    top: int = PAGE
    skip: int = 0
    order: list = field(default_factory=lambda: ORDER)
    expand: list = field(default_factory=list)
    counted: bool = False


def options(query, entity_set=None, known=("$format",)):
    """What a query string asks for; only what is ``known`` there may be asked, and once."""
    if unknown := [name for name in query if name not in known]:
        if unknown[0] in UNKNOWN:
            raise Refused(501, f"This service does not support {unknown[0]}.")
        raise Refused(400, f"There is no option “{unknown[0][:50]}” here.")
    if repeated := [name for name in query if len(query.getlist(name)) > 1]:
        raise Refused(400, f"{repeated[0]} is given more than once.")
    if query.get("$format", "json") != "json":
        raise Refused(415, "This service answers in JSON only: $format=json.")
    asked = Options()
    if "$top" in query:
        asked.top = number("$top", query["$top"], MOST)
    if "$skip" in query:
        asked.skip = number("$skip", query["$skip"], FURTHEST)
    if "$orderby" in query:
        asked.order = order(query["$orderby"])
    if "$expand" in query:
        asked.expand = expand(query["$expand"], entity_set)
    if query.get("$inlinecount", "none") not in ("none", "allpages"):
        raise Refused(400, "$inlinecount is “allpages” or “none”.")
    asked.counted = query.get("$inlinecount") == "allpages"
    return asked


def number(name, value, most):
    if not re.fullmatch("[0-9]{1,10}", value) or int(value) > most:
        raise Refused(400, f"{name} is a number from 0 to {most}.")
    return int(value)


def order(value):
    """``[(property, whether descending), …]``, to its end decided by the identity."""
    terms = [re.fullmatch("(updated|id)(?: +(asc|desc))?", term.strip(" ")) for term in value.split(",", 3)]
    if not all(terms) or len({term[1] for term in terms}) < len(terms):
        raise Refused(400, "$orderby names “updated” and “id”, each once, with “asc” or “desc” if need be.")
    found = [(term[1], term[2] == "desc") for term in terms]
    return found if ("id", True) in found or ("id", False) in found else [*found, ("id", False)]


def expand(value, entity_set):
    names = [name.strip(" ") for name in value.split(",", 10)]
    if not set(names) <= entity_set.relations.keys():
        raise Refused(400, f"$expand can name here: {', '.join(entity_set.relations)}.")
    return names


# --- writing ------------------------------------------------------------------------------------------------------


def ticks(value):
    """A day as its midnight in Greenwich, whatever zone it is read in later; an instant as it is."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), UTC)
    return f"/Date({int(value.timestamp() * 1000)})/"


def related(entity_set, row, name):
    """The rows of texts that belong to a row."""
    about = {"type": f"informea.{entity_set.relations[name][0]}"}
    if isinstance(row[name], dict):
        return [
            {"__metadata": about, "id": f"{row['id']}-{code}", "language": code, "value": value}
            for code, value in row[name].items()
        ]
    return [{"__metadata": about, "id": f"{row['id']}-{value}", "value": value} for value in row[name]]


def written(entity_set, row, base, expanded=()):
    """``row`` as an entry; what is not ``expanded`` says where it is to be had."""
    uri = entity_set.uri(base, row["id"])
    entry = {"__metadata": {"id": uri, "uri": uri, "type": f"informea.{entity_set.type}"}}
    for name, value in row.items():
        if name in entity_set.relations:
            deferred = {"__deferred": {"uri": f"{uri}/{name}"}}
            entry[name] = related(entity_set, row, name) if name in expanded else deferred
        else:
            entry[name] = ticks(value) if isinstance(value, date) else value
    return entry


def answer(content, status=200, content_type="application/json; charset=utf-8"):
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    headers = {"DataServiceVersion": "2.0", "Content-Language": "en, ru"}
    return HttpResponse(text, status=status, content_type=content_type, headers=headers)


def error(status, sentence):
    body = {"error": {"code": "", "message": {"lang": "en", "value": sentence}}}
    response = answer(body, status)
    response["Content-Language"] = "en"
    response["Cache-Control"] = "no-store"
    return response
