"""Large bodies wait in line, so that memory stays bounded; small ones never do."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.wire import WRITE, Header, Heard, ask, faults, refused
from tests.world import Running, nothing_changes

SLOW = 12
NEW = b'{"name": "New"}'


def keyed(number: int) -> list[Header]:
    return [*WRITE[:2], (b"x-request-id", b"request-%d" % number), WRITE[3]]


def rows(number: int) -> bytes:
    """An import that is large."""
    items = [{"name": f"{number}-{index} " + "x" * 100} for index in range(1000)]
    return json.dumps({"items": items}).encode()


def be_impatient(cell: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = cell.service._application._bodies.large
    for limiter in (bodies.arriving, bodies.processing):
        monkeypatch.setattr(limiter, "_patience", 0.02)


async def import_(cell: Running, number: int, body: bytes) -> Heard:
    return await ask(cell.service, "POST", "/customers/import", headers=keyed(number), body=body)


@asynccontextmanager
async def half_sent(cell: Running) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Callers who have sent much, and then fall silent; in the end they hang up."""
    hang_up = asyncio.Event()
    started = []

    async def fall_silent() -> None:
        sent = iter([b"x" * 100_000])
        begun = asyncio.Event()
        started.append(begun)

        async def receive() -> dict[str, Any]:
            if chunk := next(sent, b""):
                return {"type": "http.request", "body": chunk, "more_body": True}
            begun.set()
            await hang_up.wait()
            return {"type": "http.disconnect"}

        async def send(_message: Any) -> None:
            begun.set()

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/customers/import",
            "query_string": b"",
            "headers": keyed(9),
        }
        await cell.service(scope, receive, send)

    tasks = [asyncio.create_task(fall_silent()) for _ in range(SLOW)]
    await asyncio.sleep(0)
    await started[0].wait()
    try:
        yield tasks
    finally:
        hang_up.set()
        await asyncio.gather(*tasks)


async def test_many_large_bodies_at_once_are_all_answered(cell: Running) -> None:
    answers = await asyncio.gather(*[import_(cell, number, rows(number)) for number in range(SLOW)])
    assert [heard.json()["created"] for heard in answers] == [1000] * SLOW


async def test_a_small_body_never_waits_for_a_large_one(cell: Running) -> None:
    async with half_sent(cell):
        whole = await ask(cell.service, "POST", "/customers", headers=keyed(1), body=NEW)
        pieces = [NEW[:5], NEW[5:]]
        again = await ask(cell.service, "POST", "/customers", headers=keyed(1), body=pieces)
    assert (whole.status, again.body) == (201, whole.body)


async def test_a_large_body_that_waits_too_long_is_told_to_come_back(
    cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_impatient(cell, monkeypatch)
    async with nothing_changes(cell), half_sent(cell):
        heard = await import_(cell, 1, rows(1))
        refused(heard, 429, "RATE_LIMIT")
        assert heard.header("retry-after") == "1"


async def test_whoever_is_refused_or_hangs_up_makes_room(
    cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_impatient(cell, monkeypatch)
    async with half_sent(cell):
        pass
    for number in range(SLOW):
        heard = await import_(cell, number, b"[" + b" " * 100_000)
        assert faults(heard) == {("body", "not_json")}
        too_large = await import_(cell, number, b" " * (8 * 1024 * 1024 + 1))
        refused(too_large, 413, "PAYLOAD_TOO_LARGE")
    assert (await import_(cell, 1, rows(1))).json()["created"] == 1000
