"""A file of customers as people make them."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.cli.reading.columns import Columns, Wishes, columns, no_name
from crm_cell.cli.reading.delimited import Delimited
from crm_cell.cli.reading.encodings import named_by_owner
from crm_cell.cli.reading.objects import DOCUMENTS, LINES, Objects
from crm_cell.cli.reading.rows import Row, Source

# Above the headings people write what the table is about.
_MOST_TITLE_ROWS = 20
# Whatever the file is called.
_WORKBOOK = b"PK\x03\x04"
_NO_TABLES = {
    b"\xd0\xcf\x11\xe0": "a workbook in the old .xls format, or with a password",
    b"%PDF": "a PDF document",
    b"<": "HTML or XML, as some programs write under the name .xls",
    b"{\\rtf": "a text document",
}
_BOM = b"\xef\xbb\xbf"
_BEGIN_BYTES = 64


class Line(msgspec.Struct, frozen=True):
    """A customer's row. Cells that are empty are left out."""

    place: str
    members: dict[str, Any]
    headings: dict[str, str]
    """What the file calls each member."""


class Table:
    """Read through once when it is made, so that a broken file is known before any row is used.
    Raises Complaint."""

    def __init__(self, path: Path, asked: Wishes, encoding: str | None = None) -> None:
        self.source = _source(path, asked, encoding)
        self._above, head = self._find_headings(asked)
        self._head = head.cells
        self.columns: Columns = columns(str(path), head, asked)
        self.described = f"{self.source.described}, headings in {head.place}"
        self.count = sum(1 for _ in self._rows())

    def lines(self) -> Iterator[Line]:
        for row in self._rows():
            members, headings = self.columns.members(row.cells)
            yield Line(row.place, members, headings)

    def _rows(self) -> Iterator[Row]:
        """Without the headings, which come again where files, or sheets, were put together."""
        for row in islice(self.source.rows(), self._above + 1, None):
            if row.cells != self._head:
                yield row

    def _find_headings(self, asked: Wishes) -> tuple[int, Row]:
        """The row among the first that names most members, and how many stand above it."""
        first = list(islice(self.source.rows(), _MOST_TITLE_ROWS))
        if not first:
            raise Complaint(f"{self.source.path}: {no_name([])}", MISUSED)
        best = max(range(len(first)), key=lambda at: (asked.known(first[at].cells), -at))
        return best, first[best]


def _source(path: Path, asked: Wishes, encoding: str | None) -> Source:
    codec = named_by_owner(encoding) if encoding is not None else None
    if path.exists() and not path.is_file():
        raise Complaint(f"{path}: not a file: it is read more than once", MISUSED)
    with path.open("rb") as file:
        begin = file.read(_BEGIN_BYTES)
    for mark, kind in _NO_TABLES.items():
        if begin.removeprefix(_BOM).lstrip().startswith(mark):
            raise Complaint(f"{path}: {kind}: save it as .xlsx or CSV", MISUSED)
    if begin.startswith(_WORKBOOK):
        from crm_cell.cli.reading.workbook import Workbook

        return Workbook(path)
    if path.suffix.lower() in (*DOCUMENTS, *LINES):
        return Objects(path)
    return Delimited(path, codec, asked.known)
