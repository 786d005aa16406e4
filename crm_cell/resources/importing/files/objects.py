"""JSON: a page of GET /customers/export, any list of objects, or one object per line."""

from collections.abc import Iterator
from typing import Any

import msgspec

from crm_cell.resources.importing.files.content import Content, UnreadableFile
from crm_cell.resources.importing.files.messages import NO_LIST, NOT_AN_OBJECT, NOT_JSON
from crm_cell.resources.importing.files.rows import Row

LINES = (".ndjson", ".jsonl")
DOCUMENTS = (".json",)
# The members of a document that may contain its list.
_LISTS = ("data", "items")


class Objects:
    """Members are the headings: the first row contains those of all objects."""

    certain = True

    def __init__(self, content: Content) -> None:
        self._content = content
        self.described = "JSON"
        is_document = content.name.lower().endswith(DOCUMENTS)
        self._document = _list_in(content) if is_document else None
        self._members = list(dict.fromkeys(key for _, item in self._objects() for key in item))

    def rows(self) -> Iterator[Row]:
        yield Row("its members", list(self._members))
        for place, item in self._objects():
            yield Row(place, [_cell(item.get(member)) for member in self._members])

    def _objects(self) -> Iterator[tuple[str, dict[str, Any]]]:
        found = self._lines() if self._document is None else self._items(self._document)
        for place, item in found:
            if not isinstance(item, dict):
                raise UnreadableFile(NOT_AN_OBJECT, file=self._content.name, place=place)
            yield place, item

    @staticmethod
    def _items(document: list[Any]) -> Iterator[tuple[str, Any]]:
        for number, item in enumerate(document, 1):
            yield f"item {number}", item

    def _lines(self) -> Iterator[tuple[str, Any]]:
        with self._content.open() as file:
            for number, line in enumerate(file, 1):
                if text := line.removeprefix(b"\xef\xbb\xbf").strip():
                    place = f"line {number}"
                    yield place, _decoded(text, self._content.name, place)


def _list_in(content: Content) -> list[Any]:
    with content.open() as file:
        document = _decoded(file.read().removeprefix(b"\xef\xbb\xbf"), content.name)
    if isinstance(document, dict):
        document = next((document[name] for name in _LISTS if name in document), None)
    if not isinstance(document, list):
        raise UnreadableFile(NO_LIST, file=content.name)
    return document


def _decoded(text: bytes, file: str, place: str = "") -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableFile(NOT_JSON, file=file, place=place, error=error) from error


def _cell(value: Any) -> Any:
    """Numbers as digits. Validation reports other values that are not text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value
