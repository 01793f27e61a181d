from django.db import migrations

from cami_portal.roles import make_groups


class Migration(migrations.Migration):
    """The groups of the desk."""

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("publishing", "0002_desk"),
        ("contacts", "0001_initial"),
        ("species", "0002_desk"),
        ("events", "0002_desk"),
        ("news", "0002_desk"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
