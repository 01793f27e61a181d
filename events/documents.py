"""Meeting documents that editors upload: known by what is in them, not by their name."""

import uuid
import zipfile
import zlib

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 10 * MAX_BYTES
MAX_ENTRIES = 5000
# The part that makes an Office file what it is.
OFFICE_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def document_path(document, filename):
    """A name that nobody can guess, so that the document of a draft is found by nobody."""
    return f"documents/{uuid.uuid4().hex}.{filename.rpartition('.')[2].lower()}"


def is_modest(entries):
    """Whether an archive unpacks by the methods of Office files and to no more than they need."""
    usual = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    return (
        len(entries) <= MAX_ENTRIES
        and sum(entry.file_size for entry in entries) <= MAX_UNPACKED_BYTES
        and all(entry.compress_type in usual for entry in entries)
    )


def kind_of(upload):
    """``"pdf"``, ``"docx"``, ``"xlsx"`` or ``"pptx"`` by content; ``None`` for anything else."""
    upload.seek(0)
    head = upload.read(1024)
    upload.seek(0)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if not head.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(upload) as archive:
            if not is_modest(archive.infolist()):
                return None
            names = set(archive.namelist())
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    finally:
        upload.seek(0)
    if damaged or "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for part, kind in OFFICE_PARTS.items() if part in names), None)


def validate_document(upload):
    """Raise ``ValidationError`` unless ``upload`` is a document whose content fits its name, of at most 20 MB."""
    if upload.size > MAX_BYTES:
        raise ValidationError(_("The file is larger than 20 MB."))
    if kind_of(upload) != upload.name.rpartition(".")[2].lower():
        raise ValidationError(
            _(
                "This is not a sound PDF, DOCX, XLSX or PPTX file, or its name does not fit what is in it, "
                "or it holds macros."
            )
        )
