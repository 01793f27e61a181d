"""XLSX files, in and out. What reads and writes them is large: ``sheets.py`` imports it where a file is one."""

import datetime
import io
import re
import zipfile
import zlib
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from .sheets import MAX_COLUMNS, MAX_ROWS, Unusable, escaped, in_text

MAX_UNPACKED = 60 * 2**20  # of an XLSX, which is a ZIP file and could hold any amount of nothing
UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
LONGEST_CELL_OF_EXCEL = 32_767


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
