import uuid

from django.db import migrations, models


def give_uuids(apps, schema_editor):
    """One row after the other: a default would give all the same."""
    pictures = apps.get_model("publishing", "Picture").objects
    for pk in pictures.values_list("pk", flat=True):
        pictures.filter(pk=pk).update(uuid=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [("publishing", "0007_uploads")]

    operations = [
        migrations.AddField("picture", "variants", models.JSONField(default=dict, editable=False)),
        migrations.AddField("picture", "uuid", models.UUIDField(editable=False, null=True)),
        migrations.RunPython(give_uuids, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            "picture", "uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
        ),
    ]
