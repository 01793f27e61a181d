"""What is exchanged in tables of organisations, people and roles. No address of a person is."""

from publishing.bulk import Table
from publishing.screens import both

from .models import Assignment, Organisation, Person, Role


class OrganisationTable(Table):
    model = Organisation
    fields = [
        "slug", *both("name"), "acronym", "kind", *both("about"), "part_of", "country",
        "website", *both("address"), "phones", "fax", "email", "source",
    ]  # fmt: skip


class PersonTable(Table):
    model = Person
    fields = [
        "slug", *both("honorific", "given_name", "family_name"), "family_name_first", *both("position", "department"),
        "organisation", "other_organisations", "born", "born_precision", "died", "died_precision", "source",
    ]  # fmt: skip

    def title(self, person):
        names = [(person.family_name_en, person.given_name_en), (person.family_name_ru, person.given_name_ru)]
        return " ".join(filter(None, next((name for name in names if name[0]), ())))


class RoleTable(Table):
    model = Role
    fields = ["slug", *both("title"), "kind", *both("about"), "organisation", "topics", "mailbox", "order"]


class AssignmentTable(Table):
    """Without the addresses that somebody has in a role: they are typed in by hand, one by one."""

    model = Assignment
    key = ("role", "number")
    parent = "role"
    fields = [
        "role", "number", "person", "acting", "confirmed",
        "start", "start_precision", "end", "end_precision", *both("note"), "source",
    ]  # fmt: skip
