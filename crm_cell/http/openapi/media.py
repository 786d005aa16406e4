"""What a success looks like in other forms than JSON."""

from typing import Any, get_args

import msgspec

from crm_cell.http.exposition import MEDIA
from crm_cell.http.files import FILES, XlsxFile
from crm_cell.http.openapi.words import EXPOSITION
from crm_cell.http.routing import Route

# Of the document itself: the plain type first, then the one in use and the one that IANA lists.
TYPES = {
    "application/json": "application/json",
    "application/vnd.oai.openapi+json": "application/vnd.oai.openapi+json;version=3.1",
    "application/openapi+json": "application/openapi+json;version=3.1",
}

_FILES = {file.media: file for file in FILES.values()}


def gives_files(route: Route) -> bool:
    return not _FILES.keys().isdisjoint(route.media)


def described(media: str, page: Any, example: dict[str, Any]) -> dict[str, Any]:
    """A form of what `page` is in JSON, with the same row for an example."""
    if media in TYPES:
        return {"schema": {"type": "object"}, "example": {}}
    if media == XlsxFile.media:
        return {"schema": {"type": "string", "format": "binary"}}
    if media in _FILES:
        return _text(_file(media, get_args(page)[0], example["data"]))
    assert media in MEDIA, f"nobody knows what {media} looks like"
    return _text(EXPOSITION)


def _file(media: str, view: Any, rows: list[Any]) -> str:
    made = _FILES[media](view).add([msgspec.convert(row, view) for row in rows])
    return made.decode("utf-8-sig")


def _text(example: str) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "example": example}
