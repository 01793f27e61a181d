from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0009_changes")]

    operations = [migrations.AddField("tombstone", "record", models.JSONField(editable=False, null=True))]
