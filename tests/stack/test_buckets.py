"""Files of editors in a bucket, with the real commands and behind the shipped nginx (the rest: tests/admin)."""

import json
from pathlib import Path

import pytest

from tests.portal.test_backup import forge, members
from tests.stack.test_backup import FILL, Portal
from tests.stack.whole import PREPARE, Stack
from tests.store import Store, free_port

pytestmark = pytest.mark.stack
# What a reader gets of the picture in the article, and of a document that is not empty.
READ = """
import django; django.setup()
from django.test import Client
from events.models import Document
from news.models import Article
picture, document = Article.objects.get(slug="illustrated").picture, Document.objects.get(title_en="Paper")
for address in (picture.file.url, document.get_absolute_url()):
    answer = Client().get(address)
    print(answer.status_code, answer["Content-Type"], len(b"".join(answer)) == int(answer["Content-Length"]))
"""


@pytest.fixture(scope="module")
def store():
    with Store() as store:
        yield store


def settings_of(store):
    return {"S3_KEY": "of", "S3_SECRET": "tests", "S3_ENDPOINT": store.address, "S3_BUCKET": store.new_bucket()}


@pytest.fixture(scope="module")
def access(store):
    return settings_of(store)


@pytest.fixture
def portal(tmp_path, access):
    """Make a portal whose uploads are in the bucket under its name, or in its folder."""

    def portal(name, in_bucket=True):
        made = Portal(tmp_path / name, f"sqlite:///{tmp_path / name}/db.sqlite3")
        if in_bucket:
            made.environment |= access | {"S3_PREFIX": name}
        return made

    return portal


def in_folder(portal):
    paths = [path for path in portal.media.rglob("*") if path.is_file()]
    return {path.relative_to(portal.media).as_posix(): path.read_bytes() for path in paths}


def test_a_lost_portal_comes_back_into_a_bucket_or_a_folder(portal, store, access, tmp_path):
    def in_bucket(name):
        return store.contents(access["S3_BUCKET"], f"{name}/")

    lost, new, other = portal("lost"), portal("new"), portal("other", in_bucket=False)
    archive, second = tmp_path / "lost.zip", tmp_path / "second.zip"
    lost.manage("migrate", "-v0")
    lost.python("-c", FILL)
    there = in_bucket("lost")
    assert len([name for name in there if name.startswith("removed/")]) == 1
    lost.manage("backup", archive)

    parts = members(archive)
    manifest = parts.pop("manifest.json")
    manifest["rows"]["news_article"] += 1
    forged = forge(tmp_path / "forged.zip", parts.items(), manifest)
    assert "the table news_article has" in new.manage("restore", forged, fails=True)
    assert in_bucket("new") == {}

    new.manage("restore", archive)
    assert in_bucket("new") == there != {}
    assert new.python("-c", READ) == lost.python("-c", READ) == "200 image/png True\n200 application/pdf True\n"
    complaint = other.manage("restore", archive, fails=True, **access, S3_PREFIX="new")
    assert f"in s3://{access['S3_BUCKET']}/new/" in complaint

    # From a bucket into a folder, and back again.
    other.manage("restore", archive)
    assert in_folder(other) == there
    other.manage("backup", second)
    portal("third").manage("restore", second)
    assert in_bucket("third") == there
    assert in_folder(lost) == in_folder(new) == {}

    away = {"S3_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    complaint = lost.manage("backup", tmp_path / "no.zip", fails=True, **away)
    assert complaint.startswith("CommandError: Nothing was backed up: The store of files does not answer for ")
    assert not (tmp_path / "no.zip").exists()


def test_nginx_keeps_pictures_of_a_bucket_for_a_minute_and_says_of_them_what_it_says_of_files(
    whole_stack, in_whole_stack
):
    with Store() as store:
        stack = Stack(STACK_RATE="100000", **settings_of(store))
        try:
            made = json.loads(stack.run(PREPARE))
            assert not Path(stack.environment["MEDIA_ROOT"]).exists()
            in_folder = whole_stack.get(f"/media/{in_whole_stack['picture']}")
            shown = stack.get(f"/media/{made['picture']}")
            assert (shown.status, shown.content) == (200, in_folder.content)
            names = {name.lower() for name in in_folder.headers} | {name.lower() for name in shown.headers}
            names -= {"date", "x-request-id", "last-modified", "etag", "accept-ranges", "content-disposition"}
            names -= {"content-language", "vary"}  # which the application says of everything
            assert {name: shown.headers[name] for name in names} == {name: in_folder.headers[name] for name in names}
            assert stack.kept(f"/media/{made['picture']}?again") == "HIT"
            document = stack.get(made["document"])
            assert (document.status, document.headers["Content-Disposition"][:11]) == (200, "attachment;")
            assert stack.get(f"/media/removed/{made['picture']}").status == 404

            store.stop()
            assert stack.get(f"/media/{made['picture']}").content == in_folder.content
            assert stack.get(made["document"]).content == document.content  # kept as a page is
            for path in (f"/media/{made['variants'][0]}", made["document"].replace("/en/", "/ru/")):
                answer = stack.get(path)
                assert (path, answer.status, answer.headers["Retry-After"]) == (path, 503, "30")
            assert [stack.get(path).status for path in ("/readyz", "/en/")] == [200, 200]
        finally:
            stack.stop()
