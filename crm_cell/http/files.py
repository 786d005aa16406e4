"""Writes rows as CSV, Excel workbook or NDJSON.

Files are written in pieces, so that memory never holds a whole file. The methods block: `add` and
`rest` must run off the event loop.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Protocol, get_type_hints

import msgspec

from crm_cell.http.formulas import protected
from crm_cell.http.schema import View

_PIECE_BYTES = 256 * 1024
# Excel's own limit.
_ROWS_IN_SHEET = 1_048_576
_EXACT = 10**15

_BOOLEANS = {True: "true", False: "false"}

_json = msgspec.json.Encoder()


class File(Protocol):
    media: str

    def __init__(self, kind: type[View]) -> None:
        """`kind` is the type of the rows."""

    def add(self, views: Sequence[View]) -> bytes:
        """Add rows and return the bytes that are ready to send."""
        ...

    def rest(self) -> bytes:
        """After the last `add`: the next piece of the remaining bytes, empty at the end."""
        ...

    def close(self) -> None: ...


class NdjsonFile:
    media = "application/x-ndjson"

    def __init__(self, kind: type[View]) -> None:
        """Needs no header, because every line has the names of its members."""

    def add(self, views: Sequence[View]) -> bytes:
        return _json.encode_lines(views)

    def rest(self) -> bytes:
        return b""

    def close(self) -> None: ...


class CsvFile:
    """RFC 4180 in UTF-8, with the byte order mark that Excel needs."""

    media = "text/csv; charset=utf-8"

    def __init__(self, kind: type[View]) -> None:
        self._text = io.StringIO()
        self._writer = csv.writer(self._text)
        self._text.write("\ufeff")
        self._writer.writerow(members(kind))
        self._row = _row_with_booleans if has_booleans(kind) else protected_row

    def add(self, views: Sequence[View]) -> bytes:
        self._writer.writerows(map(self._row, map(msgspec.structs.astuple, views)))
        made = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return made.encode()

    def rest(self) -> bytes:
        return b""

    def close(self) -> None: ...


class XlsxFile:
    """Written to a temporary folder, then sent. Text cells stay text: Excel does not interpret them
    as formulas, links or numbers."""

    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, kind: type[View], rows_in_sheet: int = _ROWS_IN_SHEET) -> None:
        from xlsxwriter import Workbook  # type: ignore[import-untyped] # has no type hints

        self._members = members(kind)
        self._rows_in_sheet = rows_in_sheet
        self._folder = TemporaryDirectory(prefix="crm-export-")
        self._path = Path(self._folder.name, "export.xlsx")
        self._book = Workbook(
            str(self._path), {"constant_memory": True, "tmpdir": self._folder.name}
        )
        self._book.use_zip64()
        self._plain = self._book.add_format()
        self._formats: dict[int, Any] = {}
        self._finished: BinaryIO | None = None
        self._begin_sheet()

    def add(self, views: Sequence[View]) -> bytes:
        for view in views:
            if self._row == self._rows_in_sheet:
                self._begin_sheet()
            self._write(msgspec.structs.astuple(view))
        return b""

    def rest(self) -> bytes:
        if self._finished is None:
            self._book.close()
            self._finished = self._path.open("rb")
        return self._finished.read(_PIECE_BYTES)

    def close(self) -> None:
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
        if self._finished is not None:
            self._finished.close()
        self._folder.cleanup()

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._row = 0
        self._write(self._members)

    def _write(self, cells: Iterable[Any]) -> None:
        for column, value in enumerate(cells):
            if isinstance(value, str):
                if value:
                    self._write_text(column, value)
            elif isinstance(value, list):
                if value:
                    self._write_text(column, _in_one_cell(value))
            elif value is not None:
                self._write_number(column, value)
        self._row += 1

    def _write_number(self, column: int, number: int | Decimal) -> None:
        """Spreadsheets calculate with fifteen digits, so a longer number is a text."""
        if isinstance(number, bool):
            self._sheet.write_boolean(self._row, column, number)
        elif number >= _EXACT or number <= -_EXACT:
            self._sheet.write_string(self._row, column, str(number))
        elif isinstance(number, Decimal):
            self._sheet.write_number(self._row, column, number, self._decimals_of(number))
        else:
            self._sheet.write_number(self._row, column, number)

    def _decimals_of(self, number: Decimal) -> Any:
        """The format that shows the decimals of a currency."""
        _, _, exponent = number.as_tuple()
        places = -int(exponent)
        if places not in self._formats:
            form = "0." + "0" * places if places > 0 else "0"
            self._formats[places] = self._book.add_format({"num_format": form})
        return self._formats[places]

    def _write_text(self, column: int, text: str) -> None:
        if text.startswith("<r>"):
            # XlsxWriter would write this text as markup, unless it is split into two parts.
            self._sheet.write_rich_string(self._row, column, text[:1], self._plain, text[1:])
        else:
            self._sheet.write_string(self._row, column, text)


FILES: dict[str, type[File]] = {"csv": CsvFile, "ndjson": NdjsonFile, "xlsx": XlsxFile}

# Values of Accept. NDJSON has no registered media type, but several in use.
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
    """The member names of a view, in JSON form."""
    return [field.encode_name for field in msgspec.structs.fields(kind)]


def protected_row(cells: Iterable[Any]) -> list[Any]:
    """Protects text cells against formula injection."""
    return [
        protected(cell)
        if isinstance(cell, str)
        else protected(_in_one_cell(cell))
        if isinstance(cell, list)
        else cell
        for cell in cells
    ]


def _in_one_cell(values: list[Any]) -> str:
    """Texts have commas between them; objects are JSON."""
    if all(isinstance(each, str) for each in values):
        return ", ".join(values)
    return _json.encode(values).decode()


def has_booleans(kind: type[View]) -> bool:
    return any(hint is bool for hint in get_type_hints(kind).values())


def _row_with_booleans(cells: Iterable[Any]) -> list[Any]:
    """Written as in JSON."""
    return [_BOOLEANS[cell] if isinstance(cell, bool) else cell for cell in protected_row(cells)]
