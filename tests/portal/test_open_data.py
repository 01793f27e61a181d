"""The open data: what a researcher, another portal and a database of biodiversity get, and what nobody gets."""

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from defusedxml import ElementTree
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone, translation
from dwca.read import DwCAReader

from cami_portal.management.commands.seed import FIXTURES
from cami_portal.opendata import build as building
from cami_portal.opendata import portal
from cami_portal.opendata.darwin_core import STATUS
from cami_portal.opendata.tables import LISTS, RECORDS
from contacts.models import Role
from events.models import Document
from news.models import Article
from publishing.content import Content
from publishing.models import ChangeNote, Picture, PreviewLink
from publishing.sheets import unescaped
from species.models import Species
from tests import factories as f

pytestmark = pytest.mark.django_db
DWC = "http://rs.tdwg.org/dwc/terms/"
SEED = json.loads((settings.FIXTURE_DIRS[0] / "species.json").read_text())
# What some row below holds and no page shows, or no file may.
NOWHERE = [
    "Undisclosed", "Unseen", "Formerly", "Retired", "private@example.org", "person@example.org", "personal@example.org",
    "+7 000 000 00 00", "555 01 02", "concealed-", "Concealed", "Proof", "pictures/", "proof.pdf", "author@example.org",
]  # fmt: skip


def add_what_could_leak():
    """Beside the seed: items that are not live in all relations to one that is, and people whom no page names."""
    hidden = {"published_at": None, "title_en": "Concealed", "title_ru": "Concealed"}
    draft = f.ArticleFactory(**hidden, slug="concealed-article")
    species = f.SpeciesFactory(published_at=None, slug="concealed-species", name_en="Concealed")
    event = f.EventFactory(**hidden, slug="concealed-event")
    live = f.EventFactory(slug="zz-live-event", part_of=event)
    f.EventFactory(slug="zz-part", part_of=live)
    picture = Picture.objects.create(
        file="pictures/x.png", width=9, height=9, credit="Her", licence="CC0", permission="Proof of permission"
    )
    kept, disclosed = f.PersonFactory(family_name_en="Undisclosed"), f.PersonFactory(family_name_en="Disclosed")
    f.PrivateContactFactory(person=disclosed, email="private@example.org", note="Unseen")
    f.PersonFactory(family_name_en="Unseen")
    saiga = Species.objects.get(slug="saiga")
    f.FocalPointFactory(species=saiga, person=kept, number=11)
    f.FocalPointFactory(species=saiga, person=disclosed, number=12, name_public=True)
    retired = f.PersonFactory(family_name_en="Retired")
    f.FocalPointFactory(species=saiga, person=retired, number=13, name_public=True, end="2020-01-01")
    f.FocalPointFactory(species=saiga, person=disclosed, number=14)
    f.FocalPointFactory(species=species, person=f.PersonFactory(family_name_en="Formerly"), name_public=True)
    f.AssignmentFactory(
        role=Role.objects.first(), person=disclosed, number=9, email="person@example.org", phone="+49 30 555 01 02"
    )
    body = (
        '<p>Of <a href="/en/news/concealed-article/">words</a>, <a href="/en/events/zz-live-event/">an event</a> &amp; '
        '<a href="mailto:personal@example.org">personal@example.org</a>, or call +49 30 555 01 02.</p>'
        f'<figure data-picture="{picture.uuid.hex}"></figure>'
    )
    article = f.ArticleFactory(
        slug="zz-article", title_en="=HYPERLINK(1)", summary_en="-1", body_en=body, body_ru=body, picture=picture,
        expires_at=timezone.now() + timezone.timedelta(days=1), publisher_en="@\u2028x",
    )  # fmt: skip
    for item in (article, live):
        item.species.add(species, saiga)
    article.events.add(event, live)
    article.people.add(disclosed)
    draft.people.add(f.PersonFactory(family_name_en="Formerly"))
    PreviewLink.objects.create(item=draft, note="Unseen", expires_at=timezone.now() + timezone.timedelta(days=1))
    old = Document.objects.create(event=event, title_en="Concealed", link="https://example.org/concealed-paper")
    Document.objects.create(
        event=live, title_en="Paper", file=ContentFile(b"%PDF-1.4", name="proof.pdf"), supersedes=old
    )
    Document.objects.create(event=live, title_en="Page", link="https://example.org/paper", number=2)


def dump(root):
    with override_settings(DUMP_ROOT=root):
        call_command("dump", stdout=io.StringIO())
    return Path(root, "current").resolve()


@pytest.fixture(scope="module")
def dumps(django_db_setup, django_db_blocker, tmp_path_factory):
    """The dump of the seed and more, and that of a portal which loaded nothing but the first one."""
    root = tmp_path_factory.mktemp("open-data")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=root / "media", SITE_URL="https://portal.example.org"),
        translation.override("en"),
    ):
        with transaction.atomic():
            call_command("loaddata", *FIXTURES, verbosity=0)
            add_what_could_leak()
            first = dump(root / "first")
            heads = {
                view.record.name: head(Client().get(address).content) for view, address in TABLES.items() if address
            }
            transaction.set_rollback(True)
        with transaction.atomic():
            assert not Article.objects.exists()
            call_command("loaddata", first / "json/portal.json", verbosity=0)
            second = dump(root / "second")
            transaction.set_rollback(True)
    return SimpleNamespace(first=first, second=second, heads=heads, root=root)


PLACES = ["news", "events", "species", "species/range", "species/states", "species/instruments", "contacts",
          "contacts/organisations", "sources"]  # fmt: skip
TABLES = {view: f"/en/{place}/data.csv" for view, place in zip(LISTS, PLACES, strict=True)}


def head(content):
    return content.decode("utf-8-sig").partition("\r\n")[0]


def contents(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != building.MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def rows(path, delimiter=","):
    text = path.read_bytes().decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=delimiter))


# --- content ------------------------------------------------------------------------------------------------------


def test_what_another_portal_loads_makes_the_same_dump_again(dumps):
    first, second = contents(dumps.first), contents(dumps.second)
    assert [path for path in first if first[path] != second.get(path)] == []
    assert first.keys() == second.keys()
    assert len(first) == 78


def test_no_file_holds_what_no_page_shows(dumps):
    texts = {path: content.decode() for path, content in contents(dumps.first).items() if not path.endswith(".zip")}
    assert [(path, words) for path, text in texts.items() for words in NOWHERE if words in text] == []
    assert [
        words for words in ("Disclosed", "zz-article", "https://example.org/paper") if words not in str(texts)
    ] == []
    # In the archives there is nothing but these files.
    for name, folder in (("cami-open-data.zip", ""), ("cami-dwca.zip", "dwca/")):
        with zipfile.ZipFile(dumps.first / name) as archive:
            packed = {f"{folder}{path}": archive.read(path) for path in archive.namelist()}
        files = contents(dumps.first)
        assert [path for path in packed if path != "SHA256SUMS" and packed[path] != files[path]] == []
        assert packed.keys() >= {path for path in texts if path.startswith(folder)}


def test_who_is_named_for_something_else_is_not_named_as_focal_point(dumps):
    """Of three whom pages name, one agreed to be named as focal point and still is one."""
    loaded = [row["fields"] for row in json.loads((dumps.first / "json/portal.json").read_text())
              if row["model"] == "species.focalpoint" and row["fields"]["number"] in (11, 12, 13, 14)]  # fmt: skip
    assert [(row["number"], bool(row["person"])) for row in loaded] == [(11, False), (12, True), (14, False)]


def test_texts_keep_their_words_and_lose_what_leads_nowhere(dumps):
    article = next(
        one for one in json.loads((dumps.first / "json/news.json").read_text()) if one["slug"] == "zz-article"
    )
    assert article["body"]["ru"] == (
        '<p>Of words, <a href="https://portal.example.org/ru/events/zz-live-event/" rel="noopener">an event</a>'
        " &amp; […], or call […].</p>"
    )
    assert (article["events"], article["species"]) == (["zz-live-event"], ["saiga"])


def test_the_file_of_a_document_is_a_link_to_the_portal_that_has_it(dumps):
    found = [row for row in rows(dumps.first / "csv/documents.csv") if row["event"] == "zz-live-event"]
    own = "https://portal.example.org/en/events/zz-live-event/documents/1/"
    assert [row["url"] for row in found] == [own, "https://example.org/paper"]


def test_the_tables_have_the_columns_of_the_lists(dumps):
    assert dumps.heads == {
        name: head((dumps.first / f"csv/{name}.csv").read_bytes()) for name in (view.record.name for view in LISTS)
    }


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_every_form_of_a_table_has_the_same_rows(dumps, record):
    tables = [
        rows(dumps.first / f"{folder}/{record.name}.csv", by) for folder, by in (("csv", ","), ("csv-semicolon", ";"))
    ]
    items = json.loads((dumps.first / f"json/{record.name}.json").read_text())
    assert tables[0] == tables[1]
    assert len(items) == len(tables[0]) > 0
    assert list(tables[0][0]) == record.heads()


def test_no_cell_is_a_formula(dumps):
    risky = re.compile("[=+@\t\r-]")
    for path in [*dumps.first.glob("csv*/*.csv"), *dumps.first.glob("dwca/*.csv")]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = {cell for row in csv.reader(file, delimiter=";" if "semi" in str(path) else ",") for cell in row}
        assert [cell for cell in cells if risky.match(cell)] == [], path
    article = next(row for row in rows(dumps.first / "csv/news.csv") if row["slug"] == "zz-article")
    assert (article["title_en"], article["summary_en"]) == ("'=HYPERLINK(1)", "'-1")


def test_every_public_field_is_decided_upon():
    """A new field stands in the dump or here."""
    kept_back = {
        "Assignment": {"email", "phone"},
        "Document": {"file"},
        "Person": {"organisation", "department", "position", "born", "born_precision", "died", "died_precision",
                   "source", "other_organisations"},
        "Event": {"informea_kind", "to_informea"},
    }  # fmt: skip
    states = {"submitted_at", "withdrawn_at", "expires_at", "author", "picture"}
    for model in portal.FIELDS:
        columns = [field for field in model._meta.get_fields() if not field.auto_created and field.concrete]
        columns = [field for field in columns if getattr(field.remote_field, "through", None) is None
                   or field.remote_field.through._meta.auto_created]  # fmt: skip
        named = {getattr(field, "translated_field", field).name for field in columns} - {"id", "outdated_translations"}
        assert (model, named - set(portal.FIELDS[model].split()) - states) == (
            model,
            kept_back.get(model.__name__, set()),
        )
    others = {model for model in Content.__subclasses__() if not model._meta.abstract} - portal.FIELDS.keys()
    assert others == {Picture, ChangeNote}


# --- what describes it --------------------------------------------------------------------------------------------


def test_the_checksums_are_right(dumps):
    sums = dict(reversed(line.split("  ")) for line in (dumps.first / "SHA256SUMS").read_text().splitlines())
    files = contents(dumps.first)
    del files["SHA256SUMS"]
    assert sums == {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def test_the_data_package_describes_every_table(dumps):
    package = json.loads((dumps.first / "datapackage.json").read_text())
    files = contents(dumps.first)
    for resource in package["resources"]:
        content = files[resource["path"]]
        found = len(content), f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert (resource["bytes"], resource["hash"]) == found, resource["path"]
    described = {resource["path"] for resource in package["resources"]}
    assert described >= {path for path in files if path.split("/")[0] in ("csv", "csv-semicolon", "json")}
    names = [resource["name"] for resource in package["resources"]]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch("[a-z0-9._-]+", name)] == []


READ = {
    "integer": int,
    "boolean": {"yes": True, "no": False}.__getitem__,
    "date": timezone.datetime.fromisoformat,
    "datetime": timezone.datetime.fromisoformat,
    "time": lambda value: re.fullmatch(r"\d\d:\d\d:\d\d", value)[0],
    "string": str,
}


def test_every_cell_is_of_the_type_that_the_data_package_says(dumps):
    package = json.loads((dumps.first / "datapackage.json").read_text())
    tables = [resource for resource in package["resources"] if resource.get("type") == "table"]
    assert len(tables) == 2 * len(RECORDS)
    for table in tables:
        schema, found = table["schema"], rows(dumps.first / table["path"], table["dialect"]["delimiter"])
        assert list(found[0]) == [field["name"] for field in schema["fields"]]
        for field in schema["fields"]:
            limits = field.get("constraints", {})
            cells = [unescaped(row[field["name"]]) for row in found]
            values = [READ[field["type"]](cell) for cell in cells if cell]
            assert not limits.get("required") or len(values) == len(cells), (table["path"], field)
            assert set(values) <= set(limits.get("enum", values)), (table["path"], field)
        keys = [tuple(row[name] for name in schema.get("primaryKey", row)) for row in found]
        assert len(keys) == len(set(keys)), table["path"]


def test_the_version_says_the_day_and_the_content(dumps):
    manifest = json.loads((dumps.first / building.MANIFEST).read_text())
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}", manifest["version"])
    for name in ("README.md", "README.ru.md", "CITATION.cff", "datapackage.json", "dwca/eml.xml"):
        assert manifest["version"] in (dumps.first / name).read_text(), name


LICENCES = [
    ("", "", "Not stated yet"),
    ("Some licence", "", "Some licence"),
    ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
]


@pytest.mark.parametrize(("name", "url", "words"), LICENCES)
def test_the_licence_is_stated_everywhere_or_said_to_be_missing(client, settings, tmp_path, name, url, words):
    settings.DATA_LICENCE, settings.DATA_LICENCE_URL = name, url
    settings.DUMP_ROOT = tmp_path
    folder = dump(tmp_path)
    package = json.loads((folder / "datapackage.json").read_text())
    rights = ElementTree.parse(folder / "dwca/eml.xml").find("dataset/intellectualRights")
    assert words in (folder / "README.md").read_text()
    assert words in client.get("/en/data/").content.decode()
    assert ("licenses" in package, rights is not None) == (bool(name), bool(name))
    if name:
        assert name in "".join(rights.itertext())
        assert package["licenses"][0]["title"] == name
    assert (url in (folder / "CITATION.cff").read_text()) is True
    assert (f'href="{url}"' in client.get("/en/data/").content.decode()) is bool(url)


# --- Darwin Core --------------------------------------------------------------------------------------------------


def test_a_reader_of_darwin_core_finds_the_checklist(dumps):
    with DwCAReader(dumps.first / "cami-dwca.zip") as archive:
        assert archive.descriptor.core.type == f"{DWC}Taxon"
        assert archive.metadata.findtext("dataset/title").endswith("open data of the portal")
        taxa = {row.data[f"{DWC}scientificName"]: row for row in archive}
        assert len(taxa) == 20
        saiga = taxa["Saiga tatarica"]
        found = {}
        for row in saiga.extensions:
            kind, data = row.rowtype.rpartition("/")[2], row.data.items()
            found.setdefault(kind, []).append({term.rpartition("/")[2]: value for term, value in data})
    known = SimpleNamespace(**next(row["fields"] for row in SEED if row["fields"].get("slug") == "saiga"))
    assert (saiga.id, saiga.data[f"{DWC}taxonID"]) == (f"urn:uuid:{known.uuid}", f"urn:uuid:{known.uuid}")
    assert (saiga.data[f"{DWC}class"], saiga.data[f"{DWC}family"]) == ("Mammalia", known.family)
    names = {(row["vernacularName"], row["language"], row["isPreferredName"]) for row in found["VernacularName"]}
    assert {(known.name_en, "en", "true"), (known.name_ru, "ru", "true")} <= names
    states = [
        row["fields"] for row in SEED if row["model"] == "species.range" and row["fields"]["species"] == ["saiga"]
    ]
    status = {row["countryCode"]: row["occurrenceStatus"] for row in found["Distribution"]}
    assert status == {row["state"][0]: STATUS[row["presence"]][0] for row in states}
    assert {row["title"] for row in found["Identifier"]} <= {"GBIF", "IUCN Red List", "Wikidata"}
    assert [row for row in found["Reference"] if not row["bibliographicCitation"]] == []


@pytest.mark.parametrize(
    ("presence", "words"),
    [
        ("resident", ("present", "")),
        ("reintroduced", ("present", "nativeReintroduced")),
        ("extinct", ("absent", "")),
        ("uncertain", ("doubtful", "")),
        ("vagrant", ("irregular", "vagrant")),
    ],
)
def test_each_presence_has_its_word_in_darwin_core(tmp_path, presence, words):
    country = {"state__country__code": "KZ", "state__country__name_en": "-Land"}
    row = f.RangeFactory(presence=presence, year=2008, note_en="Once\nseen", **country)
    with DwCAReader(dump(tmp_path) / "cami-dwca.zip") as archive:
        (found,) = [one for one in archive.rows[0].extensions if one.rowtype.endswith("Distribution")]
    data = {term.rpartition("/")[2]: value for term, value in found.data.items()}
    assert (data["occurrenceStatus"], data["establishmentMeans"]) == words
    assert (data["locationID"], data["countryCode"], data["eventDate"]) == ("ISO:KZ", "KZ", "2008")
    assert data["occurrenceRemarks"] == f"{row.get_presence_display()}; unverified; Once seen"
    assert data["locality"] == "'-Land"


# --- building -----------------------------------------------------------------------------------------------------


def test_a_build_that_fails_leaves_the_former_one(tmp_path, monkeypatch):
    first = dump(tmp_path)

    def fail(*args):
        raise OSError("no space left")

    monkeypatch.setattr("cami_portal.opendata.darwin_core.write", fail)
    with pytest.raises(OSError, match="no space"):
        dump(tmp_path)
    assert [path.name for path in tmp_path.glob("build-*")] == [first.name]
    assert (tmp_path / "current").resolve() == first


def test_the_former_files_stay_until_the_next_build(tmp_path):
    folders = [dump(tmp_path) for _ in range(3)]
    assert [folder.exists() for folder in folders] == [False, True, True]


def test_two_builds_do_not_disturb_each_other(settings, tmp_path):
    settings.DUMP_ROOT = tmp_path
    with building.alone(tmp_path), pytest.raises(CommandError):
        call_command("dump")


def test_what_goes_live_meanwhile_is_in_it_wholly(tmp_path, monkeypatch):
    """A scheduled item must not be in one file and missing in another."""
    write, calls = building.write, []

    def slow(folder):
        calls.append(write(folder))
        if len(calls) == 1:
            f.ArticleFactory(slug="just-live", published_at=timezone.now())
        return calls[-1]

    monkeypatch.setattr(building, "write", slow)
    folder = dump(tmp_path)
    assert len(set(calls)) == 2
    assert "just-live" in (folder / "csv/news.csv").read_text()


@pytest.mark.django_db(transaction=True)
def test_a_build_reads_one_moment_and_leaves_no_transaction_open(tmp_path):
    f.SpeciesFactory(slug="one")
    assert "one" in (dump(tmp_path) / "csv/species.csv").read_text()
    f.SpeciesFactory(slug="two")
    assert "two" in (dump(tmp_path) / "csv/species.csv").read_text()


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def offered(settings, dumps, tmp_path):
    """A copy of the dump of the seed, offered."""
    settings.DUMP_ROOT = tmp_path
    shutil.copytree(dumps.first, tmp_path / "current")
    return tmp_path / "current"


@pytest.mark.parametrize(("language", "words"), [("en", "list by list"), ("ru", "")])
def test_without_a_dump_the_page_says_so(client, language, words):
    response = client.get(f"/{language}/data/")
    assert (response.status_code, response.context["dump"]) == (200, None)
    page = response.content.decode()
    assert words in page
    assert f'href="/{language}/news/"' in page
    assert "/data/c" not in page


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_offers_every_file_with_its_size_and_checksum(client, offered, language):
    page = client.get(f"/{language}/data/").content.decode()
    sums = {path: hashlib.sha256(content).hexdigest() for path, content in contents(offered).items()}
    assert [path for path, digest in sums.items() if f'href="/data/{path}"' not in page or digest not in page] == []
    packed = Client(headers={"Accept-Encoding": "gzip"}).get(f"/{language}/data/")
    assert len(packed.content) <= 15_000


def test_the_page_tells_machines_what_it_offers(client, offered):
    (found,) = client.get("/en/data/").context["structured_data"]
    assert found["@type"] == "Dataset"
    for file in found["distribution"]:
        content = client.get(file["contentUrl"].removeprefix("http://testserver")).getvalue()
        assert (file["sha256"], file["contentSize"]) == (hashlib.sha256(content).hexdigest(), f"{len(content)} B")
    json.dumps(found)


def test_the_page_says_that_something_changed_since(client, settings, tmp_path):
    f.ArticleFactory()
    settings.DUMP_ROOT = tmp_path
    dump(tmp_path)
    assert client.get("/en/data/").context["dump"].is_outdated is False
    f.ArticleFactory()
    assert client.get("/en/data/").context["dump"].is_outdated is True
    assert "has changed on the portal since" in client.get("/en/data/").content.decode()


@pytest.mark.parametrize("path", ["cami-open-data.zip", "csv/news.csv", "csv-semicolon/news.csv", "README.ru.md"])
def test_a_file_is_an_attachment_that_is_asked_for_once(client, offered, path):
    response = client.get(f"/data/{path}")
    assert response.getvalue() == (offered / path).read_bytes()
    assert response["Content-Disposition"] == f'attachment; filename="{path.replace("/", "-")}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Access-Control-Allow-Origin"] == "*"
    again = client.get(f"/data/{path}", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    found = client.head(f"/data/{path}")
    assert (found.status_code, found["ETag"]) == (200, response["ETag"])
    found.close()
    assert client.post(f"/data/{path}").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["manifest.json", "x", "csv/", "csv", "../.lock", "csv/../manifest.json", "%00", "%2e%2e/x", "a" * 3000, "%ED%A0"],
)
def test_nothing_else_is_offered(client, offered, path):
    assert client.get(f"/data/{path}").status_code == 404


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 1}', "\x00"])
def test_a_broken_manifest_is_no_dump(client, offered, content):
    (offered / building.MANIFEST).write_text(content)
    assert client.get("/en/data/").status_code == 200
    assert client.get("/data/csv/news.csv").status_code == 404


def test_every_page_leads_there(client):
    assert 'href="/ru/data/"' in client.get("/ru/").content.decode()
