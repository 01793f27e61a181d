"""Files of editors in a bucket: editors and readers get what they get of files in a folder."""

import io
import os
import signal
import threading
import time
from contextlib import closing, suppress

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cami_portal.checks import uploads_are_within_reach, what_is_missing
from events.models import Document, Event
from news.models import Article
from publishing import storage
from publishing.buckets import IN_MEMORY, Bucket
from publishing.models import Picture
from tests import factories as f
from tests.store import Store, free_port

pytestmark = pytest.mark.django_db
ADD = "admin:publishing_picture_add"


def drawn(shade=90, name="steppe.png"):
    content = io.BytesIO()
    Image.new("RGB", (80, 60), (shade, 120, 80)).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue())


@pytest.fixture(scope="module")
def store():
    with Store() as store:
        yield store


@pytest.fixture
def use(settings):
    """From now on files are in the bucket that these options name."""

    def use(**options):
        bucket = {"BACKEND": "publishing.buckets.Bucket", "OPTIONS": {"key": "of", "secret": "tests"} | options}
        settings.STORAGES = settings.STORAGES | {"default": bucket}

    yield use
    default_storage.client.close()


@pytest.fixture
def bucket(store, use):
    """A bucket of the portal's own, below ``portal/``: a call says what is in it, ``{name: bytes}``."""
    name = store.new_bucket()
    use(bucket=name, prefix="portal", endpoint=store.address)
    store.client.put_object(Bucket=name, Key="others/file", Body=b"not the portal's")
    yield lambda: store.contents(name, "portal/")
    assert store.contents(name, "others/") == {"file": b"not the portal's"}


def answers(client, picture, document):
    """What a reader gets of these files, but for the names of files and of the request."""
    for address in (picture.file.url, document.get_absolute_url()):
        for method in (client.get, client.head):
            answer = method(address)
            headers = {name: value for name, value in answer.items() if name != "X-Request-ID"}
            headers["Content-Disposition"] = headers["Content-Disposition"].replace(picture.file.name[9:], "…")
            yield answer.status_code, headers, b"".join(answer)


def with_files():
    event = f.EventFactory(slug="event", published_at=timezone.now())
    picture = Picture.objects.create(file=ContentFile(drawn().read(), "x.png"), alt_en="A steppe")
    f.ArticleFactory(slug="article", picture=picture)
    content = b"%PDF-1.7" + bytes(IN_MEMORY)
    return picture, Document.objects.create(event=event, number=1, title_en="A", file=ContentFile(content, "x.pdf"))


def test_readers_get_the_same_answers_as_of_files_in_a_folder(client, request, tmp_path):
    in_folder = list(answers(client, *with_files()))
    assert [status for status, _headers, _content in in_folder] == [200] * 4
    for model in (Article, Event, Picture):
        model.objects.all().delete()
    before = sorted(tmp_path.rglob("*"))
    bucket = request.getfixturevalue("bucket")
    assert list(answers(client, *with_files())) == in_folder
    assert sorted(tmp_path.rglob("*")) == before
    assert set(bucket()) == set(storage.names_in_rows())


def test_an_uploaded_picture_is_in_the_bucket_and_on_the_page(editing, submit, client, bucket):
    submit(editing, reverse(ADD), file=drawn(), alt_en="A steppe", credit="Her", licence="CC0")
    picture = Picture.objects.get()
    assert set(bucket()) == {picture.file.name, *picture.variant_names}
    page = client.get(f.ArticleFactory(picture=picture).get_absolute_url()).content.decode()
    shown = BeautifulSoup(page, "html.parser").select_one("main img")["src"]
    assert b"".join(client.get(shown)) == bucket()[shown.removeprefix("/media/")]
    assert editing.get(reverse("admin:publishing_picture_change", args=[picture.pk])).status_code == 200


def test_nobody_but_its_owner_may_read_the_bucket(store, bucket):
    picture, _document = with_files()
    key = {"Bucket": default_storage.bucket, "Key": f"portal/{picture.file.name}"}
    acl = store.client.get_object_acl(**key)
    assert [grant["Grantee"]["ID"] for grant in acl["Grants"]] == [acl["Owner"]["ID"]]
    assert store.client.head_object(**key)["ContentType"] == "binary/octet-stream"


def test_what_is_not_public_is_not_read_from_the_bucket(client, bucket):
    draft = f.EventFactory(slug="draft", published_at=None)
    document = Document.objects.create(event=draft, number=1, title_en="A", file=ContentFile(b"%PDF-1.7", "x.pdf"))
    default_storage.save("removed/pictures/" + "a" * 32 + ".png", ContentFile(b"x"))
    assert len(bucket()) == 2
    addresses = [f"/en/events/draft/documents/{document.number}/", *(f"/media/{name}" for name in bucket())]
    assert [client.get(address).status_code for address in addresses] == [404] * 3


def test_a_removed_file_is_put_aside_and_comes_back(editing, client, bucket, django_capture_on_commit_callbacks):
    picture = Picture.objects.create(file=ContentFile(drawn().read(), "x.png"), alt_en="A steppe")
    before, address = bucket(), picture.file.url
    with django_capture_on_commit_callbacks(execute=True):
        editing.post(reverse("admin:publishing_picture_delete", args=[picture.pk]), {"post": "yes"})
    assert bucket() == {f"removed/{picture.file.name}": before[picture.file.name]}
    assert client.get(address).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        picture.save()
        storage.bring_back(picture)
    assert bucket() == before


def test_what_no_row_names_is_found_and_removed(bucket, capsys):
    picture = Picture.objects.create(file=ContentFile(drawn().read(), "x.png"), alt_en="A steppe")
    default_storage.save("removed/documents/x.pdf", ContentFile(b"%PDF-1.7"))
    default_storage.delete(picture.variant_names[0])
    call_command("media_orphans", days=0, delete=True)
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "removed/documents/x.pdf"
    assert said.err == f"{picture.variant_names[0]}: a row names it, but it is gone\n"
    call_command("make_variants")
    assert set(bucket()) == {picture.file.name, *picture.variant_names}


def test_a_name_is_given_once(bucket):
    names = [default_storage.save("documents/x.pdf", ContentFile(content)) for content in (b"1", b"2")]
    assert (names[0], len({*names})) == ("documents/x.pdf", 2)
    assert sorted(bucket().values()) == [b"1", b"2"]


def test_the_checks_are_silent_about_a_bucket_that_answers(bucket):
    assert list(uploads_are_within_reach()) == what_is_missing() == []


# --- a store that is away -----------------------------------------------------------------------------------------


@pytest.fixture(params=["away", "refusing"])
def broken(request, store, use):
    """Whatever is asked of the store fails."""
    address = store.address if request.param == "refusing" else f"http://127.0.0.1:{free_port()}"
    return lambda: use(bucket="nobody-made-it", endpoint=address)


def test_while_the_store_is_away_files_are_not_there_for_a_while(client, broken):
    client.raise_request_exception = False
    picture, document = with_files()
    broken()
    for address in (picture.file.url, document.get_absolute_url()):
        answer = client.get(address)
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "30", "no-store")
    assert client.get("/en/news/article/").status_code == 200


def ask_in_vain(bucket):
    with suppress(storage.Away):
        bucket.exists("x")


def test_while_the_store_is_silent_one_thread_waits_for_it(store, monkeypatch):
    monkeypatch.setattr("publishing.buckets.PATIENCE", 0.3)
    bucket = Bucket(store.new_bucket(), endpoint=store.address, key="of", secret="tests")
    with closing(bucket.client):
        os.kill(store.process.pid, signal.SIGSTOP)
        try:
            with pytest.raises(storage.Away, match="Read timeout"):
                bucket.exists("x")
            waiting = threading.Thread(target=ask_in_vain, args=[bucket])
            waiting.start()
            while not bucket.trying.locked():
                time.sleep(0.001)
            with pytest.raises(storage.Away, match="does not answer anybody"):
                bucket.exists("x")
            waiting.join(10)
        finally:
            os.kill(store.process.pid, signal.SIGCONT)
        assert [bucket.exists("x"), bucket.is_silent, bucket.trying.locked()] == [False] * 3


def test_an_upload_that_cannot_be_stored_is_told_so_and_leaves_no_row(editing, submit, broken):
    broken()
    answer = submit(editing, reverse(ADD), file=drawn(), alt_en="A steppe")
    soup = BeautifulSoup(answer.content.decode(), "html.parser")
    assert "The store of files does not answer. Nothing was saved" in soup.select_one(".errornote + .errorlist").text
    assert soup.select_one("#id_alt_en")["value"] == "A steppe"
    assert Picture.objects.count() == 0


def test_an_upload_that_is_half_stored_is_removed(editing, submit, bucket, monkeypatch):
    save = Bucket._save

    def fail(self, name, content):
        if name.endswith("-shared.jpg"):
            raise storage.Away("away")
        return save(self, name, content)

    monkeypatch.setattr(Bucket, "_save", fail)
    answer = submit(editing, reverse(ADD), file=drawn(), alt_en="A steppe")
    assert "Nothing was saved" in answer.content.decode()
    assert (Picture.objects.count(), bucket()) == (0, {})


def test_a_store_that_cannot_be_asked_is_told_by_the_checks_and_stops_no_start(use):
    use(bucket="files", endpoint=f"http://127.0.0.1:{free_port()}")
    assert [one.id for one in uploads_are_within_reach()] == ["portal.W004"]
    assert what_is_missing() == []


def test_a_row_is_removed_also_while_the_store_is_away(editing, use, django_capture_on_commit_callbacks, caplog):
    picture, _document = with_files()
    Article.objects.all().delete()
    use(bucket="files", endpoint=f"http://127.0.0.1:{free_port()}")
    with django_capture_on_commit_callbacks(execute=True):
        answer = editing.post(reverse("admin:publishing_picture_delete", args=[picture.pk]), {"post": "yes"})
    assert (answer.status_code, Picture.objects.count()) == (302, 0)
    assert "on_commit()" in caplog.text
