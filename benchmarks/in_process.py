"""The application in this process, called as its server would call it, without a socket."""

import asyncio
import itertools
from typing import Any, Self

import msgspec

from crm_cell.app import Cell
from crm_cell.settings import Settings

_numbers = itertools.count(1)


class Application:
    def __init__(self, url: str, tenant: str) -> None:
        self._cell = Cell(Settings(database_url=url, demo=False), lambda _: None)
        self._tenant = tenant

    async def __aenter__(self) -> Self:
        await self._cell.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._cell.stop()

    async def send(
        self, method: str, path: str, query: str = "", body: object = None, user: str | None = None
    ) -> Any:
        """The answer's body. Raises RuntimeError for anything but a success."""
        content = b"" if body is None else msgspec.json.encode(body)
        headers = {
            "host": "localhost",
            "authorization": "Bearer any",
            "x-tenant-id": self._tenant,
            "x-request-id": f"request-{next(_numbers)}",
            "content-type": "application/json",
            "content-length": str(len(content)),
        }
        if user is not None:
            headers["x-user-id"] = user
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "client": ("127.0.0.1", 1),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        parts = [{"type": "http.request", "body": content, "more_body": False}]
        answer: dict[str, Any] = {"status": 0, "body": b""}

        async def receive() -> dict[str, Any]:
            return parts.pop() if parts else await asyncio.get_running_loop().create_future()

        async def send(message: dict[str, Any]) -> None:
            answer["status"] = message.get("status", answer["status"])
            answer["body"] += message.get("body", b"")

        await self._cell(scope, receive, send)  # type: ignore[arg-type]  # as a server sends it
        if not 200 <= answer["status"] < 300:
            raise RuntimeError(f"{method} {path}: {answer['status']} {answer['body']!r}")
        return msgspec.json.decode(answer["body"]) if answer["body"] else None
