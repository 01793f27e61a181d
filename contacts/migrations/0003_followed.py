import django.utils.timezone
from django.db import migrations, models

CREATED = models.DateTimeField("created", auto_now_add=True, default=django.utils.timezone.now)
CHANGED = models.DateTimeField("last changed", auto_now=True)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_not_part_of_itself")]

    operations = [
        migrations.AddField("organisation", "created", CREATED, preserve_default=False),
        migrations.AddField("organisation", "changed", CHANGED),
        migrations.AddField("role", "created", CREATED, preserve_default=False),
        migrations.AddField("role", "changed", CHANGED),
    ]
