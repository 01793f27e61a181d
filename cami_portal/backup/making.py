"""How a backup is made: under another name until it is whole, and of one moment (``uploads.py`` says why)."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from cami_portal.opendata.build import alone, snapshot
from publishing.storage import names_in_rows
from publishing.version import ContentVersion

from . import uploads
from .archive import Refused, new_archive
from .databases import LEFT_OUT, engine

NAME = re.compile(r"cami-backup-[0-9]{8}T[0-9]{6}Z\.zip")
SCRATCH = ".cami-backup-"
SERVED = ["MEDIA_ROOT", "STATIC_ROOT", "DUMP_ROOT"]


def back_up(target):
    """Write a backup to the file ``target`` (``….zip``), or under a name made of the time into that folder.

    Returns its path and the names of uploads that rows name and no file has. Raises ``BlockingIOError`` while another
    backup is written to the same folder.
    """
    target = Path(target)
    folder = target.parent if target.suffix == ".zip" else target
    refuse_where_visitors_look(folder)
    if folder == target:
        folder.mkdir(mode=0o700, exist_ok=True)
        target = folder / f"cami-backup-{timezone.now():%Y%m%dT%H%M%SZ}.zip"
    with alone(folder):
        for left_by_force in folder.glob(f"{SCRATCH}*"):
            shutil.rmtree(left_by_force, ignore_errors=True)
        if target.exists():
            raise Refused(f"{target} is there already")
        with TemporaryDirectory(prefix=SCRATCH, dir=folder) as scratch:
            path = Path(scratch, "archive.zip")
            missing = write(path, Path(scratch))
            path.rename(target)
        keep_entry(folder)
    return target, missing


def refuse_where_visitors_look(folder):
    for name in SERVED:
        root = getattr(settings, name)  # none, where uploads are kept elsewhere
        if root and folder.resolve().is_relative_to(Path(root).resolve()):
            raise Refused(f"what lies in {folder} is served to everybody ({name})")


def keep_entry(folder):
    """The new name is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path, scratch):
    with new_archive(path) as archive:
        with snapshot():
            archive.facts |= facts()
            named = {*names_in_rows()}
            engine().back_up(archive, scratch)
        missing = archive.facts["missing"] = uploads.back_up(archive, named)
    return missing


def facts():
    """What the manifest tells of portal and database, at the moment that is backed up."""
    loader = MigrationLoader(connection)
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    with connection.cursor() as cursor:
        return {
            "portal": commit(),
            "content_version": ContentVersion.objects.values_list("number", flat=True).first(),
            "database": {
                "vendor": connection.vendor,
                "version": ".".join(map(str, connection.get_database_version())),
                "program": engine().program,
            },
            "migrations": sorted(map(".".join, {*loader.applied_migrations} & {*loader.disk_migrations})),
            "left_out": LEFT_OUT,
            "rows": {table: rows(cursor, table) for table in sorted(tables) if table not in LEFT_OUT},
        }


def rows(cursor, table):
    cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table of the portal
    return cursor.fetchone()[0]


def commit():
    """The version of the code, where git knows it."""
    git = shutil.which("git")
    if not git or not (settings.BASE_DIR / ".git").exists():
        return None
    # In production the code is root's, and git would rather not look into what is somebody else's.
    command = [git, "-c", "safe.directory=*", "-C", settings.BASE_DIR, "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - no shell
    return done.stdout.strip() or None


def remove_older(folder, keep):
    """Remove all backups of a folder but the newest ``keep``; return their names. Other files are not touched."""
    names = sorted(path.name for path in Path(folder).iterdir() if NAME.fullmatch(path.name) and path.is_file())
    older = names[:-keep]
    for name in older:
        Path(folder, name).unlink()
    return older
