"""The index anew, with stems, names and spellings. It begins empty: ``manage.py reindex`` fills it.

What only one database knows is made after all migrations: publishing/search/engines.py.
"""

from django.db import migrations, models

import publishing.search.engines

OF_AN_ITEM = [
    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
    ("kind", models.CharField(max_length=20)),
    ("object_id", models.PositiveBigIntegerField()),
    ("shown_from", models.DateTimeField()),
    ("shown_until", models.DateTimeField()),
]


class Migration(migrations.Migration):
    dependencies = [("publishing", "0010_informea")]

    operations = [
        migrations.DeleteModel(name="SearchEntry"),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                *OF_AN_ITEM,
                ("day", models.DateField(null=True)),
                ("facets", models.TextField()),
                ("title", models.TextField()),
                ("summary", models.TextField()),
                ("tokens", publishing.search.engines.TokensField()),
            ],
            options={
                "verbose_name": "search entry",
                "verbose_name_plural": "search entries",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_id"), name="publishing_searchentry_item")
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchName",
            fields=[*OF_AN_ITEM, ("phrase", models.CharField(db_index=True, max_length=250))],
            options={
                "verbose_name": "name in the search",
                "verbose_name_plural": "names in the search",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "object_id", "phrase"), name="publishing_searchname_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", publishing.search.engines.SpelledField(max_length=40, unique=True)),
                ("backwards", publishing.search.engines.SpelledField(db_index=True, max_length=40)),
                ("stem", publishing.search.engines.SpelledField(db_index=True, max_length=40)),
            ],
            options={"verbose_name": "word in the search", "verbose_name_plural": "words in the search"},
        ),
    ]
