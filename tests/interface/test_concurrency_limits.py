"""Places for what is at work, a bounded queue before them, and tenants that give way to others."""

import asyncio
from collections.abc import Iterable

import pytest

from crm_cell.kernel.errors import RateLimited
from crm_cell.storage import concurrency_limiter
from crm_cell.storage.concurrency_limiter import ConcurrencyLimiter
from tests.limits import limiters, nothing_is_held
from tests.wire import WRITE, ask, refused
from tests.world import Caller, Running, nothing_changes


async def turn() -> None:
    """Everybody who can go on does."""
    for _ in range(3):
        await asyncio.sleep(0)


def at_once(
    limiter: ConcurrencyLimiter, tenants: Iterable[str], *, writes: bool
) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(limiter.enter(tenant, writes=writes)) for tenant in tenants]


def let_in(tasks: list[asyncio.Task[None]]) -> int:
    return sum(task.done() and not task.cancelled() and task.exception() is None for task in tasks)


async def end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_fifth_of_the_places_is_for_reads() -> None:
    limiter = ConcurrencyLimiter(10, for_writes=8)
    writes = at_once(limiter, [f"t{number}" for number in range(20)], writes=True)
    await turn()
    assert let_in(writes) == 8
    reads = at_once(limiter, [f"t{number}" for number in range(20)], writes=False)
    await turn()
    assert let_in(reads) == 2
    await end([*writes, *reads])


async def test_a_tenant_that_is_alone_has_them_all() -> None:
    limiter = ConcurrencyLimiter(10)
    flood = at_once(limiter, ["flood"] * 50, writes=False)
    await turn()
    assert let_in(flood) == 10
    await end(flood)


async def test_it_gives_way_at_once_when_another_comes() -> None:
    """Each place that becomes free goes to whom has the fewest, until they have the same."""
    limiter = ConcurrencyLimiter(4)
    flood = at_once(limiter, ["flood"] * 20, writes=False)
    await turn()
    other = at_once(limiter, ["other"] * 3, writes=False)
    await turn()
    seen: list[tuple[int, int]] = []
    for _ in range(4):
        limiter.leave("flood")
        await turn()
        seen.append((let_in(flood) - len(seen) - 1, let_in(other)))
    assert seen == [(3, 1), (2, 2), (2, 2), (2, 2)]
    await end([*flood, *other])


async def test_places_for_newcomers_go_to_nobody_who_has_one() -> None:
    limiter = ConcurrencyLimiter(4, for_newcomers=1)
    flood = at_once(limiter, ["flood"] * 9, writes=False)
    await turn()
    assert let_in(flood) == 3
    others = at_once(limiter, ["other", "other"], writes=False)
    await turn()
    assert let_in(others) == 1
    limiter.leave("other")
    await turn()
    assert (let_in(flood), let_in(others)) == (3, 2)
    await end([*flood, *others])


async def test_reads_go_first_and_tenants_that_hold_as_many_in_turn() -> None:
    limiter = ConcurrencyLimiter(5, for_writes=4)
    for tenant in ("a", "b", "c", "d"):
        await limiter.enter(tenant, writes=True)
    await limiter.enter("e", writes=False)
    order: list[str] = []

    async def come(name: str, tenant: str, *, writes: bool) -> None:
        await limiter.enter(tenant, writes=writes)
        order.append(name)

    coming = [
        asyncio.create_task(come(name, tenant, writes=writes))
        for name, tenant, writes in (
            ("write 1 of x", "x", True),
            ("write 2 of x", "x", True),
            ("write 1 of y", "y", True),
            ("read 1 of x", "x", False),
        )
    ]
    await turn()
    assert order == []
    for tenant in ("a", "b", "c", "d"):
        limiter.leave(tenant, writes=True)
        await turn()
    assert order == ["read 1 of x", "write 1 of y", "write 1 of x", "write 2 of x"]
    await asyncio.gather(*coming)


async def test_who_waits_too_long_is_refused_and_leaves_no_trace() -> None:
    limiter = ConcurrencyLimiter(2, patience=0.01)
    await limiter.enter("a", writes=True)
    await limiter.enter("a", writes=True)
    with pytest.raises(RateLimited):
        await limiter.enter("a", writes=True)
    limiter.leave("a", writes=True)
    await limiter.enter("a", writes=True)
    for _ in range(2):
        limiter.leave("a", writes=True)
    assert nothing_is_held(limiter)


async def test_who_would_wait_too_long_is_refused_at_once() -> None:
    limiter = ConcurrencyLimiter(1, patience=0.5)
    limiter._interval = 0.1  # seconds for each place, as measured
    await limiter.enter("a")
    waiting = at_once(limiter, ["a"] * 20, writes=False)
    await turn()
    assert [task.done() for task in waiting] == [False] * 5 + [True] * 15
    newcomer = at_once(limiter, ["b"], writes=False)
    await turn()
    assert not newcomer[0].done()  # it is its turn soon
    await end([*waiting, *newcomer])


async def test_the_queue_is_bounded_and_the_longest_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(concurrency_limiter, "_MOST_WAITING", 10)
    limiter = ConcurrencyLimiter(1)
    await limiter.enter("flood")
    flood = at_once(limiter, ["flood"] * 50, writes=False)
    await turn()
    assert [task.done() for task in flood].count(False) == 10
    others = at_once(limiter, [f"t{number}" for number in range(4)], writes=False)
    await turn()
    assert [task.done() for task in others] == [False] * 4
    assert [task.done() for task in flood].count(False) == 6
    await end([*flood, *others])


async def test_whoever_hangs_up_gives_the_place_back() -> None:
    limiter = ConcurrencyLimiter(2)
    held = at_once(limiter, ["a", "a"], writes=True)
    waiting = at_once(limiter, ["a", "a", "a"], writes=True)
    await turn()
    waiting[0].cancel()  # while in the queue
    limiter.leave("a", writes=True)  # lets the second in, who hangs up in the same turn
    waiting[1].cancel()
    await turn()
    assert [task.cancelled() for task in waiting[:2]] == [True, True]
    assert let_in(waiting) == 1
    assert (limiter._at_work, limiter._waiting, limiter._held) == (2, 0, {"a": 2})
    await end(held)


async def test_a_full_service_answers_429_and_does_nothing(cell: Running) -> None:
    limiter = cell.service._application._concurrency.short = ConcurrencyLimiter(2, patience=0.01)
    for _ in range(2):
        await limiter.enter("acme")
    async with nothing_changes(cell):
        for method, body in (("POST", b'{"name": "A"}'), ("GET", b"")):
            heard = await ask(cell.service, method, "/customers", headers=WRITE, body=body)
            refused(heard, 429, "RATE_LIMIT")
            assert heard.header("retry-after") == "1"
    assert (await ask(cell.service, "GET", "/health", headers=[])).status == 200
    for _ in range(2):
        limiter.leave("acme")


async def test_every_place_is_given_back(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.get(f"/customers/{customer['customerId']}")
    await acme.get("/customers/none")
    await acme.post("/customers", {"name": customer["name"]})
    await acme.post("/customers/import", {"items": [{"name": "x" * 150}] * 500})
    await acme.get("/audit-logs")
    await acme.get("/reports/funnel?from=2026-01-01T00:00:00Z")
    await acme.get("/customers/export", format="csv")
    assert all(nothing_is_held(limiter) for limiter in limiters(cell))
