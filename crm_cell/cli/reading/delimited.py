"""Text files of cells between separators."""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.cli.reading.encodings import called, detect, first_wrong_line
from crm_cell.cli.reading.rows import Row
from crm_cell.http.formulas import unprotected

_SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_NAMES = {"\t": "tab"}
# Excel's own way to say what the separator is.
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=([^\w\s"]|\t)"?[\r\n]*', re.IGNORECASE)
# ="00123": how a program keeps a spreadsheet from taking text for a number.
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_HEAD_LINES = 40

Known = Callable[[list[str]], int]
"""How many columns of a row of headings are known."""


class Delimited:
    def __init__(self, path: Path, encoding: str | None, known: Known) -> None:
        self.path = path
        self._codec = encoding or detect(path)
        self._refuse_other_bytes()
        self._separator, self._said = self._find_separator(known)
        separator = _SEPARATOR_NAMES.get(self._separator, self._separator)
        self.described = f'{called(self._codec)}, separator "{separator}"'
        self.certain = encoding is not None or self._codec.startswith("utf")

    def rows(self) -> Iterator[Row]:
        for number, cells in self._records():
            if any(map(str.strip, cells)):
                text = "".join(cells)  # most rows have no cell that must be looked at by itself
                guarded = "=" in text or "'" in text or "\ufeff" in text
                yield Row(f"line {number}", list(map(_meant, cells)) if guarded else cells)

    def _refuse_other_bytes(self) -> None:
        if (line := first_wrong_line(self.path, self._codec)) is not None:
            raise Complaint(f"{self.path}, line {line}: not {called(self._codec)}", MISUSED)

    def _find_separator(self, known: Known) -> tuple[str, bool]:
        """That of a `sep=` line, or with which most headings are known."""
        head = list(islice(self._lines(), _HEAD_LINES))
        if head and (said := _SEPARATOR_LINE.fullmatch(head[0])):
            return said[1], True

        def fitness(separator: str) -> tuple[int, int]:
            rows = csv.reader(head, delimiter=separator, skipinitialspace=True)
            try:
                return max(((known(row), len(row)) for row in rows), default=(0, 0))
            except csv.Error:  # said, with its line, when all is read
                return 0, 0

        return max(_SEPARATORS, key=fitness), False

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """With the line on which each begins: cells may hold line breaks."""
        lines = self._lines()
        skipped = len(list(islice(lines, 1))) if self._said else 0
        reader = csv.reader(lines, delimiter=self._separator, skipinitialspace=True, strict=True)
        begin = 1 + skipped
        try:
            for cells in reader:
                yield begin, cells
                begin = reader.line_num + skipped + 1
        except csv.Error as error:
            raise Complaint(
                f"{self.path}, line {begin}: {error}; look for a quotation mark that is not closed"
                " or not doubled",
                MISUSED,
            ) from error

    def _lines(self) -> Iterator[str]:
        with self.path.open(encoding=self._codec, newline="") as file:
            first = file.readline().removeprefix("\ufeff")
            yield from chain([first] if first else [], file)


def _meant(cell: str) -> str:
    """The text that was in the cell before it was guarded from spreadsheets; and without the mark
    that is left where two files were put together."""
    if cell.startswith(("=", "\ufeff")):
        cell = cell.lstrip("\ufeff")
        if text := _TEXT_FORMULA.fullmatch(cell.strip()):
            return text[1]
    return unprotected(cell)
