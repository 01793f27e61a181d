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
import zipfile
import zlib
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES = 10 * 2**20
MAX_ROWS = 1000
MAX_COLUMNS = 200
MAX_UNPACKED = 60 * 2**20  # of an XLSX, which is a ZIP file and could hold any amount of nothing
UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
LAST_ROW_OF_EXCEL = 2**20
LONGEST_CELL_OF_EXCEL = 32_767

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
    rows = rows_of_xlsx(data) if data.startswith(b"PK\x03\x04") else rows_of_csv(data)
    return whole(rows)


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


def rows_of_xlsx(data):
    """The rows of the first sheet. Nothing is unpacked before it is known how much it would be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED or too_many_cells(archive):
                raise ValidationError(_("The file is too large when unpacked. Divide it, or save it as CSV."))
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        if not book.worksheets:
            raise ValidationError(_("The file has no sheet with cells."))
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size need not be true
        for row in sheet.iter_rows():
            yield [content(cell) for cell in row]
    except (
        zipfile.BadZipFile, zlib.error, InvalidFileException, DefusedXmlException, ParseError, EOFError, OSError,
        ArithmeticError, AttributeError, LookupError, NotImplementedError, RuntimeError, TypeError, ValueError,
    ) as error:  # whatever the reader stumbles over in a file that no spreadsheet program wrote  # fmt: skip
        raise ValidationError(_("The XLSX file cannot be read. Save it anew, or as CSV.")) from error


def too_many_cells(archive):
    """Whether a part has more cells than could be imported: the reader would make objects of all before we count.

    A sheet may have any name. In UTF-16, which no spreadsheet writes, the cells could not be counted.
    """
    most = (MAX_ROWS + 1) * MAX_COLUMNS
    parts = (archive.read(part) for part in archive.infolist())
    return any(part.startswith(UTF_16) or len(CELL.findall(part)) > most for part in parts)


def content(cell):
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Unusable(_("There is a formula in this cell. Paste its value instead."))
    if cell.data_type == "e":
        return Unusable(_("There is an error in this cell (%s).") % value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and "%" in cell.number_format:
        return Unusable(_("This cell shows a percentage. Format it as a number or as text."))
    return value


# --- out ----------------------------------------------------------------------------------------------------------


def write(form, head, rows):
    """A temporary file with ``rows`` in one of the three forms; raises ``ValidationError`` in words."""
    file = tempfile.SpooledTemporaryFile(max_size=MAX_BYTES)  # noqa: SIM115 - the answer closes it
    try:
        if form == XLSX:
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


def in_excel(value):
    if isinstance(value, datetime.date) and value.year < 1901:  # before the days of Excel
        value = in_text(value)
    return escaped(ILLEGAL_CHARACTERS_RE.sub("", value)) if isinstance(value, str) else value


def write_xlsx(file, head, rows):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "B2"
    for column in range(len(head)):
        sheet.column_dimensions[get_column_letter(column + 1)].width = 24
    sheet.append(head)
    too_long = []
    for row in rows:
        too_long = [name for name, value in zip(head, row, strict=True) if is_too_long(value)]
        if too_long:
            break
        sheet.append([in_excel(value) for value in row])
    book.save(file)  # in any case: else what it wrote would stay on the disk
    if too_long:
        raise ValidationError(
            _("“%(item)s”: the text in %(column)s is longer than a cell of Excel can be. Export a CSV.")
            % {"item": row[0], "column": too_long[0]}
        )


def is_too_long(value):
    return isinstance(value, str) and len(value) >= LONGEST_CELL_OF_EXCEL  # an apostrophe may come before it
