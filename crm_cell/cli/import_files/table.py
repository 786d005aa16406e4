"""A table of customers from a file of any supported kind."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.cli.import_files.columns import ColumnOptions, Columns, columns, no_name
from crm_cell.resources.importing.files.content import OnDisk
from crm_cell.resources.importing.files.rows import Row, Source
from crm_cell.resources.importing.files.source import source_of

# Rows with titles may precede the headings.
_MOST_TITLE_ROWS = 20


class Line(msgspec.Struct, frozen=True):
    """The row of a customer, without empty cells."""

    place: str
    members: dict[str, Any]
    headings: dict[str, str]
    """The heading of each member in the file."""
    cells: list[Any] = []
    """All of the row, as they are in the file."""


class Table:
    """The constructor reads the whole file once, so that a broken file is refused before any row is
    used. Raises CommandError and UnreadableFile."""

    def __init__(self, path: Path, options: ColumnOptions, encoding: str | None = None) -> None:
        self.source = _source(path, options, encoding)
        self._above, head = self._find_headings(path, options)
        self._head = head.cells
        self.columns: Columns = columns(str(path), head, options)
        self.described = f"{self.source.described}, headings in {head.place}"
        self.count = sum(1 for _ in self._rows())

    def lines(self) -> Iterator[Line]:
        for row in self._rows():
            members, headings = self.columns.members(row.cells)
            yield Line(row.place, members, headings, row.cells)

    def _rows(self) -> Iterator[Row]:
        """Rows without the headings, which repeat if files or sheets were concatenated."""
        for row in islice(self.source.rows(), self._above + 1, None):
            if row.cells != self._head:
                yield row

    def _find_headings(self, path: Path, options: ColumnOptions) -> tuple[int, Row]:
        """The number of rows above the headings, and the row that names most members."""
        first = list(islice(self.source.rows(), _MOST_TITLE_ROWS))
        if not first:
            raise CommandError(f"{path}: {no_name([])}", MISUSED)
        best = max(range(len(first)), key=lambda at: (options.known(first[at].cells), -at))
        return best, first[best]


def _source(path: Path, options: ColumnOptions, encoding: str | None) -> Source:
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: not a file: it is read more than once", MISUSED)
    return source_of(OnDisk(path), options.known, encoding)
