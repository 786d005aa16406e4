"""Excel workbooks. Reads the stored values of cells, since displayed ones may be rounded."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from crm_cell.resources.importing.files.content import Content, UnreadableFile
from crm_cell.resources.importing.files.messages import (
    LARGE_WORKBOOK,
    NOT_A_WORKBOOK,
    UNCALCULATED,
)
from crm_cell.resources.importing.files.rows import Row, is_empty

# Unpacked size. A million exported rows take a quarter of it, and 0.9 GB of memory while reading.
_MOST_BYTES = 2 * 1024**3
_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_WITHOUT_RESULT = re.compile(rb"</f>\s*(<v\s*/>|<v>\s*</v>)?\s*</c>")
_PIECE_BYTES = 1 << 20
_OVERLAP_BYTES = 256
# Spreadsheets calculate with fifteen digits; longer numbers have been rounded.
_EXACT = 10**15


class Workbook:
    """The first visible sheet, and other sheets with the same headings."""

    certain = True

    def __init__(self, content: Content) -> None:
        try:
            _check_inside(content)
            with content.open() as file:
                book = CalamineWorkbook.from_filelike(file)
            self._sheets, others = _alike(_visible(book))
        except (CalamineError, BadZipFile) as error:
            raise UnreadableFile(NOT_A_WORKBOOK, file=content.name, error=error) from error
        read = ", ".join(sheet.name for sheet in self._sheets)
        unread = f" (not {', '.join(others)})" if others else ""
        self.described = f"Excel workbook, sheet {read}{unread}"

    def rows(self) -> Iterator[Row]:
        for sheet in self._sheets:
            where = f"{sheet.name}, row" if len(self._sheets) > 1 else "row"
            for number, cells in enumerate(sheet.iter_rows(), 1):
                if not all(map(is_empty, cells)):
                    yield Row(f"{where} {number}", list(map(_text, cells)))


def _visible(book: CalamineWorkbook) -> list[CalamineSheet]:
    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    return [sheet for sheet in map(book.get_sheet_by_name, names) if sheet.start is not None]


def _alike(sheets: list[CalamineSheet]) -> tuple[list[CalamineSheet], list[str]]:
    """The sheets with the same first row as the first sheet, and the names of the others."""
    begins = [
        next((row for row in sheet.iter_rows() if not all(map(is_empty, row))), None)
        for sheet in sheets
    ]
    alike = [sheet for sheet, begin in zip(sheets, begins, strict=True) if begin == begins[0]]
    return alike, [sheet.name for sheet in sheets if sheet not in alike]


def _check_inside(content: Content) -> None:
    """Raises UnreadableFile for a workbook that is too large when unpacked, and for formulas
    without results, whose cells would appear to be empty."""
    with content.open() as file, ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
            raise UnreadableFile(LARGE_WORKBOOK, file=content.name)
        for name in filter(_WORKSHEET.fullmatch, parts.namelist()):
            with parts.open(name) as sheet:
                if _has_uncalculated(sheet):
                    raise UnreadableFile(UNCALCULATED, file=content.name)


def _has_uncalculated(sheet: IO[bytes]) -> bool:
    tail = b""
    while piece := sheet.read(_PIECE_BYTES):
        if _WITHOUT_RESULT.search(tail + piece):
            return True
        tail = piece[-_OVERLAP_BYTES:]
    return False


def _text(cell: Any) -> Any:
    """The text of a cell. Spreadsheets store digits like 13800001111 as floating-point numbers."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    if isinstance(cell, datetime):
        whole = cell.second == 0 and cell.microsecond == 0
        return cell.isoformat(" ", "minutes" if whole else "milliseconds")
    if isinstance(cell, date):
        return f"{cell.isoformat()} 00:00"  # without a time it could be read as a phone number
    return cell if isinstance(cell, str) else str(cell)
