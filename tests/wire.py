"""Requests as bytes on the wire, for what no client library would send."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from crm_cell.http.application import ASGIApp
from tests.world import Json

Header = tuple[bytes, bytes]

# What every request needs, and what a write needs besides.
READ: tuple[Header, ...] = ((b"authorization", b"Bearer test"), (b"x-tenant-id", b"acme"))
WRITE: tuple[Header, ...] = (
    *READ,
    (b"x-request-id", b"request-1"),
    (b"content-type", b"application/json"),
)


def without(headers: tuple[Header, ...], name: bytes) -> list[Header]:
    return [header for header in headers if header[0] != name]


class Heard(msgspec.Struct):
    """An answer as it came over the wire."""

    status: int
    headers: list[Header]
    body: bytes

    def header(self, name: str) -> str | None:
        """The header's only line; a header that came twice fails."""
        lines = [value.decode() for key, value in self.headers if key == name.encode()]
        assert len(lines) <= 1, f"{name} came {len(lines)} times"
        return lines[0] if lines else None

    def json(self) -> Json:
        found: Json = json.loads(self.body)
        return found


async def ask(
    service: ASGIApp,
    method: str,
    path: str,
    *,
    query: bytes = b"",
    headers: Iterable[Header] = READ,
    body: bytes | Sequence[bytes] = b"",
) -> Heard:
    """Send one request as it stands, the body in as many pieces as given, and check the frame."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not pieces:  # nobody hangs up, so nothing more is ever heard
            await asyncio.Event().wait()
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query,
        "headers": list(headers),
        "extensions": {},
    }
    await service(scope, receive, send)
    content = b"".join(message["body"] for message in messages[1:])
    heard = Heard(messages[0]["status"], messages[0]["headers"], content)
    check_frame(heard, method)
    return heard


def check_frame(heard: Heard, method: str) -> None:
    """What every answer has: its request id, its time, and on refusal the one error body."""
    request_id = heard.header("x-request-id")
    assert request_id
    assert (heard.header("x-response-time") or "").isdigit()
    if heard.status >= 400 and method != "HEAD":
        assert heard.header("content-type") == "application/json"
        body = heard.json()
        assert set(body) - {"errors"} == {"code", "message", "details", "requestId"}
        assert all(isinstance(body[name], str) for name in set(body) - {"errors"})
        assert body["requestId"] == request_id


def refused(heard: Heard, status: int, code: str) -> Json:
    body = heard.json()
    assert (heard.status, body.get("code")) == (status, code), body
    return body


def faults(heard: Heard) -> set[tuple[str, str]]:
    """The (field, code) pairs of a 400, which is what it must be."""
    body = refused(heard, 400, "BAD_REQUEST")
    return {(fault["field"], fault["code"]) for fault in body["errors"]}
