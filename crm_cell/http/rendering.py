"""A handler's result as a response."""

from collections.abc import Awaitable
from typing import Any

from crm_cell.http.answers import JSON_TYPE, Answer, Resource, encode
from crm_cell.http.preconditions import body_etag, etag
from crm_cell.http.request import Request
from crm_cell.http.routing import Route


def render(route: Route, request: Request, result: Any) -> Answer:
    """A Location works behind the gateway and without it."""
    if isinstance(result, Resource):
        headers = [JSON_TYPE, (b"etag", etag(result.version).encode())]
        if route.status == 201:
            headers.append(
                (b"location", f"{request.public_base}{request.path}/{result.id}".encode())
            )
        return Answer(route.status, encode(result.view), headers, result.id)
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
