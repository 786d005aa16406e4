"""The common form of all kinds of files: rows of cells, with their place in the file."""

from collections.abc import Iterator
from typing import Any, Protocol

import msgspec


class Row(msgspec.Struct, frozen=True):
    place: str
    """As in an editor or spreadsheet: "line 5", "row 5"."""
    cells: list[Any]


class Source(Protocol):
    described: str
    """The encoding and separator, or the sheets."""
    certain: bool
    """Whether the description is certain, and need not be printed."""

    def rows(self) -> Iterator[Row]:
        """All rows except empty ones, each time from the beginning. Raises UnreadableFile."""
        ...


def is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
