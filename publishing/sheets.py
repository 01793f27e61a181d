"""Tables in files: CSV and XLSX as spreadsheet programs of any country write them, and as they open them.

No cell goes out that a spreadsheet would take for a formula (an apostrophe stands before it, and is taken away when
the file comes back), and none comes in.
"""

import codecs
import csv
import datetime
import io
import re
import tempfile
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_BYTES = 10 * 2**20
MAX_ROWS = 1000
MAX_COLUMNS = 200
LAST_ROW_OF_EXCEL = 2**20

# What a spreadsheet takes for the beginning of a formula, in the letters of East Asia too; "'=" so that it comes back.
RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")

CSV, CSV_SEMICOLON, XLSX = "csv", "csv-semicolon", "xlsx"
DELIMITERS = {CSV: ",", CSV_SEMICOLON: ";"}
TYPES = {
    CSV: "text/csv; charset=utf-8",
    CSV_SEMICOLON: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass
class Unusable:
    """A cell that a spreadsheet shows as something else than it holds."""

    reason: str


@dataclass
class Sheet:
    """``rows`` are ``(number in the file, cells)``; empty rows are left out. Empty cells are ``""``."""

    head: list
    rows: list


def escaped(text):
    return f"'{text}" if RISKY.match(text) else text


def unescaped(text):
    return text[1:] if text.startswith("'") and RISKY.match(text) else text


# --- in -----------------------------------------------------------------------------------------------------------


def read(data):
    """The ``Sheet`` in the bytes of a file; raises ``ValidationError`` with a reason in words."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(_("This is a file of an old Excel (XLS). Save it as XLSX or CSV."))
    if data.startswith(b"PK\x03\x04"):
        from .workbooks import rows_of_xlsx  # see there

        return whole(rows_of_xlsx(data))
    return whole(rows_of_csv(data))


def whole(rows):
    head, kept = None, []
    for number, cells in enumerate(rows, 1):
        while cells and cells[-1] == "":
            cells.pop()
        if number > LAST_ROW_OF_EXCEL or len(kept) > MAX_ROWS:
            raise ValidationError(_("The file has more than %d rows. Divide it.") % MAX_ROWS)
        if len(cells) > MAX_COLUMNS:
            raise ValidationError(_("The file has more than %d columns.") % MAX_COLUMNS)
        if head is None:
            head = cells
        elif cells:
            kept.append((number, cells))
    if not head:
        raise ValidationError(_("The file is empty. Its first row has the names of the columns."))
    if len(kept) > MAX_ROWS:
        raise ValidationError(_("The file has more than %d rows. Divide it.") % MAX_ROWS)
    return Sheet([str(name).strip() for name in head], kept)


def rows_of_csv(data):
    text = decoded(data)
    separator = re.match(r"sep=([,;\t])\r?\n", text, re.IGNORECASE)  # a line that Excel understands
    if separator:
        text = text[separator.end() :]
    head = text.partition("\n")[0]
    delimiter = separator.group(1) if separator else max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise ValidationError(
            _("The file is no CSV: a quotation mark is not closed, or a cell is longer than 131,072 characters.")
        ) from error


def decoded(data):
    """``data`` as text: UTF-8, UTF-16 with its mark, or the Windows encoding of Russian."""
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = data.decode("utf-16")
        else:
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = data.decode("cp1251")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ValidationError(_("This is neither a CSV nor an XLSX file."))
    return text


# --- out ----------------------------------------------------------------------------------------------------------


def write(form, head, rows):
    """A temporary file with ``rows`` in one of the three forms; raises ``ValidationError`` in words."""
    file = tempfile.SpooledTemporaryFile(max_size=MAX_BYTES)  # noqa: SIM115 - the answer closes it
    try:
        if form == XLSX:
            from .workbooks import write_xlsx  # see there

            write_xlsx(file, head, rows)
        else:
            write_csv(file, head, rows, DELIMITERS[form])
    except ValidationError:
        file.close()
        raise
    file.seek(0)
    return file


def write_csv(file, head, rows, delimiter):
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # without its mark Excel takes UTF-8 for Windows
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(head)
    for row in rows:
        writer.writerow([in_text(value) for value in row])
    text.detach()  # flushed, and the file stays open


def in_text(value):
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value
