import uuid

from django.db import migrations, models
from django.db.models import F


def identify(apps, schema_editor):
    ChangeNote = apps.get_model("publishing", "ChangeNote")
    for key in ChangeNote.objects.values_list("pk", flat=True):
        ChangeNote.objects.filter(pk=key).update(uuid=uuid.uuid4(), changed=F("at"))


class Migration(migrations.Migration):
    dependencies = [("publishing", "0008_pictures")]

    operations = [
        migrations.AddField("changenote", "uuid", models.UUIDField(null=True, editable=False)),
        migrations.AddField("changenote", "changed", models.DateTimeField("last changed", auto_now=True, null=True)),
        migrations.RunPython(identify, migrations.RunPython.noop),
        migrations.AlterField(
            "changenote", "uuid", models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
        ),
        migrations.AlterField("changenote", "changed", models.DateTimeField("last changed", auto_now=True)),
    ]
