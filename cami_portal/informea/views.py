"""The answers to InforMEA: its OData service, and the same rows in the newer shape of its Drupal module."""

import re
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import conditional_page

from publishing.formats import site_of

from ..errors import MESSAGES, error_data
from . import odata
from .contacts import Contacts
from .meetings import Meetings
from .odata import SETS, Refused

ROWS = {"Meetings": Meetings, "Contacts": Contacts}
KEY = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
RESOURCE = re.compile(rf"(?P<set>Meetings|Contacts)(?:\('(?P<key>{KEY})'\))?(?:/(?P<part>[$\w]+))?", re.ASCII)


@conditional_page
def service(request, path=None):
    try:
        return answered(request, (path or "").removesuffix("/"))
    except Refused as refused:
        return odata.error(refused.status, str(refused))


def answered(request, path):
    if path == "":
        odata.options(request.GET)
        return odata.answer({"d": {"EntitySets": list(SETS)}})
    if path == "$metadata":
        odata.options(request.GET, known=())
        schema = render_to_string("informea/metadata.xml", {"sets": SETS.values()})
        return odata.answer(schema, content_type="application/xml; charset=utf-8")
    found = RESOURCE.fullmatch(path)
    if found is None:
        raise Refused(404, MESSAGES[404])
    entity_set, base = SETS[found["set"]], site_of(request)
    rows = ROWS[entity_set.name](base)
    if found["key"]:
        return one(request, entity_set, base, rows.find(found["key"]), found["part"])
    if found["part"] == "$count":
        odata.options(request.GET, known=())
        return odata.answer(str(rows.count()), content_type="text/plain; charset=utf-8")
    if found["part"]:
        raise Refused(404, MESSAGES[404])
    return many(request, entity_set, base, rows)


def one(request, entity_set, base, row, part):
    if row is None or (part and part not in entity_set.relations):
        raise Refused(404, MESSAGES[404])
    if part:
        odata.options(request.GET)
        return odata.answer({"d": {"results": odata.related(entity_set, row, part)}})
    asked = odata.options(request.GET, entity_set, known=("$format", "$expand"))
    return odata.answer({"d": odata.written(entity_set, row, base, asked.expand)})


def many(request, entity_set, base, rows):
    known = ("$format", "$expand", "$top", "$skip", "$orderby", "$inlinecount")
    asked = odata.options(request.GET, entity_set, known)
    page = rows.page(asked.order, asked.skip, asked.top + 1)
    body = {"results": [odata.written(entity_set, row, base, asked.expand) for row in page[: asked.top]]}
    if asked.counted:
        body["__count"] = str(rows.count())
    if len(page) > asked.top and "$top" not in request.GET:
        query = request.GET.dict() | {"$skip": asked.skip + asked.top}
        body["__next"] = f"{base}{odata.PATH}/{entity_set.name}?{urlencode(query)}"
    return odata.answer({"d": body})


# --- the newer shape ----------------------------------------------------------------------------------------------
# Made after the module that InforMEA offers for Drupal, since its description cannot be had: flat arrays, texts by
# language, countries in arrays, days as in ISO 8601 and instants in seconds.


@conditional_page
def newer(request, name):
    rows = ROWS[name](site_of(request))
    try:
        asked = odata.options(request.GET, known=("$count", "$top", "$skip"))
        if request.GET.get("$count", "false") not in ("true", "false"):
            raise Refused(400, "$count is “true” or “false”.")
    except Refused as refused:
        return error_data(refused.status, str(refused))
    if request.GET.get("$count") == "true":
        content = {"count": rows.count()}
    else:
        top = asked.top if "$top" in request.GET else odata.MOST
        content = [flat(row) for row in rows.page(odata.ORDER, asked.skip, top)]
    return JsonResponse(content, safe=False)


def flat(row):
    shaped = {name: value for name, value in row.items() if name != "protocolVersion"}
    for name, value in shaped.items():
        if isinstance(value, datetime):
            shaped[name] = int(value.timestamp())
        elif isinstance(value, date):
            shaped[name] = value.isoformat()
    shaped["country"] = [row["country"]] if row["country"] else []
    if row.get("access") == "invitation":
        shaped["access"] = None  # it knows "public" only
    return shaped
