"""A disk that is full: what was uploaded or typed is not half stored, and who typed it is told."""

import io
import random
import resource

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from tests.admin.conftest import fields_of

pytestmark = pytest.mark.stack

FULL = 16 * 1024  # bytes beyond which the workers can write no file


def fill_disk(portal, room=FULL):
    """From now on the workers get an error of the system where a file would grow; ``room=None``: no longer.

    Readers were there before, as always: SQLite has the files open that reading needs, too.
    """
    assert portal.get("/en/").status == 200
    for worker in portal.workers:
        _soft, hard = resource.prlimit(worker, resource.RLIMIT_FSIZE)
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (hard if room is None else room, hard))


def picture(side):
    """A picture that no compression makes small: about ``side`` × ``side`` × 3 bytes."""
    file = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(6).randbytes(side * side * 3)).save(file, "PNG")
    file.seek(0)
    file.name = "steppe.png"
    return file


def files(portal):
    return [path for path in portal.media.rglob("*") if path.is_file()]


def refusal(answer):
    """The message above a form that is shown again."""
    assert answer.status == 200
    return BeautifulSoup(answer.text, "html.parser").select_one(".errornote + .errorlist").text


def test_an_upload_to_a_full_disk_is_refused_in_words_and_leaves_nothing(sqlite):
    add = "/admin/publishing/picture/add/"
    with sqlite() as portal:
        fill_disk(portal)
        answer = portal.submit(add, file=picture(300), alt_en="A steppe")
        assert "its disk may be full. Nothing was saved." in refusal(answer)
        assert fields_of(answer)["alt_en"] == "A steppe"
        assert (portal.value("SELECT count(*) FROM publishing_picture"), files(portal)) == (0, [])
        fill_disk(portal, None)
        assert portal.submit(add, file=picture(300), alt_en="A steppe").status == 302
        assert portal.value("SELECT count(*) FROM publishing_picture") == 1
        assert portal.media / portal.value("SELECT file FROM publishing_picture") in files(portal)


def test_an_upload_that_finds_no_room_even_for_a_while_is_told_so(sqlite):
    """What is larger than some megabytes is put on the disk before any form looks at it."""
    with sqlite() as portal:
        form = fields_of(portal.as_editor("/admin/publishing/picture/add/"))
        fill_disk(portal)
        answer = portal.submit("/admin/publishing/picture/add/", form, file=picture(1100), alt_en="A steppe")
        assert (answer.status, answer.headers["Cache-Control"]) == (507, "no-store")
        assert "There is no room left" in answer.text
        assert (portal.value("SELECT count(*) FROM publishing_picture"), files(portal)) == (0, [])


def test_a_database_on_a_full_disk_saves_nothing_half_and_keeps_what_was_typed(sqlite):
    with sqlite() as portal:
        form, page = portal.article()
        tables = ("news_article", "publishing_searchentry", "django_admin_log", "reversion_version")
        everything = [f"SELECT * FROM {table}" for table in (*tables, "publishing_contentversion")]
        before = [portal.rows(question) for question in everything]
        fill_disk(portal)
        answer = portal.submit(form, title_en="Typed in vain", body_en="<p>An hour of work</p>")
        assert "it is busy, or its disk is full. Nothing was saved" in refusal(answer)
        assert fields_of(answer)["title_en"] == "Typed in vain"
        assert fields_of(answer)["body_en"] == "<p>An hour of work</p>"
        assert [portal.rows(question) for question in everything] == before
        assert portal.get(page).status == portal.get("/ru/news/").status == 200
        fill_disk(portal, None)
        assert portal.submit(form, title_en="Typed again").status == 302
        assert "Typed again" in portal.get(page).text
