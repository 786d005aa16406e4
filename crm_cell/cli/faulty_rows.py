"""Writes the refused rows of an import to a file, with the reason of each, to be corrected and
imported again."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crm_cell.http.files import protected_row
from crm_cell.kernel.private_files import atomic_file

REASON = "原因 · Reason"


class FaultyRows:
    """Rows so far. Nothing is written where no file is wanted."""

    def __init__(self, headings: Sequence[Any]) -> None:
        self._headings = ["" if each is None else each for each in headings]
        self._rows: list[list[Any]] = []

    def add(self, cells: Sequence[Any], reason: str) -> None:
        width = len(self._headings)
        filled = [*cells, *[""] * (width - len(cells))][:width]
        self._rows.append([*("" if each is None else each for each in filled), reason])

    def write(self, path: Path) -> int:
        """The number of rows; no file is made where there are none."""
        if self._rows:
            with _csv(path) as writer:
                writer.writerow(protected_row([*self._headings, REASON]))
                writer.writerows(map(protected_row, self._rows))
        return len(self._rows)


@contextmanager
def _csv(path: Path) -> Iterator[Any]:
    """Appears when it is complete, and only its owner can read it."""
    with (
        atomic_file(path, replace=True) as whole,
        whole.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        yield csv.writer(file)
