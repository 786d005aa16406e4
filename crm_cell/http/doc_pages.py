"""Serves the console and the documentation pages with the usual headers and errors of responses."""

from collections.abc import Awaitable, Callable

from crm_cell.http.request import Message, Receive, Request, Scope, Send
from crm_cell.http.responses import Answer
from crm_cell.kernel.errors import MethodNotAllowed, NotFound
from crm_cell.kernel.messages import PAGES_NOT_BUILT, PATH_NOT_FOUND

# Pages that are missing if they have not been built.
_PAGES = ("/console", "/docs", "/redoc")
_BUILT = ("/console", "/docs/assets/")


def is_page(path: str) -> bool:
    return path == "/" or path.startswith(_PAGES)


async def whole_page(
    pages: Callable[[Scope, Receive, Send], Awaitable[None]], scope: Scope, request: Request
) -> Answer:
    """Raises NotFound and MethodNotAllowed."""
    heads: list[Message] = []
    chunks: list[bytes] = []

    async def gather(message: Message) -> None:
        if message["type"] == "http.response.start":
            heads.append(message)
        else:
            chunks.append(message.get("body", b""))

    # No ranges, because Starlette would answer an invalid one with its own error body.
    headers_without_range = [header for header in scope["headers"] if header[0] != b"range"]
    inner = {
        **scope,
        "path": request.path,
        "root_path": "",
        "headers": headers_without_range,
        "extensions": {},
    }
    await pages(inner, request.receive, gather)
    status = heads[0]["status"]
    if status == 404:
        is_there = request.path in _PAGES or request.path.startswith(_BUILT)
        raise NotFound(PATH_NOT_FOUND, details=PAGES_NOT_BUILT if is_there else None)
    if status == 405:
        raise MethodNotAllowed(["GET", "HEAD"])
    headers = [header for header in heads[0]["headers"] if header[0] != b"content-length"]
    return Answer(status, b"".join(chunks), headers, protection=())
