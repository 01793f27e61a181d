from django.db import migrations, models

WORDS = {
    "cop": "Conference of the Parties",
    "mop": "Meeting of the Parties",
    "stc": "Standing Committee",
    "scc": "Scientific Council",
    "subsidiary": "subsidiary body",
    "expert": "expert meeting",
    "working": "working group",
    "technical meeting": "technical meeting",
    "negotiation meeting": "negotiation meeting",
    "conference": "conference",
    "symposia": "symposium",
    "workshop": "workshop",
    "informal": "informal meeting",
}


def keep_known_words(apps, schema_editor):
    """The field was free: what InforMEA does not know is decided by the kind again."""
    apps.get_model("events", "Event").objects.exclude(informea_kind__in=WORDS).update(informea_kind="")


class Migration(migrations.Migration):
    dependencies = [("events", "0002_desk")]

    operations = [
        migrations.RunPython(keep_known_words, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            "event",
            "informea_kind",
            models.CharField(
                "kind for InforMEA",
                max_length=30,
                blank=True,
                choices=list(WORDS.items()),
                help_text="Empty: decided by the kind above.",
            ),
        ),
    ]
