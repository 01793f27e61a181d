"""The whole stack as the tests of it start it, and who talks to it: a visitor, and an editor at the desk."""

import http.client
import json
import os
import ssl
import subprocess
import sys
import time
from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

from tests.admin.conftest import fields_of

ROOT = Path(__file__).resolve().parents[2]
EDITOR, PASSWORD = "editor@example.org", "an acacia in the steppe"
# What tests need beside the seed, by the models, as commands of the portal would.
PREPARE = f"""
import django, io, json; django.setup()
from datetime import timedelta
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from events.models import Document, Event
from news.models import Article
from publishing.models import Picture
from publishing.preview import PreviewLink
editor = User.objects.create_user({EDITOR!r}, {EDITOR!r}, {PASSWORD!r}, is_staff=True)
editor.groups.add(Group.objects.get(name="Editor"))
file = io.BytesIO(); Image.new("RGB", (40, 30)).save(file, "PNG")
picture = Picture(alt_en="Steppe"); picture.file.save("steppe.png", ContentFile(file.getvalue()))
event = Event.objects.published().first()
document = Document(event=event, title_en="Report", number=900)
document.file.save("report.pdf", ContentFile(b"%PDF-1.7"))
day = timezone.localdate()
draft = Article.objects.create(title_en="Only by a link", slug="only-by-a-link", date=day)
link = PreviewLink.objects.create(item=draft, expires_at=timezone.now() + timedelta(days=1))
print(json.dumps({{
    "article": Article.objects.published().first().pk, "picture": picture.file.name, "variants": picture.variant_names,
    "document": f"{{event.get_absolute_url()}}documents/{{document.number}}/", "preview": link.get_absolute_url(),
}}))
"""


class Stack:
    """``deploy/stack`` while the tests run. It ends when its input does, and so with the tests however they end."""

    def __init__(self, **options):
        held = [sys.executable, "-c", "import json, os, sys; print(json.dumps(dict(os.environ))); sys.stdin.read()"]
        self.process = subprocess.Popen(  # noqa: S603 - the words of the command stand here
            [ROOT / "deploy" / "stack", *held], env=os.environ | options,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        for line in self.process.stdout:
            if line.startswith("{"):
                self.environment = json.loads(line)
                break
        else:
            self.stop()
        self.folder = Path(self.environment["STACK_DIR"])
        self.url, self.plain = self.environment["STACK_URL"], self.environment["STACK_HTTP"]
        self.trust = ssl.create_default_context(cafile=self.environment["STACK_CA"])

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(timeout=60) == 0, "deploy/stack says why"

    def run(self, code):
        """The last line that a program of the portal prints."""
        done = subprocess.run(  # noqa: S603 - the words of the command stand here
            [sys.executable, "-c", code],
            cwd=ROOT, env=self.environment | {"DJANGO_SETTINGS_MODULE": "cami_portal.settings"},
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    def connection(self, url=None, source="127.0.0.1"):
        address = urlsplit(url or self.url)
        if address.scheme == "http":
            return http.client.HTTPConnection(address.hostname, address.port, 20, (source, 0))
        return http.client.HTTPSConnection(
            address.hostname, address.port, timeout=20, source_address=(source, 0), context=self.trust
        )

    def get(self, path, method="GET", body=None, url=None, source="127.0.0.1", **headers):
        """One request on a connection of its own; nothing is followed."""
        with closing(self.connection(url, source)) as connection:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            return answer_of(connection)

    def logged(self):
        """What nginx noted of the requests until now."""
        return [json.loads(line) for line in (self.folder / "log" / "cami.log").read_text().splitlines()]

    def line_of(self, answer):
        """What nginx noted of a request, which it does after it has answered."""
        number, deadline = answer.headers["X-Request-ID"], time.monotonic() + 5
        while not (lines := [line for line in self.logged() if line["request"] == number]):
            assert time.monotonic() < deadline
        return lines[-1]

    def kept(self, path, **headers):
        """How a page is answered, as nginx notes it: ``"MISS"``, ``"HIT"``, ``"BYPASS"`` …"""
        return self.line_of(self.get(path, **headers))["cache"]

    def processor_time(self):
        """Seconds of processor time that nginx, gunicorn, PostgreSQL, Redis have taken: ``{name: seconds}``."""
        database = self.environment["DATABASE_URL"].removeprefix("postgres://portal@/").removesuffix("/portal")
        files = {name: self.folder / f"{name}.pid" for name in ("nginx", "gunicorn", "redis")}
        files["postgres"] = Path("/", database, "data", "postmaster.pid")
        stats = [stat_of(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        found = {}
        for name, file in files.items():
            family = {int(file.read_text().split()[0])}
            while more := {one.pid for one in stats if one and one.parent in family} - family:
                family |= more
            found[name] = sum(one.seconds for one in stats if one and one.pid in family)
        return found


def stat_of(process):
    try:
        words = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended
        return None
    seconds = sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")
    return SimpleNamespace(pid=int(process.name), parent=int(words[1]), seconds=seconds)


def answer_of(connection):
    answer = connection.getresponse()
    content = answer.read()
    return SimpleNamespace(status=answer.status, headers=answer.headers, content=content)


class Browser:
    """It keeps its cookies, and sends forms."""

    def __init__(self, stack):
        self.stack, self.cookies = stack, SimpleCookie()

    def ask(self, path, data=None):
        headers = {"Cookie": "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())}
        if data is None:
            answer = self.stack.get(path, **headers)
        else:
            headers |= {"Content_Type": "application/x-www-form-urlencoded", "Referer": self.stack.url + path}
            answer = self.stack.get(path, "POST", urlencode(data, doseq=True), **headers)
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(line)
        return answer

    def change(self, path, **values):
        return self.ask(path, fields_of(self.ask(path)) | values)


class Editor(Browser):
    """A browser that is signed in at the desk."""

    def __init__(self, stack):
        super().__init__(stack)
        form = fields_of(self.ask("/accounts/login/"))
        self.signed_in = self.ask("/accounts/login/", form | {"login": EDITOR, "password": PASSWORD, "next": "/admin/"})
