from django.db import migrations

from cami_portal.roles import make_groups


class Migration(migrations.Migration):
    """What the roles may do with what came after them: notes on changes, and the tables that the portal keeps."""

    dependencies = [
        ("cami_portal", "0002_cache"),
        ("publishing", "0008_pictures"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
