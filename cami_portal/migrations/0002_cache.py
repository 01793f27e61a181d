from django.core.management import call_command
from django.db import migrations

TABLE = "cami_portal_cache"


def create(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)

def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    """The table in which all workers count tries to sign in (``CACHES``)."""

    dependencies = [("cami_portal", "0001_roles")]

    operations = [migrations.RunPython(create, drop)]
