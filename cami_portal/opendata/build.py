"""The folder that is offered for download: built beside the one that is there, which it replaces by one rename.

``DUMP_ROOT/current`` leads to the folder of today; the one before it stays until the next build, for those who are
reading it. Of the clock nothing depends but which items are live, so that the same content makes the same files.
"""

import fcntl
import hashlib
import json
import shutil
import zipfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings
from django.db import connection
from django.db.models import Max, Q
from django.utils import timezone, translation

from publishing.content import Identified
from publishing.formats import LONG_AGO
from publishing.sheets import CSV, CSV_SEMICOLON, DELIMITERS, write_csv
from publishing.states import Publishable
from publishing.version import ContentVersion

from . import darwin_core, describe, portal
from .data_package import datapackage
from .private import without_contacts
from .public import batches, public
from .tables import RECORDS

MANIFEST = "manifest.json"  # what the page needs to know; not offered itself


def build():
    """Build the dump and offer it; return its version. Raises ``BlockingIOError`` while another build is at work."""
    root = Path(settings.DUMP_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with alone(root), snapshot(), translation.override("en"):
        folder = Path(mkdtemp(prefix="build-", dir=root))
        folder.chmod(0o755)
        try:
            version = write_at_one_moment(folder)
        except BaseException:
            shutil.rmtree(folder)
            raise
        offer(folder, root)
    return version


@contextmanager
def alone(root):
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@contextmanager
def snapshot():
    """All that is read inside is of one moment, and no editor waits for it. (In a test it is so already.)"""
    if connection.in_atomic_block:
        yield
        return
    # Not atomic(): on SQLite that keeps all others from writing.
    begin = "BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def offer(folder, root):
    """Put ``folder`` in the place of the one that is offered, and remove what is older still."""
    current, new = root / "current", root / "current.new"
    kept = {folder.name, current.readlink().name if current.is_symlink() else ""}
    new.unlink(missing_ok=True)
    new.symlink_to(folder.name)
    new.replace(current)
    for other in root.glob("build-*"):
        if other.name not in kept:
            shutil.rmtree(other, ignore_errors=True)


def write_at_one_moment(folder):
    """Write the files; once more if meanwhile the time came for an item to go live or to leave."""
    publishable = [model for model in portal.FIELDS if issubclass(model, Publishable)]
    while True:
        begun = timezone.now()
        version = write(folder)
        meanwhile = begun, timezone.now()
        changed = Q(published_at__range=meanwhile) | Q(expires_at__range=meanwhile)
        if not any(model.objects.filter(changed).exists() for model in publishable):
            return version


def write(folder):
    """Write all files; return the version: the day of the newest change in them, and what they hold, as a hash."""
    site = settings.SITE_URL or "http://127.0.0.1:8000"
    for name in ("csv", "csv-semicolon", "json", "dwca"):
        (folder / name).mkdir(exist_ok=True)
    clean = without_contacts()
    rows = {record.name: write_record(record, folder, site, clean) for record in RECORDS}
    write_json(folder / "json/portal.json", map(clean, portal.rows(site)))
    darwin_core.write(folder / "dwca", site, clean)
    content = hashlib.sha256(sums(measured(folder)).encode()).hexdigest()
    version = f"{newest_change().isoformat()}-{content[:8]}"

    (folder / "dwca/eml.xml").write_bytes(describe.eml(version, site))
    pack(folder / "cami-dwca.zip", folder / "dwca", version)
    for language in describe.LANGUAGES:
        name = "README.md" if language == "en" else f"README.{language}.md"
        write_text(folder / name, describe.readme(language, version, rows, site))
    write_text(folder / "CITATION.cff", describe.citation_file(version, site))
    package = datapackage(version, measured(folder), site)
    write_text(folder / "datapackage.json", json.dumps(package, ensure_ascii=False, indent=1) + "\n")
    write_text(folder / "SHA256SUMS", sums(measured(folder)))
    pack(folder / "cami-open-data.zip", folder, version)
    files = measured(folder)
    # Beside the archive its own sum too, which cannot stand inside.
    write_text(folder / "SHA256SUMS", sums({path: file for path, file in files.items() if path != "SHA256SUMS"}))
    files["SHA256SUMS"] = measure(folder / "SHA256SUMS")
    number = ContentVersion.objects.values_list("number", flat=True).first()
    manifest = {
        "version": version, "built": timezone.now().isoformat(), "content": number, "rows": rows, "files": files,
    }  # fmt: skip
    write_text(folder / MANIFEST, json.dumps(manifest))
    return version


# --- data ---------------------------------------------------------------------------------------------------------


def write_record(record, folder, site, clean):
    """A table in its three forms; the JSON comes first, and the others are made from it. Returns the number of rows."""
    path = folder / f"json/{record.name}.json"
    number = write_json(path, map(clean, items_of(record, site)))
    for form in (CSV, CSV_SEMICOLON):
        with (folder / f"{form}/{record.name}.csv").open("wb") as file:
            rows = ([cell for column in record.columns() for cell in column.cells(item[column.name])]
                    for item in read_json(path))  # fmt: skip
            write_csv(file, record.heads(), rows, DELIMITERS[form])
    return number


def items_of(record, site):
    for keys, batch in batches(public(record.model)):
        items = {item.pk: item for item in record.ready(batch, site, pictures=False)}
        yield from (record.of(items[pk], site) for pk in keys if pk in items)


def write_json(path, items):
    """A list with an item in each line, so that it is written and read without all of it in memory."""
    number = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[")
        for number, item in enumerate(items, 1):
            file.write(",\n" if number > 1 else "\n")
            json.dump(item, file, ensure_ascii=False)
        file.write("\n]\n")
    return number


def read_json(path):
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if len(line) > 2:  # no bracket
                yield json.loads(line.removesuffix("\n").removesuffix(","))


def newest_change():
    """The day of the newest change in what is public."""
    instants = [LONG_AGO]
    for model in portal.FIELDS:
        if issubclass(model, Identified):
            names = ["changed", "published_at"] if issubclass(model, Publishable) else ["changed"]
            instants += public(model).order_by().aggregate(*map(Max, names)).values()
    return timezone.localdate(max(filter(None, instants)))


# --- files --------------------------------------------------------------------------------------------------------


def write_text(path, text):
    path.write_text(text, encoding="utf-8", newline="\n")


def measure(path):
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def measured(folder):
    """``{path: {"bytes": …, "sha256": …}}`` of all files below ``folder``."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {path: measure(folder / path) for path in paths if path != MANIFEST}


def sums(files):
    """What ``sha256sum --check`` reads."""
    return "".join(f"{file['sha256']}  {path}\n" for path, file in files.items())


def pack(path, folder, version):
    """The files of ``folder`` as a ZIP, the same bytes for the same files."""
    day = date.fromisoformat(version[:10])
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file() and file != path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with (folder / name).open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target)
