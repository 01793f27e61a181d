import uuid

import django.utils.timezone
from django.db import migrations, models


def identify(apps, schema_editor):
    RangeState = apps.get_model("species", "RangeState")
    for state in RangeState.objects.all():
        state.uuid = uuid.uuid4()
        state.save(update_fields=["uuid"])


class Migration(migrations.Migration):
    dependencies = [("species", "0003_listed_and_tiles")]

    operations = [
        migrations.AddField(
            "rangestate",
            "created",
            models.DateTimeField("created", auto_now_add=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            "rangestate",
            "changed",
            models.DateTimeField("last changed", auto_now=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField("rangestate", "uuid", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(identify, migrations.RunPython.noop),
        migrations.AlterField(
            "rangestate", "uuid", models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
        ),
    ]
