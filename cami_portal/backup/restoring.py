"""How a backup comes back: into an empty portal, after all of it was verified, wholly or not at all."""

import time
from contextlib import suppress

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from publishing.preview import PreviewLink
from publishing.storage import file_names
from publishing.version import ContentVersion

from . import uploads
from .archive import Refused
from .databases import LEFT_OUT, engine
from .making import rows

# What migrations put into tables themselves.
MIGRATED = {model._meta.db_table for model in (ContentType, Group, Permission, Group.permissions.through)}


def restore(archive):
    """Put the ``Archive`` into this portal, and bring its database up to this code."""
    refuse_unless_empty()
    known = {*map(".".join, MigrationLoader(None).disk_migrations)}
    refuse_unless_fitting(archive, known)
    archive.verify()
    # The database comes last, as one step: no row without its file, whatever fails.
    with uploads.restored(archive):
        engine().restore(archive, lambda: settle(archive, is_behind=bool(known - {*archive.facts["migrations"]})))
    ContentType.objects.clear_cache()


# --- before -------------------------------------------------------------------------------------------------------


def foreign_tables():
    """The names of tables that no app of the portal can have made."""
    own = ("django_", "sqlite_", *(f"{app.label}_" for app in apps.get_app_configs()))
    with connection.cursor() as cursor:
        return sorted(name for name in connection.introspection.table_names(cursor) if not name.startswith(own))


def refuse_unless_empty():
    if foreign := foreign_tables():
        raise Refused(
            f"this database has tables that are not the portal’s ({', '.join(foreign[:3])} …), and a restore takes all "
            "of it. Set DATABASE_URL to a database of the portal’s own, then try again"
        )
    ignored = {*MIGRATED, *LEFT_OUT, "django_migrations", "publishing_contentversion"}
    with connection.cursor() as cursor:
        tables = {*connection.introspection.django_table_names(only_existing=True)}
        filled = sorted(table for table in tables - ignored if rows(cursor, table))
    if filled:
        raise Refused(
            f"this portal’s database has content ({', '.join(filled[:3])} …), and a backup replaces nothing. Restore "
            "into another one: set DATABASE_URL to a new database (and MEDIA_ROOT to a new folder, or S3_PREFIX to a "
            "new name), then try again"
        )
    with suppress(FileNotFoundError, StopIteration):
        name = next(file_names())
        raise Refused(
            f"there are uploads already ({name} …), and a backup replaces nothing. Move the files in "
            f"{default_storage.location} away, or let MEDIA_ROOT (S3_PREFIX) name a new place, then try again"
        )


def refuse_unless_fitting(archive, known):
    """``known`` are the migrations of this code."""
    facts = archive.facts
    if facts["database"]["vendor"] != connection.vendor:
        raise Refused(
            f"it is of a portal on {facts['database']['vendor']}, and DATABASE_URL names one on {connection.vendor}"
        )
    if unknown := {*facts["migrations"]} - known:
        raise Refused(
            f"it is of a newer portal ({min(unknown)} is not known here; its code: {facts['portal'] or 'not noted'}); "
            "update the code first"
        )
    engine().check(archive)


# --- in the restored database ------------------------------------------------------------------------------------


def settle(archive, is_behind):
    """Make sure that all rows are there, and make the database one of this code and of today."""
    with connection.cursor() as cursor:
        for table, wanted in archive.facts["rows"].items():
            if (found := rows(cursor, table)) != wanted:
                raise Refused(f"the table {table} has {found} rows instead of {wanted}")
    if is_behind:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("reindex", verbosity=0)
    # A link may have been revoked since; and nothing tells which.
    PreviewLink.objects.valid().update(revoked_at=timezone.now())
    # Caches are keyed by this number, and know pages of numbers that came after the backup. No portal changes in every
    # microsecond, so that what the clock says was never reached.
    number = max((archive.facts["content_version"] or 0) + 1, time.time_ns() // 1000)
    ContentVersion.objects.update_or_create(pk=1, defaults={"number": number})
