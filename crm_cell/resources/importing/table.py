"""The rows of a file with their headings, for the import of any resource."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from crm_cell.http.uploads import XLSX, Upload
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.resources.importing.files.content import Content, InMemory, UnreadableFile
from crm_cell.resources.importing.files.messages import NO_COLUMN, TWO_COLUMNS
from crm_cell.resources.importing.files.rows import Row, Source, is_empty
from crm_cell.resources.importing.files.source import source_of
from crm_cell.resources.importing.headings import Heading, Headings, repeated

# Rows with titles may precede the headings.
_MOST_TITLE_ROWS: Final = 20
_SHOWN: Final = 40
_MOST_SHOWN: Final = 30


class UploadedRow(msgspec.Struct, frozen=True):
    place: str
    cells: list[Any]


class UploadedRows(Upload):
    """Columns without a known heading are left aside."""

    headings: list[str]
    rows: list[UploadedRow]


class FileTable:
    """A file as a table. Raises UnreadableFile for a file that cannot be read, that has no known
    heading, or that has two columns of one member."""

    def __init__(
        self,
        content: Content,
        headings: Headings,
        encoding: str | None = None,
        *,
        untrusted: bool = False,
    ) -> None:
        self._headings = headings
        self.source: Source = source_of(content, self._known, encoding, untrusted=untrusted)
        self._above, head = self._find_headings(content.name)
        self._head = head.cells
        self.headings = ["" if is_empty(cell) else str(cell).strip() for cell in head.cells]
        self.columns: list[Heading | None] = [headings.find(each) for each in self.headings]
        for same in repeated([each for each in self.columns if each is not None]):
            named = ", ".join(_shown(each.text) for each in same)
            raise UnreadableFile(TWO_COLUMNS, file=content.name, place=head.place, headings=named)

    def rows(self) -> Iterator[Row]:
        """Without the headings, which repeat if files or sheets were concatenated."""
        for row in islice(self.source.rows(), self._above + 1, None):
            if row.cells != self._head:
                yield row

    def _known(self, cells: Sequence[Any]) -> int:
        """The number of known headings among the cells of a row."""
        found = (self._headings.find(cell) for cell in cells if isinstance(cell, str))
        return sum(each is not None for each in found)

    def _find_headings(self, file: str) -> tuple[int, Row]:
        """The number of rows above the headings, and the row with most known ones."""
        first = list(islice(self.source.rows(), _MOST_TITLE_ROWS))
        best = max(range(len(first)), key=lambda at: (self._known(first[at].cells), -at), default=0)
        if not first or not self._known(first[best].cells):
            cells = [str(cell) for row in first[:1] for cell in row.cells if not is_empty(cell)]
            raise UnreadableFile(
                NO_COLUMN,
                file=file,
                headings=", ".join(map(_shown, cells[:_MOST_SHOWN])) or "—",
                known=", ".join(self._headings.labels),
            )
        return best, first[best]


def upload_reader(headings: Headings, most: int) -> Any:
    """A function from a body to UploadedRows."""

    def read(body: bytes, media: str, charset: str | None) -> UploadedRows:
        try:
            name = "" if media == XLSX else "body"
            encoding = None if media == XLSX else charset
            table = FileTable(InMemory(name, body), headings, encoding, untrusted=True)
            found = [UploadedRow(row.place, row.cells) for row in islice(table.rows(), most + 1)]
        except UnreadableFile as unreadable:
            raise _bad(unreadable) from unreadable
        if not found:
            raise BadRequest([FieldError("body", "too_few", {"limit": 1})])
        if len(found) > most:
            raise BadRequest([FieldError("body", "too_many", {"limit": most})])
        return UploadedRows(table.headings, found)

    return read


def _bad(unreadable: UnreadableFile) -> BadRequest:
    params = {
        key: value if isinstance(value, str | int) else str(value)
        for key, value in unreadable.params.items()
    }
    message = {"text": unreadable.message, "option": "charset"}
    return BadRequest([FieldError(unreadable.place or "body", "value", {**params, **message})])


def _shown(heading: str) -> str:
    """A heading for display. In a file that is not a table, it may contain anything."""
    shown = heading if len(heading) <= _SHOWN else f"{heading[:_SHOWN]}…"
    return "".join(char if char.isprintable() else "?" for char in shown)
