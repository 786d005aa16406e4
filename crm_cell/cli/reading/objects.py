"""JSON: the page that GET /customers/export sends, or any list of objects; and an object a line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.cli.reading.rows import Row

LINES = (".ndjson", ".jsonl")
DOCUMENTS = (".json",)
# Where a document holds its list.
_LISTS = ("data", "items")


class Objects:
    """Members are headings: the first row names all that any object has."""

    certain = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.described = "JSON"
        self._document = _list_in(path) if path.suffix.lower() in DOCUMENTS else None
        self._members = list(dict.fromkeys(key for _, item in self._objects() for key in item))

    def rows(self) -> Iterator[Row]:
        yield Row("its members", list(self._members))
        for place, item in self._objects():
            yield Row(place, [_cell(item.get(member)) for member in self._members])

    def _objects(self) -> Iterator[tuple[str, dict[str, Any]]]:
        found = self._lines() if self._document is None else self._items(self._document)
        for place, item in found:
            if not isinstance(item, dict):
                raise Complaint(f"{self.path}, {place}: not an object", MISUSED)
            yield place, item

    @staticmethod
    def _items(document: list[Any]) -> Iterator[tuple[str, Any]]:
        for number, item in enumerate(document, 1):
            yield f"item {number}", item

    def _lines(self) -> Iterator[tuple[str, Any]]:
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if text := line.removeprefix(b"\xef\xbb\xbf").strip():
                    yield f"line {number}", _decoded(text, f"{self.path}, line {number}")


def _list_in(path: Path) -> list[Any]:
    document = _decoded(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), str(path))
    if isinstance(document, dict):
        document = next((document[name] for name in _LISTS if name in document), None)
    if not isinstance(document, list):
        raise Complaint(f"{path}: neither a list of objects nor a page of an export", MISUSED)
    return document


def _decoded(text: bytes, place: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Complaint(f"{place}: not JSON: {error}", MISUSED) from error


def _cell(value: Any) -> Any:
    """Numbers as their digits; what is neither text nor number is the row's own fault."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value
