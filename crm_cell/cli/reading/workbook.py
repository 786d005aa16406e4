"""Excel workbooks. What a cell shows may be rounded; what is read is what it holds."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.cli.reading.rows import Row, is_empty

# Unpacked; a million rows of an export are a quarter of it, and take 0.9 GB while they are read.
_MOST_BYTES = 2 * 1024**3
_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_WITHOUT_RESULT = re.compile(rb"</f>\s*(<v\s*/>|<v>\s*</v>)?\s*</c>")
_PIECE_BYTES = 1 << 20
_OVERLAP_BYTES = 256
# A spreadsheet calculates with fifteen digits; what is longer has been rounded.
_EXACT = 10**15


class Workbook:
    """Its first visible sheet, and those that go on with the same headings."""

    certain = True

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _check_inside(path)
            self._sheets, others = _alike(_visible(CalamineWorkbook.from_path(path)))
        except (CalamineError, BadZipFile) as error:
            raise Complaint(f"{path}: not a workbook that can be read: {error}", MISUSED) from error
        read = ", ".join(sheet.name for sheet in self._sheets)
        unread = f" (not {', '.join(others)})" if others else ""
        self.described = f"Excel workbook, sheet {read}{unread}"

    def rows(self) -> Iterator[Row]:
        for sheet in self._sheets:
            where = f"{sheet.name}, row" if len(self._sheets) > 1 else "row"
            for number, cells in enumerate(sheet.iter_rows(), 1):
                if not all(map(is_empty, cells)):
                    yield Row(f"{where} {number}", list(map(_meant, cells)))


def _visible(book: CalamineWorkbook) -> list[CalamineSheet]:
    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    return [sheet for sheet in map(book.get_sheet_by_name, names) if sheet.start is not None]


def _alike(sheets: list[CalamineSheet]) -> tuple[list[CalamineSheet], list[str]]:
    """Those that begin as the first one does, and the names of the others."""
    begins = [
        next((row for row in sheet.iter_rows() if not all(map(is_empty, row))), None)
        for sheet in sheets
    ]
    alike = [sheet for sheet, begin in zip(sheets, begins, strict=True) if begin == begins[0]]
    return alike, [sheet.name for sheet in sheets if sheet not in alike]


def _check_inside(path: Path) -> None:
    """Raises Complaint for what unpacks to more than memory holds, and for formulas that nobody
    has calculated yet: their cells would seem to be empty."""
    with ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
            raise Complaint(f"{path}: too large a workbook: save it as CSV", MISUSED)
        for name in filter(_WORKSHEET.fullmatch, parts.namelist()):
            with parts.open(name) as sheet:
                if _has_uncalculated(sheet):
                    raise Complaint(
                        f"{path}: holds formulas without results: open it in a spreadsheet program"
                        " and save it",
                        MISUSED,
                    )


def _has_uncalculated(sheet: IO[bytes]) -> bool:
    tail = b""
    while piece := sheet.read(_PIECE_BYTES):
        if _WITHOUT_RESULT.search(tail + piece):
            return True
        tail = piece[-_OVERLAP_BYTES:]
    return False


def _meant(cell: Any) -> Any:
    """Digits as they were typed: 13800001111 is a number with a fraction to a spreadsheet."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return f"{cell.isoformat()} 00:00"  # without a time it would pass for a telephone number
    return cell if isinstance(cell, str) else str(cell)
