"""Long reads and large bodies of one tenant leave room for those of others.

100 xlsx exports of one tenant kept another's audit trail, exports and dated funnel at 429 for 32 s,
and for 15 s after the callers had hung up. Four senders of a byte a second stopped every import.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from crm_cell.http.limits import body_timeout
from tests.limits import limiters, long_limiters, nothing_is_held
from tests.wire import READ, WRITE, Header, ask
from tests.world import Caller, Running

MANY = 100
GLOBEX: list[Header] = [READ[0], (b"x-tenant-id", b"globex")]
LONG = [
    ("/audit-logs", b""),
    ("/customers/export", b"format=csv"),
    ("/customers/export", b"format=xlsx"),
    ("/reports/funnel", b"from=2026-01-01T00:00:00Z"),
]


class Call:
    """One request of somebody who may hang up at any moment."""

    def __init__(self, cell: Running, path: str, query: bytes, headers: Iterable[Header]) -> None:
        self.status = 0
        self.hang_up = asyncio.Event()
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query,
            "headers": list(headers),
        }
        self.task = asyncio.ensure_future(cell.service(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self.hang_up.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)


async def until_at_work(cell: Running) -> None:
    """For acme: the service has long work of its own, for no tenant."""
    while not any("acme" in limiter._held for limiter in long_limiters(cell)):  # noqa: ASYNC110
        await asyncio.sleep(0)


@asynccontextmanager
async def flood(cell: Running, path: str, query: bytes) -> AsyncIterator[list[Call]]:
    """So many at once of acme, who all hang up in the end."""
    calls = [Call(cell, path, query, READ) for _ in range(MANY)]
    async with asyncio.timeout(30):
        await until_at_work(cell)
    try:
        yield calls
    finally:
        for call in calls:
            call.hang_up.set()
        await asyncio.gather(*[call.task for call in calls])


@pytest.mark.parametrize(("path", "query"), LONG)
async def test_however_many_one_tenant_asks_for_another_is_answered(
    acme: Caller, cell: Running, path: str, query: bytes
) -> None:
    await acme.post("/customers/import", {"items": [{"name": f"c{n}"} for n in range(2000)]})
    async with flood(cell, path, query):
        for asked, wanted in LONG:
            assert (
                await ask(cell.service, "GET", asked, query=wanted, headers=GLOBEX)
            ).status == 200
        short = await ask(cell.service, "GET", "/customers", headers=GLOBEX)
        assert short.status == 200
    assert all(nothing_is_held(limiter) for limiter in limiters(cell))


@pytest.mark.parametrize(("path", "query"), LONG)
async def test_what_nobody_waits_for_any_more_is_stopped(
    acme: Caller, cell: Running, path: str, query: bytes
) -> None:
    await acme.post("/customers/import", {"items": [{"name": f"c{n}"} for n in range(2000)]})
    cell.log.clear()
    async with flood(cell, path, query):
        pass
    assert all(nothing_is_held(limiter) for limiter in limiters(cell))
    assert {line.status for line in cell.log} <= {200, 499}
    hung_up = [line for line in cell.log if line.status == 499]
    assert len(hung_up) > MANY // 2
    assert (await ask(cell.service, "GET", path, query=query)).status == 200


async def test_a_statement_stops_when_its_caller_has_gone(cell: Running) -> None:
    """It would run for minutes."""
    endless = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)"
        " SELECT count(*) FROM n"
    )
    database = cell.service.database
    reading = asyncio.create_task(
        database.read("endless", "acme", lambda tx: tx.fetch_all(endless), long=True)
    )
    await until_at_work(cell)
    reading.cancel()
    async with asyncio.timeout(5):
        await asyncio.wait([reading])
    assert reading.cancelled()
    assert not any("acme" in limiter._held for limiter in long_limiters(cell))
    assert await database.read("one", "acme", lambda tx: tx.fetch_all("SELECT 1"), long=True) == [
        (1,)
    ]


async def test_who_sends_too_slowly_is_cut_off_and_holds_no_place(
    cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_timeout, "RATE_SECONDS", 0.05)

    async def drip() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "http.request", "body": b" " * 100_000, "more_body": True}
        while True:
            await asyncio.sleep(0.01)
            yield {"type": "http.request", "body": b" ", "more_body": True}

    async def send_slowly(number: int) -> list[Any]:
        parts, sent = drip(), []

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [*WRITE[:2], (b"x-request-id", b"slow-%d" % number), WRITE[3]]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/customers/import",
            "query_string": b"",
            "headers": headers,
        }
        await cell.service(scope, lambda: anext(parts), send)
        return sent

    slow = [asyncio.create_task(send_slowly(number)) for number in range(8)]
    await asyncio.sleep(0)
    body = json.dumps({"items": [{"name": f"{n}" + "x" * 100} for n in range(1000)]}).encode()
    headers = [GLOBEX[0], GLOBEX[1], WRITE[2], WRITE[3]]
    imported = await ask(
        cell.service,
        "POST",
        "/customers/import",
        headers=headers,
        body=[body[:70_000], body[70_000:]],
    )
    assert imported.json()["created"] == 1000
    for sent in await asyncio.gather(*slow):
        assert sent[0]["status"] == 400
        assert b'"code":"incomplete"' in sent[1]["body"]
    assert all(nothing_is_held(limiter) for limiter in limiters(cell))


async def test_a_body_that_keeps_the_pace_may_take_its_time(
    cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_timeout, "RATE_SECONDS", 0.2)
    pieces = [b" " * body_timeout.RATE_BYTES] * 6 + [b"{}"]

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.05)
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/customers", "query_string": b""}
    await cell.service(scope | {"headers": list(WRITE)}, receive, send)
    assert b'"field":"name"' in sent[1]["body"]
    assert b"incomplete" not in sent[1]["body"]
