"""Backup and restore on SQLite, inside the run of all tests; `tests/stack/test_backup.py` rehearses both databases."""

import errno
import hashlib
import io
import json
import os
import shutil
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import reversion
from django.contrib.auth.models import Group, User
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cami_portal.backup import restoring, uploads
from cami_portal.backup.archive import MANIFEST, SUM, Writer, opened, sum_of
from cami_portal.backup.databases import LEFT_OUT, elsewhere
from contacts.models import PrivateContact
from events.models import Document
from news.models import Article
from publishing import storage
from publishing.models import Page, Picture, PreviewLink, SearchWord, Upload
from publishing.version import ContentVersion
from tests import factories as f
from tests.conftest import make_groups_if_there_are_none

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL is rehearsed in tests/stack"),
]
PASSWORD = "of these tests only"


# --- a portal with something of everything ------------------------------------------------------------------------


def picture_file(shade=90):
    content = io.BytesIO()
    Image.new("RGB", (60, 40), (shade, 120, 80)).save(content, "PNG")
    return ContentFile(content.getvalue(), name="picture.png")


def fill():
    """Beside what is there: accounts, drafts, history, uploads (one put aside), a preview link, and what passes."""
    make_groups_if_there_are_none()
    for role in ("Editor", "Translator"):
        email = f"{role.lower()}@example.org"
        user = User.objects.create_user(email, email, PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
    draft = f.ArticleFactory(published_at=None, slug="a-draft", author=user)
    with reversion.create_revision():
        page = f.PageFactory(slug="a-page")
    with reversion.create_revision():
        page.title_ru = "Сайгак 🦌 \N{COMBINING ACUTE ACCENT}"
        page.save()
    picture = Picture.objects.create(file=picture_file(), alt_en="A steppe", credit="Her", licence="CC0")
    f.ArticleFactory(slug="illustrated", title_en="Saiga on the steppe", picture=picture)
    Document.objects.create(event=f.EventFactory(), title_en="Paper", file=ContentFile(b"%PDF-1.4", name="a.pdf"))
    Document.objects.create(event=f.EventFactory(), title_en="Empty", file=ContentFile(b"", name="a.pdf"))
    Picture.objects.create(file=picture_file(shade=10)).delete()
    f.PrivateContactFactory(person=f.PersonFactory(), email="private@example.org")
    PreviewLink.objects.create(item=draft, expires_at=timezone.now() + timezone.timedelta(days=1))
    Upload.objects.create(user=user, table="news", name="a.csv", content=b"passing", digest="0")
    caches["default"].set("tries", 3)


@contextmanager
def portal(folder):
    """The portal of a folder: its database and its uploads."""
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    folders = {"MEDIA_ROOT": str(folder / "media"), "DUMP_ROOT": str(folder / "dump")}
    with override_settings(**folders, PASSWORD_HASHERS=quick), elsewhere(folder / "db.sqlite3"):
        yield


def client_of(email):
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    return client


@pytest.fixture(scope="module")
def tables(django_db_setup, django_db_blocker, tmp_path_factory):
    """A database without content."""
    path = tmp_path_factory.mktemp("tables") / "db.sqlite3"
    with django_db_blocker.unblock(), closing(sqlite3.connect(path)) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    return path


@pytest.fixture(scope="module")
def original(tables, django_db_blocker, tmp_path_factory):
    """The folder of a portal with content."""
    folder = tmp_path_factory.mktemp("original")
    shutil.copy(tables, folder)
    with django_db_blocker.unblock(), portal(folder):
        fill()
        client_of("editor@example.org")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = OFF")  # on in the SQLite of Debian, not everywhere
        words = [f"forgotten{n}" for n in range(500)]
        SearchWord.objects.bulk_create(SearchWord(word=word, backwards=word, stem=word) for word in words)
        SearchWord.objects.filter(word__in=words).delete()
    return folder


@pytest.fixture(scope="module")
def backup(original, django_db_blocker, tmp_path_factory):
    """A backup of it, made while somebody writes; and how often that was before and after it."""
    path = tmp_path_factory.mktemp("backup") / "of-the-original.zip"
    with django_db_blocker.unblock(), portal(original), somebody_writing(original / "db.sqlite3") as writes:
        before = writes()
        call_command("backup", path, stdout=io.StringIO())
        after = writes()
    return path, before, after


@contextmanager
def somebody_writing(database):
    """In each transaction the content version is raised and a word of the search is added."""
    stop, one, written = threading.Event(), threading.Event(), []

    def write():
        with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as own:
            while not stop.is_set():
                own.execute("BEGIN IMMEDIATE")
                own.execute("UPDATE publishing_contentversion SET number = number + 1")
                own.execute("INSERT INTO publishing_searchword (word, backwards, stem) VALUES (?, '', 'written')",
                            [f"written{len(written)}"])  # fmt: skip
                own.execute("COMMIT")
                written.append(1)
                one.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert one.wait(10)
        yield lambda: len(written)
    finally:
        stop.set()
        thread.join(10)


@pytest.fixture
def empty(tmp_path, django_db_blocker):
    """The folder of a portal without tables and uploads, which is the portal during the test."""
    folder = tmp_path / "empty"
    folder.mkdir()
    with django_db_blocker.unblock(), portal(folder):
        yield folder


def restore(path):
    call_command("restore", path, stdout=io.StringIO(), stderr=io.StringIO())


def is_untouched(folder):
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        return database.execute("SELECT * FROM sqlite_master").fetchall() == [] == files(folder / "media")


def files(folder):
    """``[(name, SHA-256, when it was written, in seconds), …]``"""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), sha256(path), round(path.stat().st_mtime, 3)) for path in paths]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows(path):
    """``{table: rows}`` of all tables of an SQLite file, also those that no model knows."""
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr) for name in tables}  # noqa: S608 - names of tables


# --- the rehearsal ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def restored(original, backup, django_db_blocker, tmp_path_factory):
    """The folder of another portal into which the backup was restored."""
    folder = tmp_path_factory.mktemp("restored")
    with django_db_blocker.unblock(), portal(folder):
        restore(backup[0])
    return folder


def test_a_backup_while_somebody_writes_is_of_one_moment(original, backup, restored):
    path, before, after = backup
    with zipfile.ZipFile(path) as packed:
        facts = json.loads(packed.read(MANIFEST))
    words = [row for row in rows(restored / "db.sqlite3")["publishing_searchword"] if row[1].startswith("written")]
    with closing(sqlite3.connect(original / "db.sqlite3")) as database:
        ((total, version),) = database.execute(
            "SELECT (SELECT count(*) FROM publishing_searchword WHERE stem = 'written'), number "
            "FROM publishing_contentversion"
        )
    assert before <= len(words) < after <= total
    assert facts["content_version"] == version - total + len(words)
    assert facts["rows"]["publishing_searchword"] == len(rows(restored / "db.sqlite3")["publishing_searchword"])


def test_every_row_and_every_byte_comes_back(original, restored):
    """Also the index of the search, which is in tables of its own; but for who was signed in, and what passes."""
    there, back = rows(original / "db.sqlite3"), rows(restored / "db.sqlite3")
    assert all(there[table] for table in LEFT_OUT)
    assert [back[table] for table in LEFT_OUT] == [[], [], []]
    differ = {table for table in there if table not in LEFT_OUT and there[table] != back[table]}
    # The writer went on after the backup; the links to previews are revoked.
    assert differ == {"publishing_contentversion", "publishing_previewlink", "publishing_searchword", "sqlite_sequence"}
    assert there.keys() == back.keys()
    assert files(original / "media") == files(restored / "media")
    assert len([name for name, *_ in files(restored / "media") if name.startswith("removed/")]) == 1


def test_the_restored_portal_works(original, restored, django_db_blocker):
    with django_db_blocker.unblock(), portal(restored):
        editor, reader = client_of("editor@example.org"), Client()
        assert editor.get("/admin/news/article/").status_code == 200
        for address in (
            "/en/",
            "/ru/news/",
            "/en/news/illustrated/",
            "/ru/a-page/",
            "/en/search/?q=saiga",
            "/en/data/",
        ):
            assert (address, reader.get(address).status_code) == (address, 200)
        assert reader.get("/en/news/a-draft/").status_code == 404
        assert b"".join(reader.get(Picture.objects.get().file.url).streaming_content) == picture_file().read()
        assert "/en/news/illustrated/" in reader.get("/en/search/?q=steppe").content.decode()
        assert PrivateContact.objects.get(email="private@example.org").person
        link = PreviewLink.objects.get()
        assert reader.get(f"/preview/{link.token}/").status_code == 404 and not PreviewLink.objects.valid().exists()


def test_no_cache_of_the_past_fits_a_restored_portal(original, restored):
    with closing(sqlite3.connect(original / "db.sqlite3")) as database:
        ((last,),) = database.execute("SELECT number FROM publishing_contentversion")
    ((_, number),) = rows(restored / "db.sqlite3")["publishing_contentversion"]
    assert number > last + 10**9


def test_a_backup_is_for_its_owner_only(backup):
    path, *_ = backup
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"SECRET_KEY" not in path.read_bytes()


def test_what_was_deleted_is_not_in_the_free_pages(original, backup):
    with zipfile.ZipFile(backup[0]) as packed:
        content = packed.read("database.sqlite3")
    assert [path.name for path in original.glob("db*") if b"forgotten400" in path.read_bytes()] != []
    assert (b"forgotten400" in content, b"passing" in content) == (False, False)
    assert b"private@example.org" in content


# --- what is refused ----------------------------------------------------------------------------------------------


def test_any_damage_is_found_and_nothing_touched(backup, empty, tmp_path):
    whole, path = backup[0].read_bytes(), tmp_path / "damaged.zip"
    places = [0, 5, 30, len(whole) // 3, len(whole) // 2, len(whole) - 200, len(whole) - SUM - 1, len(whole) - 1]
    damaged = [whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :] for place in places]
    damaged += [whole[:place] for place in places] + [
        whole + b"\0",
        whole[1:],
        whole[:500] + whole[600:],
        b"no archive",
    ]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(CommandError, match="damaged, cut short, or no backup"):
            restore(path)
        with pytest.raises(CommandError, match="damaged, cut short, or no backup"):
            call_command("restore", path, "--check")
    assert is_untouched(empty)


def members(path):
    """``{name: bytes}``, the manifest read."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    return parts | {MANIFEST: json.loads(parts[MANIFEST])}


def forge(path, parts, manifest, compression=zipfile.ZIP_STORED):
    """An archive of these ``(ZipInfo or name, bytes)`` with a fitting sum."""
    with path.open("w+b") as file:
        with zipfile.ZipFile(file, "w", compression) as packed:
            packed.comment = b"0" * SUM
            for name, content in parts:
                packed.writestr(name, content)
            packed.writestr(MANIFEST, json.dumps(manifest))
        size = file.seek(0, os.SEEK_END)
        digest = sum_of(file, size - SUM)
        file.seek(-SUM, os.SEEK_END)
        file.write(digest)
    return path


def facts_of(content):
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "modified": "2020-01-01T00:00:00Z"}


def linking(name):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


EVIL = ["media/../../evil", "/etc/evil", "media//evil", "media/./evil", "media\\..\\evil", "media/a\nb", "evil"]


@pytest.mark.parametrize("name", EVIL)
def test_a_member_that_would_leave_its_folder_is_refused(backup, empty, tmp_path, name):
    parts = members(backup[0])
    manifest = parts.pop(MANIFEST)
    manifest["files"][name] = facts_of(b"evil")
    with pytest.raises(CommandError, match="has a name that none of the portal’s files has"):
        restore(forge(tmp_path / "forged.zip", [*parts.items(), (name, b"evil")], manifest))
    assert is_untouched(empty)
    assert not list(tmp_path.rglob("evil"))


def test_members_that_the_portal_does_not_write_are_refused(backup, empty, tmp_path, recwarn):
    parts = members(backup[0])
    manifest = parts.pop(MANIFEST)
    database, upload = "database.sqlite3", next(name for name in parts if name.startswith("media/"))
    listed = manifest | {"files": manifest["files"] | {"media/extra": facts_of(b"extra")}}
    without = [pair for pair in parts.items() if pair[0] != upload]
    large = b"0" * 10_000_000
    bomb = manifest | {"files": manifest["files"] | {database: facts_of(large)}}
    forged = {
        f"those of its manifest: {upload}": (without, manifest),
        "those of its manifest: media/extra": ([*parts.items(), ("media/extra", b"extra")], manifest),
        "those of its manifest: one of them twice": ([*parts.items(), (upload, parts[upload])], manifest),
        "is no plain file": ([*parts.items(), (linking("media/extra"), b"/etc/passwd")], listed),
        "is not what the manifest says": ([*without, (upload, parts[upload] + b"!")], manifest),
        "it has no manifest that can be read": (parts.items(), [manifest]),
        "names no database": (parts.items(), manifest | {"database": {"vendor": "oracle"}}),
        "or not the sums of its files": (parts.items(), manifest | {"files": {database: {}}}),
    }
    for reason, (content, facts) in forged.items():
        with pytest.raises(CommandError, match=reason):
            restore(forge(tmp_path / "forged.zip", content, facts))
    for reason, content, facts in [
        ("would grow beyond all measure", [(database, large)], bomb),
        ("is compressed in another way", parts.items(), manifest),
    ]:
        with pytest.raises(CommandError, match=reason):
            restore(forge(tmp_path / "forged.zip", content, facts, zipfile.ZIP_DEFLATED))
    assert is_untouched(empty)


def test_a_backup_of_another_kind_or_of_the_future_is_refused(backup, empty, tmp_path):
    parts = members(backup[0])
    manifest = parts.pop(MANIFEST)
    other = manifest | {
        "database": {"vendor": "postgresql", "program": "pg_dump (PostgreSQL) 15.1"},
        "files": {"database.dump": facts_of(b"PGDMP")},
    }
    for reason, content, facts in [
        ("is of a portal on postgresql, and DATABASE_URL names one on sqlite", [("database.dump", b"PGDMP")], other),
        ("newer portal .news.9999_later is not known", parts.items(), manifest | {"migrations": ["news.9999_later"]}),
        ("its format is 2", parts.items(), manifest | {"format": 2}),
        ("publishing_tombstone has 0 rows instead of 9", parts.items(),
         manifest | {"rows": {"publishing_tombstone": 9}}),
    ]:  # fmt: skip
        with pytest.raises(CommandError, match=reason):
            restore(forge(tmp_path / "forged.zip", content, facts))
    assert is_untouched(empty)


def test_a_portal_with_content_is_not_replaced(backup, original, empty, django_db_blocker):
    (empty / "media").mkdir()
    (empty / "media/mine.txt").touch()
    with pytest.raises(
        CommandError, match=r"uploads already \(mine.txt …\), and a backup replaces nothing. Move the f"
    ):
        restore(backup[0])
    there = files(original / "media")
    with portal(original), pytest.raises(CommandError, match=r"has content .* set DATABASE_URL to a new database"):
        restore(backup[0])
    assert files(original / "media") == there
    call_command("restore", backup[0], "--check", stdout=io.StringIO())


def test_a_restore_that_fails_in_the_middle_leaves_nothing(backup, empty, monkeypatch):
    full = OSError(errno.ENOSPC, "No space left on device")
    save, saved = default_storage.save, []

    def save_one(name, content):
        if saved:
            raise full
        saved.append(name)
        return save(name, content)

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", save_one)
        with pytest.raises(CommandError, match=r"Nothing was restored: .*No space left on device"):
            restore(backup[0])
    assert saved and is_untouched(empty)
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "settle", lambda *args, **options: (_ for _ in ()).throw(full))
        with pytest.raises(CommandError, match=r"Nothing was restored: .*No space left on device"):
            restore(backup[0])
    assert is_untouched(empty)
    with opened(backup[0]) as archive:
        restoring.restore(archive)
    assert Picture.objects.count() == 1


# --- making backups -----------------------------------------------------------------------------------------------


@pytest.fixture
def small(tables, empty):
    """A portal with tables, one picture and its row."""
    shutil.copy(tables, empty)
    Picture.objects.create(file=picture_file())
    return empty


def back_up(target, *options):
    call_command("backup", target, *options, stdout=io.StringIO(), stderr=(complaints := io.StringIO()))
    return complaints.getvalue()


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(small, tmp_path, monkeypatch):
    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = tmp_path / "backups"
    for place in ("add", "add_manifest"):
        with monkeypatch.context() as patch:
            patch.setattr(Writer, place, full)
            with pytest.raises(CommandError, match=r"Nothing was backed up: .*No space left on device"):
                back_up(folder)
        assert [path.name for path in folder.iterdir()] == [".lock"]


def test_what_is_removed_meanwhile_is_in_the_backup_all_the_same(small, tmp_path, monkeypatch):
    picture, listed = Picture.objects.get(), uploads.file_names

    def and_then_removed(folder=""):
        yield from list(listed(folder))
        if not folder:
            storage.move_aside([picture.file.name, *picture.variant_names])

    monkeypatch.setattr(uploads, "file_names", and_then_removed)
    complaints = back_up(tmp_path / "a.zip")
    monkeypatch.undo()
    assert complaints.splitlines() == [
        f"{name}: a row names it, but it is gone" for name in sorted(picture.variant_names)
    ]
    with portal(tmp_path):
        restore(tmp_path / "a.zip")
        names = {*storage.names_in_rows()}
        assert {name for name, *_ in files(tmp_path / "media")} == names == {picture.file.name, *picture.variant_names}


def test_only_older_backups_of_the_folder_are_removed(small, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    older = [f"cami-backup-2020010{day}T000000Z.zip" for day in (1, 2, 3)]
    others = ["cami-backup-20200101T000000Z.zip.part", "before-the-upgrade.zip", "notes.txt"]
    for name in older + others:
        (folder / name).touch()
    (folder / ".cami-backup-left-by-force").mkdir()
    back_up(folder, "--keep", "2")
    names = {path.name for path in folder.iterdir()}
    new = names - {*older, *others, ".lock"}
    assert names - new == {older[2], *others, ".lock"}
    assert len(new) == 1 and new < {path.name for path in folder.glob("cami-backup-2*Z.zip")}


def test_a_backup_replaces_no_file_and_lies_where_nobody_looks(small, tmp_path):
    path = tmp_path / "a.zip"
    path.write_text("mine")
    with pytest.raises(CommandError, match=r"a.zip is there already"):
        back_up(path)
    assert path.read_text() == "mine"
    for served in (small / "media", small / "media/backups", small / "dump"):
        with pytest.raises(CommandError, match="is served to everybody"):
            back_up(served)
    for keep in ("0", "-1"):
        with pytest.raises(CommandError, match="1 or more"):
            back_up(tmp_path, "--keep", keep)
    assert not Path(small, "media/backups").exists()
    assert Article.objects.count() == Page.objects.count() == 0 and ContentVersion.objects.get().number > 0
