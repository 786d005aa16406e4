"""Slots for what is at work, a line before them, and a share of both that one tenant can have."""

import asyncio
from collections.abc import Iterable

import pytest

from crm_cell.http import admission
from crm_cell.http.admission import Admission
from crm_cell.kernel.errors import RateLimited
from tests.wire import WRITE, ask, refused
from tests.world import Caller, Running, nothing_changes

READ, WRITES = False, True


async def turn() -> None:
    """Everybody who can go on does."""
    for _ in range(3):
        await asyncio.sleep(0)


def at_once(slots: Admission, tenants: Iterable[str], *, writes: bool) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(slots.enter(tenant, writes=writes)) for tenant in tenants]


def let_in(tasks: list[asyncio.Task[None]]) -> int:
    return sum(task.done() and not task.cancelled() and task.exception() is None for task in tasks)


async def end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_fifth_of_the_slots_is_for_reads() -> None:
    slots = Admission(10)
    writes = at_once(slots, [f"t{number}" for number in range(20)], writes=True)
    await turn()
    assert let_in(writes) == 8
    reads = at_once(slots, [f"t{number}" for number in range(20)], writes=False)
    await turn()
    assert let_in(reads) == 2
    await end([*writes, *reads])


async def test_one_tenant_has_two_fifths_of_them() -> None:
    slots = Admission(10)
    flood = at_once(slots, ["flood"] * 50, writes=False)
    await turn()
    assert let_in(flood) == 4
    others = at_once(slots, ["a", "b", "c", "d", "e", "f"], writes=False)
    await turn()
    assert let_in(others) == 6
    await end([*flood, *others])


async def test_the_next_is_let_in_when_one_leaves_reads_first_and_tenants_in_turn() -> None:
    slots = Admission(5)
    for tenant in ("a", "b", "c", "d"):
        await slots.enter(tenant, writes=True)
    await slots.enter("e", writes=False)
    order: list[str] = []

    async def come(name: str, tenant: str, *, writes: bool) -> None:
        await slots.enter(tenant, writes=writes)
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
        slots.leave(tenant, writes=True)
        await turn()
    assert order == ["read 1 of x", "write 1 of x", "write 1 of y"]  # x has its two
    slots.leave("x", writes=False)
    await turn()
    assert order[3:] == ["write 2 of x"]
    await asyncio.gather(*coming)


async def test_who_waits_too_long_is_refused_and_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "_PATIENCE_SECONDS", 0.01)
    slots = Admission(5)
    await slots.enter("a", writes=True)
    await slots.enter("a", writes=True)
    with pytest.raises(RateLimited):
        await slots.enter("a", writes=True)
    slots.leave("a", writes=True)
    await slots.enter("a", writes=True)
    for _ in range(2):
        slots.leave("a", writes=True)
    assert (slots._at_work, slots._writing, slots._waiting, slots._of_tenants) == (0, 0, 0, {})


async def test_the_line_is_bounded_for_all_and_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_MOST_WAITING", 10)
    slots = Admission(5)
    flood = at_once(slots, ["flood"] * 50, writes=True)
    await turn()
    assert [task.done() for task in flood].count(False) == 4
    others = at_once(slots, [f"t{number}" for number in range(50)], writes=True)
    await turn()
    assert let_in(others) == 2
    assert [task.done() for task in others].count(False) == 6
    await end([*flood, *others])


async def test_whoever_hangs_up_gives_the_place_back() -> None:
    slots = Admission(5)
    held = at_once(slots, ["a", "a"], writes=True)
    waiting = at_once(slots, ["a", "a", "a"], writes=True)
    await turn()
    waiting[0].cancel()  # while in line
    slots.leave("a", writes=True)  # lets the second in, who hangs up in the same turn
    waiting[1].cancel()
    await turn()
    assert [task.cancelled() for task in waiting[:2]] == [True, True]
    assert let_in(waiting) == 1
    assert (slots._at_work, slots._waiting, slots._of_tenants) == (2, 0, {"a": 2})
    await end(held)


async def test_a_full_house_answers_429_and_does_nothing(
    cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "_PATIENCE_SECONDS", 0.01)
    slots = cell.service._application._admission = Admission(5)
    for _ in range(2):
        await slots.enter("acme", writes=True)
    async with nothing_changes(cell):
        for method, body in (("POST", b'{"name": "A"}'), ("GET", b"")):
            heard = await ask(cell.service, method, "/customers", headers=WRITE, body=body)
            refused(heard, 429, "RATE_LIMIT")
            assert heard.header("retry-after") == "1"
    assert (await ask(cell.service, "GET", "/health", headers=[])).status == 200
    for _ in range(2):
        slots.leave("acme", writes=True)


async def test_every_slot_is_given_back(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.get(f"/customers/{customer['customerId']}")
    await acme.get("/customers/none")
    await acme.post("/customers", {"name": customer["name"]})
    await acme.get("/customers/export", format="csv")
    slots = cell.service._application._admission
    assert (slots._at_work, slots._writing, slots._waiting, slots._of_tenants) == (0, 0, 0, {})
