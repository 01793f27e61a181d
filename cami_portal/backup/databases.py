"""The database of a backup, written and read by what each kind brings for it: exactly, and of one moment.

A backup goes back into the same kind of database only. Rows that are moved to another kind pass through two sets of
types and limits, and nobody wants to learn in an emergency what that changed.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from django.db import DEFAULT_DB_ALIAS, connection, connections

from .archive import DATABASES, PIECE, Refused

# Not backed up: who is signed in, from where signing in was tried, and files that wait some hours for an import.
LEFT_OUT = ("django_session", "cami_portal_cache", "publishing_upload")


def engine():
    return {"sqlite": SQLite, "postgresql": Postgres}[connection.vendor]()


@contextmanager
def elsewhere(path):
    """The portal's database is for the while the SQLite file ``path``."""
    usual = connections[DEFAULT_DB_ALIAS]
    other = usual.copy()
    other.settings_dict["NAME"] = str(path)
    connections[DEFAULT_DB_ALIAS] = other
    try:
        yield
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = usual


class SQLite:
    member = DATABASES["sqlite"]
    program = None

    def back_up(self, archive, folder):
        """By SQLite's own copy, inside the transaction that reads: writers neither wait nor are seen."""
        path = folder / self.member
        with closing(sqlite3.connect(path)) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        with elsewhere(path), connection.cursor() as cursor:  # constraints call functions that Django brings
            for table in {*LEFT_OUT} & {*connection.introspection.table_names(cursor)}:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - one of three names
            cursor.execute("VACUUM")  # what was deleted is gone from the free pages too
            cursor.execute("PRAGMA integrity_check")
            answer = cursor.fetchone()[0]
            if answer != "ok":
                raise Refused(f"the database itself is damaged ({answer})")
            cursor.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
        with path.open("rb") as file:
            archive.add(self.member, iter(partial(file.read, PIECE), b""), compressed=True)
        path.unlink()

    def check(self, archive):
        """SQLite reads the files of all its versions since 2004."""

    def restore(self, archive, settle):
        """All is done in a copy beside it; the last step is one transaction."""
        with TemporaryDirectory(prefix=".restore-", dir=Path(connection.settings_dict["NAME"]).parent) as folder:
            path = Path(folder, self.member)
            with path.open("xb") as file:
                for piece in archive.pieces(self.member):
                    file.write(piece)
            with elsewhere(path):
                settle()
            with closing(sqlite3.connect(path)) as copy:
                connection.ensure_connection()
                copy.backup(connection.connection)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # on the disk


class Postgres:
    member = DATABASES["postgresql"]

    @property
    def program(self):
        return said_by("pg_dump", "--version")

    def back_up(self, archive, folder):
        """By pg_dump, which is told to look at the same moment as the transaction that reads."""
        self.refuse_older("pg_dump", connection.pg_version // 10_000, "the server")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            options = [f"--snapshot={cursor.fetchone()[0]}", *(f"--exclude-table-data={table}" for table in LEFT_OUT)]
        command = [found("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--no-password", *options]
        with running(command, stdout=subprocess.PIPE) as process:
            archive.add(self.member, iter(partial(process.stdout.read, PIECE), b""))

    def check(self, archive):
        made_by = archive.facts["database"]["program"]
        self.refuse_older("pg_restore", major(made_by), f"the program that wrote the backup ({made_by})")

    def refuse_older(self, program, wanted, than):
        if (there := major(said_by(program, "--version"))) < wanted:
            raise Refused(
                f"{program} is of version {there} and older than {than}: install postgresql-client-{wanted} or newer"
            )

    def restore(self, archive, settle):
        """In one transaction; what follows can fail after it, and then all tables go again."""
        self.drop_tables()
        command = [
            found("pg_restore"), "--dbname=", "--single-transaction", "--exit-on-error", "--no-owner",
            "--no-privileges", "--no-password",
        ]  # fmt: skip
        with running(command, stdin=subprocess.PIPE) as process:
            for piece in archive.pieces(self.member):
                process.stdin.write(piece)
        try:
            settle()
        except BaseException:
            self.drop_tables()
            raise

    def drop_tables(self):
        with connection.cursor() as cursor:
            if tables := connection.introspection.table_names(cursor):
                cursor.execute(f"DROP TABLE {', '.join(map(connection.ops.quote_name, tables))} CASCADE")


# --- the programs of PostgreSQL -----------------------------------------------------------------------------------


def found(program):
    path = shutil.which(program)
    if path is None:
        raise Refused(f"{program} is missing. On Debian or Ubuntu: apt install postgresql-client")
    return path


def said_by(program, *options):
    done = subprocess.run([found(program), *options], capture_output=True, text=True, check=True)  # noqa: S603 - no shell
    return done.stdout.strip()


def major(version):
    """15 of “pg_dump (PostgreSQL) 15.8 (Debian …)”."""
    return int(re.search(r"\) (\d+)", version)[1])


@contextmanager
def running(command, **pipes):
    """A program that talks to the portal's database; ``Refused`` says what it complained of if it fails.

    Whom to connect to and the password stand in its environment, since everybody can read a command line.
    """
    here = connection.settings_dict
    _, secrets = connection.client.settings_to_cmd_args_env(here, [])
    address = {"PGHOST": here["HOST"], "PGPORT": here["PORT"], "PGUSER": here["USER"], "PGDATABASE": here["NAME"]}
    environment = os.environ | {name: str(value) for name, value in address.items() if value} | (secrets or {})
    with TemporaryFile("w+") as complaints:
        with (
            suppress(BrokenPipeError),  # it ended early, and says why
            subprocess.Popen(command, env=environment, stderr=complaints, **pipes) as process,  # noqa: S603 - no shell
        ):
            try:
                yield process
            except BrokenPipeError:
                raise
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            complaints.seek(0)
            raise Refused(f"{Path(command[0]).name} failed: {complaints.read(2000).strip()}")
