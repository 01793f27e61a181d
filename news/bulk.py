"""What is exchanged in tables of articles."""

from publishing.bulk import PUBLISHING, Table
from publishing.screens import both

from .models import Article


class ArticleTable(Table):
    model = Article
    fields = [
        "slug", *both("title"), "kind", "date", "date_precision", *both("summary", "body"), "link", *both("publisher"),
        "species", "states", "people", "events", "instruments", "organisations", *PUBLISHING,
    ]  # fmt: skip
