"""Renders the result of a handler as a response."""

from collections.abc import Awaitable
from typing import Any

from crm_cell.http.preconditions import body_etag, etag
from crm_cell.http.request import Request
from crm_cell.http.responses import JSON_TYPE, Answer, Resource, encode
from crm_cell.http.routing import Route


def render(route: Route, request: Request, result: Any) -> Answer:
    """Location headers have the public prefix, so that they work behind the gateway."""
    if isinstance(result, Resource):
        tag = etag(result.version, result.figures, in_full=result.in_full)
        headers = [JSON_TYPE, (b"etag", tag.encode())]
        path = result.created_at_path
        if route.status == 201:
            path = f"{request.path}/{result.id}"
        if path is not None:
            headers.append((b"location", f"{request.public_base}{path}".encode()))
        status = route.status if path is None else 201
        stored = None if result.stored is None else encode(result.stored)
        return Answer(status, encode(result.view), headers, result.id, stored=stored)
    if isinstance(result, Answer):
        return result
    if result is None:
        return Answer(204, b"", [])
    body = encode(result)
    if route.conditional:
        return Answer(route.status, body, [JSON_TYPE, (b"etag", body_etag(body))])
    return Answer(route.status, body, [JSON_TYPE])


async def rendered(route: Route, request: Request, result: Awaitable[Any]) -> Answer:
    return render(route, request, await result)
