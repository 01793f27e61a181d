"""Databases filled by `populate`, kept between runs, and brought up to date by the migrations before each."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import psycopg2

from .servers import ROOT, ServerError

EVENTS_PER_ARTICLE = 1 / 10
NEXT_VERSION = "UPDATE publishing_contentversion SET number = number + 1 WHERE id = 1"


def manage(url, *words):
    environment = os.environ | {"DEBUG": "false", "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)  # noqa: S603 - all words stand here


def fill(url, articles):
    manage(url, "migrate", "--verbosity", "0")
    manage(url, "seed")
    manage(url, "populate", "--articles", str(articles), "--events", str(int(articles * EVENTS_PER_ARTICLE)))


class SQLite:
    """A file; the server itself does the work. It has no statistics, as in an installation, where nothing makes any."""

    name, title, process, others = "sqlite", f"SQLite {sqlite3.sqlite_version}", None, ()

    def __init__(self, url, connection):
        self.url, self.connection = url, connection

    @classmethod
    @contextmanager
    def filled(cls, folder, articles):
        path = folder / f"sqlite-{articles}.sqlite3"
        url = f"sqlite:///{path}"
        fill(url, articles)
        with closing(sqlite3.connect(path, isolation_level=None, timeout=20)) as connection:
            yield cls(url, connection)

    def edit(self):
        """Move the content version, as a save does."""
        self.connection.execute(NEXT_VERSION)


class PostgreSQL:
    """A server that is started for it by ``.ci/postgres``. ``process`` is its first one, ``others`` our own in it."""

    name = "postgresql"

    def __init__(self, url, connection, process):
        self.url, self.connection, self.process = url, connection, process
        self.title = f"PostgreSQL {connection.server_version // 10000}"
        self.others = (connection.info.backend_pid,)

    @classmethod
    @contextmanager
    def filled(cls, folder, articles):
        data = folder / f"postgresql-{articles}"
        # It stays up until its input is closed.
        server = subprocess.Popen(  # noqa: S603 - all words stand here
            [ROOT / ".ci" / "postgres", "sh", "-c", 'echo "$DATABASE_URL"; exec cat'],
            env=os.environ | {"POSTGRES_DATA": str(data)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            url = next((line.strip() for line in server.stdout if line.startswith("postgres://")), None)
            if url is None:
                raise ServerError("PostgreSQL did not start; what it said stands above.")
            fill(url, articles)
            host = url.removeprefix("postgres://portal@/").removesuffix("/portal")
            with closing(psycopg2.connect(host=host, user="portal", dbname="portal")) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM ANALYZE")  # what autovacuum does in time
                yield cls(url, connection, int((data / "postmaster.pid").read_text().split()[0]))
        finally:
            server.stdin.close()
            server.wait(timeout=60)

    def edit(self):
        """Move the content version, as a save does."""
        with self.connection.cursor() as cursor:
            cursor.execute(NEXT_VERSION)


KINDS = {kind.name: kind for kind in (SQLite, PostgreSQL)}
