"""The dump that is offered, as its manifest tells of it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from publishing.version import ContentVersion

from .build import MANIFEST
from .data_package import FORMS
from .tables import RECORDS

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xml": "application/xml",
    "zip": "application/zip",
    "md": "text/markdown; charset=utf-8",
}


@dataclass
class File:
    path: str
    bytes: int
    sha256: str

    @property
    def address(self):
        return reverse("data-file", args=[self.path])

    @property
    def media_type(self):
        return TYPES.get(self.path.rpartition(".")[2], "text/plain; charset=utf-8")

    @property
    def kind(self):
        """The media type without what else there is to say of it."""
        return self.media_type.partition(";")[0]


@dataclass
class Table:
    """One table in its forms."""

    name: str
    about: str
    rows: int
    comma: File
    semicolon: File
    json: File


class Dump:
    """``files`` are ``{path: File}`` of all that is offered, ``built`` the moment from which on nothing is in it."""

    def __init__(self, folder, manifest):
        self.folder, self.version, self.rows = folder, manifest["version"], manifest["rows"]
        self.content, self.built = manifest["content"], datetime.fromisoformat(manifest["built"])
        self.files = {path: File(path, **facts) for path, facts in manifest["files"].items()}

    @property
    def is_outdated(self):
        """Whether something changed on the portal since."""
        return ContentVersion.objects.values_list("number", flat=True).first() != self.content

    @property
    def day(self):
        return timezone.localdate(self.built)

    @property
    def tables(self):
        for record in RECORDS:
            files = [self.files[f"{folder}/{record.name}{suffix}"] for folder, suffix, _delimiter in FORMS]
            yield Table(record.name, record.about, self.rows[record.name], *files)

    @property
    def whole(self):
        return self.files["cami-open-data.zip"]

    @property
    def checklist(self):
        return self.files["cami-dwca.zip"]

    @property
    def portal(self):
        return self.files["json/portal.json"]

    @property
    def descriptions(self):
        names = ["README.md", "README.ru.md", "datapackage.json", "CITATION.cff", "SHA256SUMS"]
        return [self.files[name] for name in names]

    @property
    def main(self):
        """What data catalogues are told of."""
        return [self.whole, self.checklist, self.portal]


def current():
    """The ``Dump`` that is offered, or ``None``."""
    folder = (Path(settings.DUMP_ROOT) / "current").resolve()  # once: the next build may come at any moment
    try:
        return Dump(folder, json.loads((folder / MANIFEST).read_text()))
    except (OSError, ValueError, KeyError, TypeError):  # none, or one that another release made
        return None
