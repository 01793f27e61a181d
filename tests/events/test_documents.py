import io
import zipfile

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from events.documents import validate_document
from events.models import Document
from tests import factories as f

OFFICE = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}


def archive(parts=OFFICE, method=zipfile.ZIP_DEFLATED):
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return stored.getvalue()


@pytest.mark.parametrize(("name", "content"), [("x.pdf", b"%PDF-1.7"), ("x.docx", archive()), ("X.DOCX", archive())])
def test_a_document_is_known_by_its_content(name, content):
    assert validate_document(ContentFile(content, name=name)) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.pdf", b"plain text"),
        ("x.pdf", archive()),
        ("x.docx", archive({"a": b"b"})),
        ("x.docx", archive(OFFICE | {"word/vbaProject.bin": b"macro"})),
        ("x.docx", archive(method=zipfile.ZIP_BZIP2)),
        ("x.docx", archive(OFFICE | {"zeros": bytes(201 * 1024 * 1024)})),
        ("x.docx", archive()[:-30]),
        ("x.svg", b"<svg/>"),
    ],
    ids=["text", "zip as pdf", "any zip", "macro", "bzip2", "bomb", "half", "svg"],
)
def test_what_is_no_sound_document_is_refused(name, content):
    with pytest.raises(ValidationError):
        validate_document(ContentFile(content, name=name))


def test_a_damaged_archive_is_refused_wherever_the_damage_is():
    whole = archive({"word/document.xml": bytes(range(256)) * 40} | OFFICE)
    refused = 0
    for place in range(30, len(whole) - 1, 3):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            validate_document(ContentFile(damaged, name="x.docx"))
        except ValidationError:
            refused += 1
    assert refused > 50  # most places matter; a date may be any


@pytest.mark.django_db
def test_a_replaced_document_says_by_which_and_names_none_of_a_draft(client):
    held, draft = f.EventFactory(published_at=timezone.now()), f.EventFactory(published_at=None)
    old = Document.objects.create(event=held, number=1, title_en="Agenda", link="https://example.org/1")
    other = {"supersedes": old, "link": "https://example.org/2"}
    Document.objects.create(event=held, number=2, title_en="Agenda, Rev.1", **other)
    Document.objects.create(event=draft, number=1, title_en="Secret agenda", **other)
    page = BeautifulSoup(client.get(held.get_absolute_url()).content, "html5lib")
    said = [[strong.text for strong in item.select("strong")] for item in page.select(".documents li")]
    assert said == [["replaced by: Agenda, Rev.1"], []]
    assert "Secret" not in page.text
