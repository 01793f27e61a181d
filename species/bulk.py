"""What is exchanged in tables of species and of where they live."""

from publishing.bulk import PUBLISHING, Table
from publishing.screens import both

from .models import Range, Species


class SpeciesTable(Table):
    model = Species
    fields = [
        "slug", *both("name", "other_names"), "scientific_name", "family", "order", "group", "habitat",
        *both("summary", "body"), *PUBLISHING,
    ]  # fmt: skip


class RangeTable(Table):
    """The matrix of species and Range States, each cell a row."""

    model = Range
    key = ("species", "state")
    parent = "species"
    fields = ["species", "state", "presence", "source", "year", "verified", *both("note")]
