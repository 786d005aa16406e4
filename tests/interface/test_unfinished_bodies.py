"""Bodies that break off, and bodies that are refused before they have arrived.

A request whose body broke off used to get no answer of ours, and the server's own 500 in its
place, which a gateway retries. A refused large body used to be left unread: clients that read
only after they have sent saw a broken connection where the refusal should have been.
"""

from typing import Any

import pytest

from tests.wire import WRITE
from tests.world import Running


async def test_a_body_that_breaks_off_is_the_callers_fault(cell: Running) -> None:
    sent: list[dict[str, Any]] = []
    await cell.service(
        {
            "type": "http",
            "method": "POST",
            "path": "/customers",
            "query_string": b"",
            "headers": WRITE,
        },
        said([{"type": "http.request", "body": b'{"na', "more_body": True}, GONE]),
        keep(sent),
    )
    assert sent[0]["status"] == 400
    assert b'"code":"incomplete"' in sent[1]["body"]


@pytest.mark.parametrize("path", ["/customers", "/nowhere"])
async def test_a_refused_body_is_read_to_its_end(path: str, cell: Running) -> None:
    sent: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": b" " * 1_000_000, "more_body": True}] * 5
    parts.append({"type": "http.request", "body": b"", "more_body": False})
    left = list(parts)
    await cell.service(
        {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": WRITE},
        said(left),
        keep(sent),
    )
    assert sent[0]["status"] == (413 if path == "/customers" else 404)
    assert left == []


GONE = {"type": "http.disconnect"}


def said(messages: list[dict[str, Any]]) -> Any:
    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    return receive


def keep(sent: list[dict[str, Any]]) -> Any:
    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    return send
