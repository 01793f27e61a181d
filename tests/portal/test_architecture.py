"""The floor plan holds: imports point down, models and migrations agree."""

import ast
from pathlib import Path

import pytest
from django.core.management import call_command

FLOORS = ["publishing", "contacts", "species", "events", "news", "cami_portal", "bench"]
ROOT = Path(__file__).resolve().parents[2]


def imported_floors(path):
    """The apps that a Python file imports, at whatever depth of the code."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_point_down(floor):
    files = [path for path in (ROOT / floor).rglob("*.py") if "migrations" not in path.parts]
    above = FLOORS[FLOORS.index(floor) + 1 :]
    assert len(files) > 5
    assert [(path.name, name) for path in files for name in imported_floors(path) if name in above] == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
