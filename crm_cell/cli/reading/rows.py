"""What every kind of file is read as: rows of cells, each with the place where people find it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec


class Row(msgspec.Struct, frozen=True):
    place: str
    """As an editor or a spreadsheet shows it: "line 5", "row 5"."""
    cells: list[Any]


class Source(Protocol):
    path: Path
    described: str
    """How it was read: its encoding and separator, or its sheets."""
    certain: bool
    """Whether that is sure enough to go without saying."""

    def rows(self) -> Iterator[Row]:
        """From the beginning, each time; empty rows are left out. Raises Complaint."""
        ...


def is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
