"""Bodies that are files, beside JSON."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from crm_cell.http.files import XlsxFile
from crm_cell.http.schema import Body

CSV: Final = "text/csv"
XLSX: Final = XlsxFile.media
UPLOADED: Final = (CSV, XLSX)


class Upload(msgspec.Struct):
    """What was read of a file; it is the `tree` of its request."""


class UploadBody(Body):
    """A JSON body in whose place a route also takes a file: its handler gets an Upload."""


ReadFile = Callable[[bytes, str, str | None], Any]
"""From a body, its media type and its charset to an Upload. Raises BadRequest."""


def media_of(content_type: str) -> tuple[str, str | None]:
    """The media type and the charset."""
    media, *parameters = content_type.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return media.strip().lower(), value.strip().strip('"') or None
    return media.strip().lower(), None
