"""``datapackage.json``: the tables of the dump with their columns, as https://datapackage.org/standard/ says it."""

from .describe import abstract, address, licence, publisher, title
from .tables import RECORDS

FORMS = [("csv", ".csv", ","), ("csv-semicolon", ".csv", ";"), ("json", ".json", "")]
# What a Table Schema says of a value, by the type and format that JSON Schema gives it.
TYPES = {
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]},
    "date": {"type": "date"},
    "date-time": {"type": "datetime"},
    "time": {"type": "time"},
    "uuid": {"type": "string", "format": "uuid"},
    "uri": {"type": "string", "format": "uri"},
}


def datapackage(version, files, site):
    """The Data Package of the data among ``files``, ``{path: {"bytes": …, "sha256": …}}``."""
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "cami-open-data",
        "title": title(),
        "description": abstract(),
        "homepage": address(site),
        "version": version,
        "created": f"{version[:10]}T00:00:00Z",
        "contributors": [{"title": publisher(), "roles": ["publisher"]}],
        "resources": [
            *(resource(record, *form, files) for record in RECORDS for form in FORMS),
            other("portal", "json/portal.json", "application/json", "Everything, as another portal loads it.", files),
            other("darwin-core", "cami-dwca.zip", "application/zip", "The checklist, a Darwin Core archive.", files),
        ],
    }
    name, url = licence()
    if name or url:
        package["licenses"] = [{"path": url, "title": name or url} if url else {"name": name, "title": name}]
    return package


def resource(record, folder, suffix, delimiter, files):
    path = f"{folder}/{record.name}{suffix}"
    name = record.name if folder == "csv" else f"{record.name}-{folder.removeprefix('csv-')}"
    described = other(name, path, "text/csv" if delimiter else "application/json", str(record.about), files)
    if not delimiter:
        return described
    return described | {
        "type": "table",
        "encoding": "utf-8",
        "dialect": {"delimiter": delimiter},
        "schema": table_schema(record),
    }


def other(name, path, media_type, description, files):
    file = files[path]
    return {
        "name": name,
        "path": path,
        "description": description,
        "format": path.rpartition(".")[2],
        "mediatype": media_type,
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
    }


def table_schema(record):
    """The Table Schema of a record's table, made from the JSON Schemas of its columns."""
    schema = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [
            {"name": head, "title": str(column.about), **table_type(part)}
            for column in record.columns()
            for head, part in zip(column.heads, schemas(column), strict=True)
        ],
        "missingValues": [""],
    }
    key = [path.partition("__")[0] for path in record.model.natural_key_fields]
    for names in (["id"], key):
        if set(names) <= set(record.heads()):
            return schema | {"primaryKey": names}
    return schema


def schemas(column):
    return [column.schema["properties"][part] for part in column.parts] or [column.schema]


def table_type(schema):
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    found = dict(TYPES.get(schema.get("format"), TYPES.get(types[0], {"type": "string"})))
    limits = {}
    if "null" not in types and types[0] not in ("array", "object"):
        limits["required"] = True
    if "enum" in schema:
        limits["enum"] = [value for value in schema["enum"] if value is not None]
    return found | ({"constraints": limits} if limits else {})
