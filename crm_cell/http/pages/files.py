"""Sends files of the package, with an ETag and compressed where the build has done that."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from crm_cell.http.negotiation import takes_gzip
from crm_cell.http.preconditions import names

HERE: Final = Path(__file__).parent

_VARIES: Final = {"Vary": "Accept-Encoding"}
MISSING_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def packed_file(request: Request, path: Path, headers: dict[str, str]) -> Response:
    packed = path.with_name(f"{path.name}.gz")
    if packed.is_file() and takes_gzip(request.headers.get("accept-encoding")):
        # Compressed by hatch_build.py. The name without `.gz` determines the media type.
        return file(request, packed, headers | _VARIES | {"Content-Encoding": "gzip"})
    return file(request, path, headers | _VARIES)


def file(request: Request, path: Path, headers: dict[str, str]) -> Response:
    response = FileResponse(path, headers=headers, stat_result=path.stat())
    etag = response.headers["etag"]
    if names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers | {"ETag": etag})
    return response


def not_found(sentence: str, headers: dict[str, str] = MISSING_HEADERS) -> Response:
    return PlainTextResponse(sentence, 404, headers=headers)
