"""Checks a workbook from the network before a reader opens it.

A few kilobytes can unpack to gigabytes, and two cells at opposite corners make a sheet of
17 billion cells, all of which the reader would keep. So the parts are unpacked here, within limits,
and packed again as they were checked: sizes that a file states are not believed.
"""

import io
import re
import zlib
from typing import Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from crm_cell.resources.importing.files.content import Content, InMemory, UnreadableFile
from crm_cell.resources.importing.files.messages import LARGE_WORKBOOK, NOT_A_WORKBOOK

_MOST_BYTES: Final = 32 * 1024**2
_MOST_PARTS: Final = 500
_MOST_ROWS: Final = 20_000
_MOST_COLUMNS: Final = 500
# Other formats of workbooks, which the reader would recognise.
_OTHER_FORMATS: Final = frozenset({"content.xml", "xl/workbook.bin"})
# Of a row or a cell, wherever it is written: quotes in other attributes must not hide it.
_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]*)([0-9]+)""")
_NOT_CELLS: Final = (
    "docprops/",
    "customxml/",
    "xl/charts/",
    "xl/diagrams/",
    "xl/drawings/",
    "xl/media/",
    "xl/theme/",
)
_BROKEN: Final = (
    BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
)
_MOST_DIGITS: Final = 9
_MOST_LETTERS: Final = 3
_LETTERS: Final = 26


def repacked(content: Content) -> Content:
    """Raises UnreadableFile."""
    made = io.BytesIO()
    left = _MOST_BYTES
    try:
        with content.open() as file, ZipFile(file) as parts, ZipFile(made, "w", ZIP_STORED) as out:
            names = parts.namelist()
            if len(names) > _MOST_PARTS or len(set(names)) < len(names):
                raise UnreadableFile(LARGE_WORKBOOK, file=content.name)
            if _OTHER_FORMATS & {name.lower() for name in names}:
                raise UnreadableFile(NOT_A_WORKBOOK, file=content.name, error="not .xlsx")
            for name in filter(_is_needed, names):
                with parts.open(name) as part:
                    data = part.read(left + 1)
                left -= len(data)
                if left < 0 or _is_wide(data):
                    raise UnreadableFile(LARGE_WORKBOOK, file=content.name)
                out.writestr(name, data)
    except (
        BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as error:
        raise UnreadableFile(NOT_A_WORKBOOK, file=content.name, error=error) from error
    return InMemory(content.name, made.getvalue())


def _is_needed(name: str) -> bool:
    """Whether a part may be about cells. What is not packed again cannot be read as a sheet."""
    lower = name.lower()
    return lower.endswith((".xml", ".rels")) and not lower.startswith(_NOT_CELLS)


def _is_wide(data: bytes) -> bool:
    """Whether a cell makes the sheet too large, or may, because text in UTF-16 hides it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        return True
    return any(
        len(column) > _MOST_LETTERS
        or len(row) > _MOST_DIGITS
        or int(row) > _MOST_ROWS
        or _number(column) > _MOST_COLUMNS
        for column, row in set(_PLACE.findall(data))
    )


def _number(column: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in column.upper():
        number = number * _LETTERS + letter - ord("A") + 1
    return number
