"""Many objects as a file: CSV, an Excel workbook, or a line of JSON each.

A file is made piece by piece, so that none is ever held whole. Making one blocks: `add` and
`rest` are called off the event loop.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Protocol

import msgspec

from crm_cell.http.formulas import protected
from crm_cell.http.schema import View

_PIECE_BYTES = 256 * 1024
# Excel's own limit.
_ROWS_IN_SHEET = 1_048_576

_json = msgspec.json.Encoder()


class File(Protocol):
    media: str

    def __init__(self, kind: type[View]) -> None:
        """`kind` is what the rows are."""

    def add(self, views: Sequence[View]) -> bytes:
        """Put them in; gives what can be sent already."""
        ...

    def rest(self) -> bytes:
        """The next piece of what could not be sent before all was in; empty at the end."""
        ...

    def close(self) -> None: ...


class NdjsonFile:
    media = "application/x-ndjson"

    def __init__(self, kind: type[View]) -> None:
        """Every line names its members by itself."""

    def add(self, views: Sequence[View]) -> bytes:
        return _json.encode_lines(views)

    def rest(self) -> bytes:
        return b""

    def close(self) -> None: ...


class CsvFile:
    """RFC 4180 in UTF-8, with the mark by which Excel knows it."""

    media = "text/csv; charset=utf-8"

    def __init__(self, kind: type[View]) -> None:
        self._text = io.StringIO()
        self._writer = csv.writer(self._text)
        self._text.write("\ufeff")
        self._writer.writerow(members(kind))

    def add(self, views: Sequence[View]) -> bytes:
        self._writer.writerows(map(harmless, map(msgspec.structs.astuple, views)))
        made = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return made.encode()

    def rest(self) -> bytes:
        return b""

    def close(self) -> None: ...


class XlsxFile:
    """Made in a temporary folder, and sent when it is whole. Text stays text: nothing in it is
    ever taken for a formula, an address or a number."""

    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, kind: type[View], rows_in_sheet: int = _ROWS_IN_SHEET) -> None:
        from xlsxwriter import Workbook  # type: ignore[import-untyped] # it declares no types

        self._members = members(kind)
        self._rows_in_sheet = rows_in_sheet
        self._folder = TemporaryDirectory(prefix="crm-export-")
        self._path = Path(self._folder.name, "export.xlsx")
        self._book = Workbook(
            str(self._path), {"constant_memory": True, "tmpdir": self._folder.name}
        )
        self._book.use_zip64()
        self._plain = self._book.add_format()
        self._made: BinaryIO | None = None
        self._begin_sheet()

    def add(self, views: Sequence[View]) -> bytes:
        for view in views:
            if self._row == self._rows_in_sheet:
                self._begin_sheet()
            self._write(msgspec.structs.astuple(view))
        return b""

    def rest(self) -> bytes:
        if self._made is None:
            self._book.close()
            self._made = self._path.open("rb")
        return self._made.read(_PIECE_BYTES)

    def close(self) -> None:
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
        if self._made is not None:
            self._made.close()
        self._folder.cleanup()

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._row = 0
        self._write(self._members)

    def _write(self, cells: Iterable[Any]) -> None:
        for column, value in enumerate(cells):
            if isinstance(value, int):
                self._sheet.write_number(self._row, column, value)
            elif value:
                self._write_text(column, value)
        self._row += 1

    def _write_text(self, column: int, text: str) -> None:
        if text.startswith("<r>"):
            # Such text would go into the sheet as markup, but for being written in two parts.
            self._sheet.write_rich_string(self._row, column, text[:1], self._plain, text[1:])
        else:
            self._sheet.write_string(self._row, column, text)


FILES: dict[str, type[File]] = {"csv": CsvFile, "ndjson": NdjsonFile, "xlsx": XlsxFile}

# What callers may name in Accept. Lines of JSON have no registered type, but several in use.
ACCEPTED = {
    "application/json": "json",
    "text/csv": "csv",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/x-jsonlines": "ndjson",
    XlsxFile.media: "xlsx",
}


def members(kind: type[View]) -> list[str]:
    """The names of a view's members as they go over the wire."""
    return [field.encode_name for field in msgspec.structs.fields(kind)]


def harmless(cells: Iterable[Any]) -> list[Any]:
    """Cells that no spreadsheet takes for a formula."""
    return [protected(cell) if isinstance(cell, str) else cell for cell in cells]
