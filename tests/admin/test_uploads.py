"""What is uploaded is sound and stored anew, or refused beside the field."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse
from PIL import Image

from events.models import Document
from publishing.models import Picture
from tests import factories as f
from tests.admin.conftest import fields_of

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"


def picture(kind, size=(400, 300), **options):
    stored = io.BytesIO()
    Image.effect_noise(size, 60).save(stored, kind, **options)
    return stored.getvalue()


def archive(**parts):
    """A ZIP file; two underscores in a name stand for a slash, one for a dot."""
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            zipped.writestr(name.replace("__", "/").replace("_", "."), content)
    return stored.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("half.jpg", picture("JPEG")[:3000]),
        ("drawing.svg", SVG),
        ("print.eps", EPS),
        ("scan.tiff", picture("TIFF")),
        ("moving.gif", picture("GIF")),
        ("huge.png", picture("PNG", (8000, 5001), compress_level=1)[:400]),
        ("empty.png", b"\x89PNG\r\n\x1a\n"),
        ("page.html", b"<h1>hello</h1>"),
        ("report.pdf", PDF),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_sound_picture_is_refused_beside_the_field(editing, submit, errors, name, content):
    file = SimpleUploadedFile(name, content)
    assert errors(submit(editing, reverse("admin:publishing_picture_add"), file=file)).keys() == {"file"}
    assert Picture.objects.count() == 0


def test_a_picture_is_stored_anew_under_its_own_name_and_kind(editing, submit, tmp_path):
    content = picture("PNG", exif=Image.Exif()) + b"<script>alert(1)</script>"
    submit(editing, reverse("admin:publishing_picture_add"), file=SimpleUploadedFile("report.pdf", content))
    stored = Picture.objects.get()
    assert (stored.width, stored.height) == (400, 300)
    assert re.fullmatch(r"pictures/[0-9a-f]{32}\.png", stored.file.name)
    assert b"<script>" not in (tmp_path / stored.file.name).read_bytes()


@pytest.mark.parametrize(("content", "is_told"), [(picture("PNG"), False), (b"<h1>hello</h1>", True)])
def test_only_who_gets_the_form_back_is_told_to_choose_the_file_again(editing, content, is_told):
    """Also in the window of a chooser, whose answer to a file that is stored is no other page."""
    page = f"{reverse('admin:publishing_picture_add')}?_popup=1"
    answer = editing.post(
        page, fields_of(editing.get(page)) | {"file": SimpleUploadedFile("a.png", content), "_popup": 1}
    )
    assert Picture.objects.count() == (0 if is_told else 1)
    told = answer.content.decode() + editing.get(reverse("admin:index")).content.decode()
    assert ("Choose the files again" in told) is is_told


def test_another_file_gets_another_name_and_size_and_no_file_keeps_both(editing, submit):
    page = reverse("admin:publishing_picture_add")
    submit(editing, page, file=SimpleUploadedFile("a.png", picture("PNG")))
    first = Picture.objects.get()
    page = reverse("admin:publishing_picture_change", args=[first.pk])
    submit(editing, page, alt_en="A herd")
    same = Picture.objects.get()
    assert (same.alt_en, same.file.name, same.width) == ("A herd", first.file.name, 400)
    submit(editing, page, file=SimpleUploadedFile("a.png", picture("PNG", (50, 40))))
    second = Picture.objects.get()
    assert second.file.name != first.file.name
    assert (second.width, second.height) == (50, 40)


def test_a_transaction_that_fails_leaves_no_file(editing, submit, tmp_path, monkeypatch):
    def refused(*args):
        raise IntegrityError

    monkeypatch.setattr("publishing.admin.PictureAdmin.log_addition", refused)
    submit(editing, reverse("admin:publishing_picture_add"), file=SimpleUploadedFile("a.png", picture("PNG")))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_form_whose_file_is_gone_says_so(editing, submit, errors, tmp_path):
    submit(editing, reverse("admin:publishing_picture_add"), file=SimpleUploadedFile("a.png", picture("PNG")))
    stored = Picture.objects.get()
    (tmp_path / stored.file.name).unlink()
    page = reverse("admin:publishing_picture_change", args=[stored.pk])
    assert "The file of this picture is no longer there." in editing.get(page).content.decode()
    assert errors(submit(editing, page, alt_en="A herd")) == {
        "file": "The file of this picture is no longer there. Upload it again."
    }


def documents(file):
    row = {"title_en": "Report", "kind": "report", "language": "en", "file": file}
    return {f"documents-0-{name}": value for name, value in row.items()}


UNSOUND = {
    "picture.pdf": picture("PNG"),
    "report.pdf": archive(word__document_xml="x"),
    "report.docx": PDF,
    "report.doc": archive(word__document_xml="x"),
    "macros.docx": archive(word__document_xml="x", word__vbaProject_bin="x"),
    "plain.zip": archive(a_txt="x"),
    "plain.docx": archive(a_txt="x"),
    "cut.xlsx": archive(xl__workbook_xml="x" * 9999)[:200],
    "page.html": b"<script>alert(1)</script>",
    "drawing.svg": SVG,
}


def test_what_is_no_sound_document_is_refused_beside_the_field(editing, errors):
    page = reverse("admin:events_event_change", args=[f.EventFactory().pk])
    fields, found = fields_of(editing.get(page)) | {"documents-TOTAL_FORMS": 1}, {}
    for name, content in UNSOUND.items():
        row = documents(SimpleUploadedFile(name, content))
        found[name] = [*errors(editing.post(page, fields | row))]
    assert found == {name: ["documents-0-file"] for name in UNSOUND}
    assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [("Report.PDF", PDF), ("r.docx", archive(word__document_xml="x")), ("r.pptx", archive(ppt__presentation_xml="x"))],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_sound_document_is_kept_and_stays_with_the_next_save(editing, submit, name, content):
    page = reverse("admin:events_event_change", args=[f.EventFactory().pk])
    submit(editing, page, ["documents"], **documents(SimpleUploadedFile(name, content)))
    stored = Document.objects.get().file
    assert stored.name.endswith(name.lower().rpartition(".")[2])
    submit(editing, page, city_en="Dushanbe")
    assert Document.objects.get().file == stored


def test_a_document_is_either_a_file_or_a_link(editing, submit, errors):
    page = reverse("admin:events_event_change", args=[f.EventFactory().pk])
    both = documents(SimpleUploadedFile("r.pdf", PDF)) | {"documents-0-link": "https://cms.int/"}
    for row in (both, documents("")):
        answer = submit(editing, page, ["documents"], **row)
        assert errors(answer) == {"documents-0-file": "Give either a file or a link."}
