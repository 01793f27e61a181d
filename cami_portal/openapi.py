"""The description of the API (OpenAPI 3.1), made of what answers: records, filters and forms."""

from publishing.facets import MAX_VALUES, Facet, YearFacet
from publishing.formats import Json
from publishing.periods import DayFilter
from publishing.records import ADDRESS, KEY, listed, nullable, with_properties

ABOUT = """\
Everything that is public on the portal of the Central Asian Mammals Initiative, to be read and reused.

- **Lists**: each list of the portal is here with the filters of its page. A filter that a list does not have, or a \
value that it does not know, is refused with status 400 and a sentence that says why.
- **Pages**: follow `next` until it is null; `page_size` is at most {largest}.
- **Languages**: texts are objects with `en` and `ru`; null says that there is no such text. Messages are in English.
- **Dates known in part**: `date_precision` and its like say how much of a date is known: `day`, `month` or `year`. \
A beginning is then given as the first day of the month or year, an end as the last.
- **Identity**: `id` stays the same for ever, `slug` may change.
- **Asking again**: send the `ETag` of an answer back as `If-None-Match`; while nothing has changed, the answer is 304.
- **Changes**: in this version fields and values may be added; none is taken away or changes its meaning. Pass over \
what you do not know.
- **Other methods** than GET, HEAD and OPTIONS are refused with status 405.
- **Other forms**: below the address of each list on the portal there are a feed (`feed.atom`), tables for \
spreadsheets (`data.csv`, and `data-semicolon.csv` with semicolons) and, for events, a calendar (`calendar.ics`), with \
the same filters.
"""
ERROR = with_properties(
    status={"type": "integer", "description": "the HTTP status"},
    messages=listed({"type": "string"}) | {"description": "what is wrong, in sentences"},
)
TAG = {"ETag": {"description": "for If-None-Match", "schema": {"type": "string"}}}
NEXT = {"Link": {"description": 'the next page, with rel="next"', "schema": {"type": "string"}}}
PAGE = {
    "name": "page",
    "in": "query",
    "description": "the number of a page; one that does not exist is answered with 404",
    "schema": {"type": "integer", "minimum": 1, "maximum": 999_999, "default": 1},
}
PAGE_SIZE = {
    "name": "page_size",
    "in": "query",
    "description": "how many items stand on a page",
    "schema": {"type": "integer", "minimum": 1, "maximum": Json.largest, "default": Json.per_page},
}
UUID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}


def description(views, address):
    """The description of the API at ``address``."""
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Central Asian Mammals Initiative: open data",
            "version": "1",
            "description": ABOUT.format(largest=Json.largest),
        },
        "servers": [{"url": address.removesuffix("/")}],
        "paths": {path: {"get": operation} for view in views for path, operation in operations(view)},
        "components": {
            "schemas": {name_of(view.record): view.record.schema() for view in views} | {"Error": ERROR},
            "responses": {
                "NotModified": {"description": "Nothing has changed since the answer whose tag was sent."},
                "Wrong": failure("The question is wrong: the messages say what it is."),
                "NotFound": failure("There is no such page or item."),
                "Failed": failure("Anything else: 500 when the portal failed, 503 while it is not available."),
            },
        },
    }


def operations(view):
    """``(path, operation)`` of a list and, where they have an identity, of its items."""
    record = view.record
    item = {"$ref": f"#/components/schemas/{name_of(record)}"}
    yield (
        f"/{record.name}/",
        {
            "operationId": f"list_{record.name}",
            "summary": str(record.about),
            "parameters": [*filters(view), PAGE, PAGE_SIZE],
            "responses": responses("A page of the list.", page_of(item), TAG | NEXT),
        },
    )
    if record.has_identity():
        yield (
            f"/{record.name}/{{id}}/",
            {
                "operationId": f"get_{record.name}",
                "summary": f"One item of the list “{record.name}”.",
                "parameters": [UUID],
                "responses": responses("The item.", item, TAG),
            },
        )


def name_of(record):
    """The name of its schema."""
    return record.model.__name__


def page_of(item):
    return with_properties(
        count={"type": "integer", "minimum": 0, "description": "how many items there are on all pages"},
        next=nullable(ADDRESS),
        previous=nullable(ADDRESS),
        results=listed(item),
    )


def filters(view):
    for name, one in view.filterset_class.base_filters.items():
        if isinstance(one, Facet):
            about, schema = f"{one.label}: any of these", listed(value_of(one)) | {"maxItems": MAX_VALUES}
        elif isinstance(one, DayFilter):
            about = f"{one.label} this day"
            schema = {"type": "string", "format": "date"}
        else:
            about = f"{one.label} that all stand in the item, at most eight"
            schema = {"type": "string", "maxLength": one.extra["max_length"]}
        yield {"name": name, "in": "query", "description": about, "schema": schema}


def value_of(facet):
    """What a facet takes. Of items there may be more tomorrow, so that their keys are not enumerated."""
    if isinstance(facet, YearFacet):
        return {"type": "integer", "minimum": 1900, "maximum": 2100}
    if facet.takes_keys:
        return KEY
    return {"type": "string", "enum": [value for value, label in facet.extra["choices"]()]}


def responses(about, schema, headers):
    return {
        "200": {"description": about, "headers": headers, "content": {Json.media_type: {"schema": schema}}},
        "304": {"$ref": "#/components/responses/NotModified"},
        "400": {"$ref": "#/components/responses/Wrong"},
        "404": {"$ref": "#/components/responses/NotFound"},
        "default": {"$ref": "#/components/responses/Failed"},
    }


def failure(about):
    return {"description": about, "content": {Json.media_type: {"schema": {"$ref": "#/components/schemas/Error"}}}}
