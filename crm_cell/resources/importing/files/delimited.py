"""Delimited text files (CSV)."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import chain, islice

from crm_cell.http.formulas import unprotected
from crm_cell.resources.importing.files.content import Content, UnreadableFile
from crm_cell.resources.importing.files.encodings import detect, display_name, first_wrong_line
from crm_cell.resources.importing.files.messages import OTHER_BYTES, QUOTES
from crm_cell.resources.importing.files.rows import Row

_SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_NAMES = {"\t": "tab"}
# Excel's line that states the separator.
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=([^\w\s"]|\t)"?[\r\n]*', re.IGNORECASE)
# ="00123": programs write text like this so that spreadsheets do not read it as a number.
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_HEAD_LINES = 40

Known = Callable[[list[str]], int]
"""Returns how many columns of a row of headings are known."""


class Delimited:
    def __init__(self, content: Content, encoding: str | None, known: Known) -> None:
        self._content = content
        self._codec = encoding or detect(content, lambda cell: known([cell]) > 0)
        self._refuse_other_bytes()
        self._separator, self._is_stated = self._find_separator(known)
        separator = _SEPARATOR_NAMES.get(self._separator, self._separator)
        self.described = f'{display_name(self._codec)}, separator "{separator}"'
        self.certain = encoding is not None or self._codec.startswith("utf")

    def rows(self) -> Iterator[Row]:
        for number, cells in self._records():
            if any(map(str.strip, cells)):
                text = "".join(cells)  # most rows have no guarded cell, so check them as a whole
                guarded = "=" in text or "'" in text or "\ufeff" in text
                yield Row(f"line {number}", list(map(_unguarded, cells)) if guarded else cells)

    def _refuse_other_bytes(self) -> None:
        if (line := first_wrong_line(self._content, self._codec)) is not None:
            raise UnreadableFile(
                OTHER_BYTES,
                file=self._content.name,
                place=f"line {line}",
                encoding=display_name(self._codec),
            )

    def _find_separator(self, known: Known) -> tuple[str, bool]:
        """The separator of a `sep=` line, or else the one with which most headings are known."""
        head = list(islice(self._lines(), _HEAD_LINES))
        if head and (stated := _SEPARATOR_LINE.fullmatch(head[0])):
            return stated[1], True

        def fitness(separator: str) -> tuple[int, int]:
            rows = csv.reader(head, delimiter=separator, skipinitialspace=True)
            try:
                return max(((known(row), len(row)) for row in rows), default=(0, 0))
            except csv.Error:  # reported with its line when the whole file is read
                return 0, 0

        return max(_SEPARATORS, key=fitness), False

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Records with their first line, because cells may contain line breaks."""
        lines = self._lines()
        skipped = len(list(islice(lines, 1))) if self._is_stated else 0
        reader = csv.reader(lines, delimiter=self._separator, skipinitialspace=True, strict=True)
        begin = 1 + skipped
        try:
            for cells in reader:
                yield begin, cells
                begin = reader.line_num + skipped + 1
        except csv.Error as error:
            raise UnreadableFile(
                QUOTES, file=self._content.name, place=f"line {begin}", error=error
            ) from error

    def _lines(self) -> Iterator[str]:
        with io.TextIOWrapper(self._content.open(), self._codec, newline="") as file:
            first = file.readline().removeprefix("\ufeff")
            yield from chain([first] if first else [], file)


def _unguarded(cell: str) -> str:
    """The text of a cell without guards against spreadsheets, and without a byte order mark from
    concatenated files."""
    if cell.startswith(("=", "\ufeff")):
        cell = cell.lstrip("\ufeff")
        if text := _TEXT_FORMULA.fullmatch(cell.strip()):
            return text[1]
    return unprotected(cell)
