"""GET /openapi.json: the document that /docs and /redoc show."""

from collections.abc import Sequence
from functools import cache

from crm_cell.http.negotiation import preferred
from crm_cell.http.openapi.description import document
from crm_cell.http.openapi.media import TYPES
from crm_cell.http.preconditions import body_etag
from crm_cell.http.request import Request
from crm_cell.http.responses import Answer, encode
from crm_cell.http.routing import Route, Routes, Tag


def with_openapi(routes: Sequence[Route], public_base_path: str) -> list[Route]:
    """Adds the route of the document, which describes all routes including itself."""
    openapi = Routes("", tag=Tag("openapi", "接口描述", "This document."))

    @openapi.plain("/openapi.json", "接口描述", open=True, page=True, media=[*TYPES])
    async def get(request: Request) -> Answer:
        """This document, as OpenAPI 3.1 in JSON."""
        body, tag = encoded_document()
        media = preferred(request.headers.get("Accept"), TYPES, "application/json")
        return Answer(200, body, [(b"content-type", media.encode()), (b"etag", tag)])

    @cache
    def encoded_document() -> tuple[bytes, bytes]:
        body = encode(document(all_routes, public_base_path))
        return body, body_etag(body)

    all_routes = [*routes, *openapi.routes]
    return all_routes
