"""Response media types other than plain JSON."""

from typing import Any, get_args

import msgspec

from crm_cell.http.files import FILES, XlsxFile
from crm_cell.http.observability.prometheus import MEDIA
from crm_cell.http.openapi.words import EXPOSITION
from crm_cell.http.routing import Route

# Of the document itself: the default, the one in common use, and the one registered with IANA.
TYPES = {
    "application/json": "application/json",
    "application/vnd.oai.openapi+json": "application/vnd.oai.openapi+json;version=3.1",
    "application/openapi+json": "application/openapi+json;version=3.1",
}

_FILES = {file.media: file for file in FILES.values()}


def gives_files(route: Route) -> bool:
    return not _FILES.keys().isdisjoint(route.media)


def described(media: str, page: Any, example: dict[str, Any]) -> dict[str, Any]:
    """The media type object for the data of `page`, with the row of `example`."""
    if media in TYPES:
        return {"schema": {"type": "object"}, "example": {}}
    if media == XlsxFile.media:
        return {"schema": {"type": "string", "format": "binary"}}
    if media in _FILES:
        return _text(_file(media, get_args(page)[0], example["data"]))
    assert media in MEDIA, f"there is no example of {media}"
    return _text(EXPOSITION)


def _file(media: str, view: Any, rows: list[Any]) -> str:
    made = _FILES[media](view).add([msgspec.convert(row, view) for row in rows])
    return made.decode("utf-8-sig")


def _text(example: str) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "example": example}
