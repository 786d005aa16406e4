"""The documentation pages, in the frame of every response."""

from collections.abc import Awaitable, Callable

from crm_cell.http.answers import Answer
from crm_cell.http.request import Message, Receive, Request, Scope, Send
from crm_cell.kernel.errors import MethodNotAllowed, NotFound

# Those that may be missing because the documentation has not been built.
_PAGES = ("/docs", "/redoc")


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

    # Whole pages only: a part that cannot be had would be refused in words of its own.
    asked = [header for header in scope["headers"] if header[0] != b"range"]
    inner = {**scope, "path": request.path, "root_path": "", "headers": asked, "extensions": {}}
    await pages(inner, request.receive, gather)
    status = heads[0]["status"]
    if status == 404:
        is_there = request.path in _PAGES or request.path.startswith("/docs/assets/")
        raise NotFound("path_not_found", details="pages_not_built" if is_there else None)
    if status == 405:
        raise MethodNotAllowed(["GET", "HEAD"])
    headers = [header for header in heads[0]["headers"] if header[0] != b"content-length"]
    return Answer(status, b"".join(chunks), headers, protection=())
