"""The rehearsal of an emergency, with the real commands: a portal is lost, and another one is made of its backup."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from tests.portal.test_backup import PASSWORD, files, forge, members

pytestmark = pytest.mark.stack
ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {"django_session", "cami_portal_cache", "publishing_upload"}
FILL = "import django; django.setup(); from tests.portal.test_backup import fill; fill()"
WORD = "INSERT INTO publishing_searchword (word, backwards, stem) VALUES ('rehearsal{}', '', 'rehearsal')"
# Sign in, and say what some pages answer.
VISIT = f"""
import django; django.setup()
from django.test import Client
from django.urls import reverse
editor, reader = Client(), Client()
editor.post(reverse("account_login"), {{"login": "editor@example.org", "password": "{PASSWORD}"}})
pages = [editor.get("/admin/news/article/"), *map(reader.get, ["/en/", "/ru/species/saiga/", "/en/data/"])]
found = reader.get("/en/search/?q=steppe").content.decode()
print([page.status_code for page in pages], "/en/news/illustrated/" in found)
"""


class Portal:
    """A portal of its own folder and database, run by commands as an operator does."""

    def __init__(self, folder, url):
        self.folder, self.url = folder, url
        folder.mkdir(exist_ok=True)
        self.media = folder / "media"
        self.environment = os.environ | {
            "DATABASE_URL": url, "MEDIA_ROOT": str(self.media), "DUMP_ROOT": str(folder / "dump"), "DEBUG": "false",
            "HTTPS": "false", "SITE_URL": "http://testserver", "ALLOWED_HOSTS": "testserver",
            "SECRET_KEY": "of these tests " * 4,
            "DJANGO_SETTINGS_MODULE": "cami_portal.settings",
        }  # fmt: skip

    def python(self, *words, fails=False, **settings):
        """What a program prints; of one that fails, its complaint."""
        done = subprocess.run(  # noqa: S603 - the words of the command stand here
            [sys.executable, *words],
            cwd=ROOT, env=self.environment | settings, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def manage(self, *words, **options):
        return self.python("manage.py", *map(str, words), **options)

    def connect(self):
        if self.url.startswith("sqlite:"):
            return sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20)
        socket, name = self.url.removeprefix("postgres://portal@/").rsplit("/", 1)
        return psycopg2.connect(dbname=name, host=socket, user="portal")

    def ask(self, question):
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(question)
            return cursor.fetchall()

    @property
    def tables(self):
        if self.url.startswith("sqlite:"):
            found = self.ask("SELECT name FROM sqlite_master WHERE type = 'table'")
        else:
            found = self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted(name for (name,) in found)

    def rows(self):
        """``{table: rows}``, and on PostgreSQL where the numbers of new rows go on."""
        if self.url.startswith("sqlite:"):
            return {name: sorted(self.ask(f'SELECT * FROM "{name}"'), key=repr) for name in self.tables}
        rows = {name: sorted(self.ask(f'SELECT t::text FROM "{name}" t')) for name in self.tables}
        return rows | {"sequences": sorted(self.ask("SELECT sequencename, last_value FROM pg_sequences"))}


@pytest.fixture(scope="module")
def server():
    """The URL of a private PostgreSQL, but for the name of the database."""
    process = subprocess.Popen(
        [".ci/postgres", "sh", "-c", 'echo "$DATABASE_URL"; read -r end'],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        url = next((line for line in process.stdout if line.startswith("postgres://")), "")
        assert url, "PostgreSQL does not start"
        yield url.strip().removesuffix("portal")
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=20)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def portals(kind, tmp_path_factory, request):
    """Make portals of these names, whose databases are empty."""

    def make(name):
        folder = tmp_path_factory.mktemp(name)
        if kind == "sqlite":
            return Portal(folder, f"sqlite:///{folder}/db.sqlite3")
        server = request.getfixturevalue("server")
        with closing(Portal(folder, f"{server}portal").connect()) as connection:
            connection.autocommit = True
            connection.cursor().execute(f"CREATE DATABASE {name}")
        return Portal(folder, f"{server}{name}")

    return make


@pytest.fixture(scope="module")
def lost(portals):
    """A portal with content: the seed, and something of everything else."""
    portal = portals("lost")
    portal.manage("migrate", "-v0")
    portal.manage("seed")
    portal.python("-c", FILL)
    return portal


@pytest.fixture(scope="module")
def archive(lost, tmp_path_factory):
    path = tmp_path_factory.mktemp("backup") / "lost.zip"
    lost.manage("backup", path)
    return path


@contextmanager
def somebody_writing(portal):
    """In each transaction the content version is raised and a word of the search is added; how often that was."""
    stop, one, written = threading.Event(), threading.Event(), []

    def write():
        with closing(portal.connect()) as connection, closing(connection.cursor()) as cursor:
            while not stop.wait(0.005):
                cursor.execute("UPDATE publishing_contentversion SET number = number + 1")
                cursor.execute(WORD.format(len(written)))
                connection.commit()
                written.append(1)
                one.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert one.wait(20)
        yield lambda: len(written)
    finally:
        stop.set()
        thread.join(20)


def test_a_lost_portal_comes_back_from_its_backup(lost, portals, tmp_path):
    new, before = portals("new"), lost.rows()
    version = lost.ask("SELECT number FROM publishing_contentversion")[0][0]
    with somebody_writing(lost) as writes:
        began = writes()
        lost.manage("backup", tmp_path / "backups")
        ended = writes()
    (archive,) = (tmp_path / "backups").glob("cami-backup-*.zip")
    assert "It is whole." in new.manage("restore", archive, "--check")
    assert new.tables == []

    new.manage("restore", archive)
    after = new.rows()
    words = [row for row in after["publishing_searchword"] if "rehearsal" in str(row)]
    facts = members(archive)["manifest.json"]
    assert began <= len(words) < ended
    assert facts["content_version"] == version + len(words)  # of the moment of these rows
    assert len(facts["migrations"]) > 50
    assert [after[name] for name in LEFT_OUT] == [[], [], []]
    differ = {name for name in before if before[name] != after[name]} - LEFT_OUT
    assert differ - {"sequences", "sqlite_sequence"} == {
        "publishing_contentversion", "publishing_previewlink", "publishing_searchword",
    }  # fmt: skip
    assert before.keys() == after.keys()
    assert files(lost.media) == files(new.media) != []
    assert new.python("-c", VISIT).strip() == "[200, 200, 200, 200] True"
    new.manage("migrate", "--check")

    # What came back can be backed up again, but not be overwritten.
    new.manage("backup", tmp_path / "second.zip")
    assert "has content" in new.manage("restore", archive, fails=True)


def test_a_backup_of_older_code_is_brought_up_to_date(archive, portals, tmp_path):
    old, new = portals("old"), portals("newer")
    old.manage("restore", archive)
    old.manage("migrate", "-v0", "news", "0002")
    old.manage("backup", tmp_path / "old.zip")
    new.manage("migrate", "-v0")  # tables without content are an empty portal too
    new.manage("restore", tmp_path / "old.zip")
    new.manage("migrate", "--check")
    assert new.rows()["news_article"] == old.rows()["news_article"] != []
    assert files(old.media) == files(new.media)


def test_a_restore_that_fails_leaves_an_empty_portal(archive, portals, tmp_path):
    new, parts = portals("empty"), members(archive)
    manifest = parts.pop("manifest.json")
    manifest["rows"]["news_article"] += 1
    forged = forge(tmp_path / "forged.zip", parts.items(), manifest)
    assert "the table news_article has" in new.manage("restore", forged, fails=True)
    forged.write_bytes(archive.read_bytes()[:-1000])
    assert "damaged, cut short" in new.manage("restore", forged, fails=True)
    assert (new.tables, files(new.media)) == ([], [])
    new.manage("restore", archive)


def test_the_programs_of_postgresql_are_looked_at_first_and_told_no_secret(kind, lost, tmp_path):
    if kind == "sqlite":
        pytest.skip("needs no program")
    tools = tmp_path / "tools"
    tools.mkdir()
    complaint = lost.manage("backup", tmp_path / "b", fails=True, PATH=str(tools))
    assert "pg_dump is missing. On Debian or Ubuntu: apt install postgresql-client." in complaint

    def pretend(version):
        program = tools / "pg_dump"
        program.write_text(
            f'#!/bin/sh\n[ "$1" != --version ] || {{ echo "pg_dump (PostgreSQL) {version}"; exit; }}\n'
            f'echo "$* PASSWORD=$PGPASSWORD" > {tmp_path}/told; echo half; echo "it broke" >&2; exit 1\n'
        )
        program.chmod(0o755)

    pretend("9.6.1")
    complaint = lost.manage("backup", tmp_path / "b", fails=True, PATH=str(tools))
    assert "pg_dump is of version 9 and older than the server: install postgresql-client-1" in complaint
    pretend("99.1")
    url = lost.url.replace("portal@", "portal:hidden@")
    complaint = lost.manage("backup", tmp_path / "b", fails=True, PATH=str(tools), DATABASE_URL=url)
    assert complaint == "CommandError: Nothing was backed up: pg_dump failed: it broke.\n"
    options, _, password = (tmp_path / "told").read_text().partition(" PASSWORD=")
    assert ("hidden" in options, password) == (False, "hidden\n")
    assert [path.name for path in (tmp_path / "b").iterdir()] == [".lock"]
