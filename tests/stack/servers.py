"""What the tests of faults start and stop on this machine: gunicorn, PostgreSQL; and who talks to them.

Every wait has a limit, and whatever is started is ended with the ``with`` that started it.
"""

import http.client
import os
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

import psycopg2
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.admin.conftest import fields_of

ROOT = Path(__file__).resolve().parent.parent.parent
TOKEN = "t" * 32  # of forms; the same in the cookie
SETTINGS = {
    "DEBUG": "false",
    "HTTPS": "false",
    "SITE_URL": "",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECRET_KEY": "of these tests " * 4,
    "DJANGO_SETTINGS_MODULE": "cami_portal.settings",
    "PYTHONUNBUFFERED": "1",
}

# An editor, and the key of the editor's session.
EDITOR = """
import django; django.setup()
from django.contrib.auth.models import Group, User
from django.test import Client
editor = User.objects.create(username="colleague@example.org", email="colleague@example.org", is_staff=True)
editor.groups.add(Group.objects.get(name="Editor"))
client = Client()
client.force_login(editor)
print(client.cookies["sessionid"].value)
"""
# The same with tables and the seed.
PREPARE = f"""
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("seed")
{EDITOR}
"""


def wait_for(what, condition, seconds=20):
    """What ``condition`` returns as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)
    return found


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def run(code, database, *arguments, **settings):
    """The last line that a program of the portal prints."""
    environment = os.environ | SETTINGS | {"DATABASE_URL": database} | settings
    done = subprocess.run(  # noqa: S603 - the words of the command stand here
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return (done.stdout.splitlines() or [""])[-1]


def connect(database):
    """A connection to a database past the portal."""
    if database.startswith("sqlite:"):
        return sqlite3.connect(database.removeprefix("sqlite:///"), timeout=20)
    host, _, port = database.removeprefix("postgres://portal@").removesuffix("/portal").rpartition(":")
    return psycopg2.connect(host=host or port[1:], port=port if host else 5432, user="portal", dbname="portal")


def rows(database, question):
    with closing(connect(database)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(question)
        return cursor.fetchall()


@dataclass
class Answer:
    status: int
    headers: Message
    content: bytes
    seconds: float

    @property
    def text(self):
        return self.content.decode()


def ask(port, path, method="GET", body=None, timeout=20, **headers):
    """One request on a connection of its own; nothing is followed."""
    begin = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    with closing(connection):
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read(), time.monotonic() - begin)


class Portal:
    """gunicorn as it is run in production, on a port of its own."""

    def __init__(self, folder, database, session, workers=2, threads=4, timeout=30, **settings):
        self.folder, self.database, self.session, self.port = Path(folder), database, session, free_port()
        self.media = self.folder / "media"
        self.log = self.folder / "server.log"
        self.environment = os.environ | SETTINGS | {"DATABASE_URL": database, "MEDIA_ROOT": str(self.media)} | settings
        self.command = [
            sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py",
            "--bind", f"127.0.0.1:{self.port}", "--workers", str(workers), "--threads", str(threads),
            "--timeout", str(timeout), "--graceful-timeout", "10",
        ]  # fmt: skip
        self.wanted = workers

    def __enter__(self):
        with self.log.open("a") as output:
            self.process = subprocess.Popen(  # noqa: S603 - the words of the command stand above
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        try:
            wait_for("the portal", self.is_up)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=12)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=5)
        if any(error):
            print(self.log.read_text()[-4000:])

    def is_up(self):
        assert self.process.poll() is None, self.log.read_text()
        return self.log.read_text().count("Booting worker") >= self.wanted and self.answers()

    def answers(self):
        try:
            return ask(self.port, "/robots.txt").status == 200
        except OSError:
            return False

    @property
    def workers(self):
        """The process numbers of the workers that there are now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in children.split()]

    def get(self, path, **options):
        return ask(self.port, path, **options)

    def as_editor(self, path, method="GET", body=None, **headers):
        cookies = f"sessionid={self.session}; csrftoken={TOKEN}"
        return ask(self.port, path, method, body, Cookie=cookies, X_CSRFToken=TOKEN, **headers)

    def open_form(self, path):
        answer = self.as_editor(path)
        assert answer.status == 200
        return fields_of(answer)

    def submit(self, path, form=None, **values):
        """Send the form at ``path`` with these values, as a browser does; ``form`` is one that was opened before."""
        data = (form or self.open_form(path)) | values
        if any(hasattr(value, "read") for value in values.values()):
            return self.as_editor(path, "POST", encode_multipart(BOUNDARY, data), Content_Type=MULTIPART_CONTENT)
        body = urlencode(data, doseq=True)
        return self.as_editor(path, "POST", body, Content_Type="application/x-www-form-urlencoded")

    def rows(self, question):
        return rows(self.database, question)

    def value(self, question):
        return self.rows(question)[0][0]

    def article(self):
        """The address of the form of some article, and that of its page."""
        pk, slug = self.rows("SELECT id, slug FROM news_article ORDER BY id LIMIT 1")[0]
        return f"/admin/news/article/{pk}/change/", f"/en/news/{slug}/"


class Postgres:
    """The server of ``.ci/postgres``, stopped and started again."""

    def __init__(self, url):
        self.url = url
        self.scratch = Path(url.removeprefix("postgres://portal@/").removesuffix("/portal"))
        self.socket = self.scratch / ".s.PGSQL.5432"
        self.command = shlex.split((self.scratch / "data/postmaster.opts").read_text())

    def control(self, *words):
        owner = (self.scratch / "data").owner()
        mine = owner == Path("/proc/self").owner()
        control = [f"{Path(self.command[0]).parent}/pg_ctl", "-D", f"{self.scratch}/data", "-s", "-w", "-t", "15"]
        subprocess.run(  # noqa: S603 - the words of the command stand here
            [*([] if mine else ["runuser", "-u", owner, "--"]), *control, *words],
            check=True, cwd="/", timeout=20, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def change(self, statement):
        """Change content as if another worker had done it, with the number of the content's version."""
        with closing(connect(self.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("UPDATE publishing_contentversion SET number = number + 1")

    def stop(self):
        self.control("-m", "immediate", "stop")

    def start(self):
        options = shlex.join(self.command[3:])  # after the server and its folder
        self.control("-l", f"{self.scratch}/data/server.log", "-o", options, "start")


@contextmanager
def in_threads(*works):
    """Run these at the same time as the body; what they return stands in the list afterwards, errors are raised."""
    results, failures = [None] * len(works), []

    def at(place, work):
        try:
            results[place] = work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=at, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    yield results
    end = time.monotonic() + 60
    for thread in threads:
        thread.join(timeout=max(end - time.monotonic(), 0))
        assert not thread.is_alive(), "work that does not end"
    if failures:
        raise failures[0]
