"""Whoever writes, and whatever comes of it, finds the end of the chain."""

import asyncio

import pytest

from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import NotFound
from crm_cell.registry import make_services
from crm_cell.storage.engine import Tx
from crm_cell.storage.postgres import session
from tests.audit.conftest import (
    verdict,
)
from tests.world import Beside, Caller, Running

CUSTOMERS = make_services().get(CustomerService)


async def test_writers_side_by_side_all_find_their_place(cell: Running, acme: Caller) -> None:
    await asyncio.gather(*(acme.customer() for _ in range(30)))
    found = await verdict(cell)
    assert (found.entries, found.faults) == (30, [])


async def test_sessions_that_share_a_lane_take_turns(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a pooler, where no session is sure of a lane of its own."""

    async def always_the_first(*_: object) -> int:
        return 0

    monkeypatch.setattr(session, "_stripe_for", always_the_first)
    async with beside() as cell:
        acme = Caller(cell.client, "acme")
        await asyncio.gather(*(acme.customer() for _ in range(15)))
        found = await verdict(cell)
    assert (found.entries, found.faults) == (15, [])
    assert cell.rows("SELECT lane FROM audit_heads") == [(0,)]


async def test_what_is_rolled_back_leaves_no_link(cell: Running, acme: Caller) -> None:
    """On SQLite all that share a commit run again when one fails after it has written."""

    async def fail(tx: Tx) -> None:
        await CUSTOMERS.create(tx, Actor("acme"), {"name": "Gone", "contact_phone": None})
        raise NotFound

    writes = [acme.customer() for _ in range(10)]
    failing = [cell.service.database.write("fail", "acme", fail) for _ in range(3)]
    done = await asyncio.gather(*writes[:5], *failing, *writes[5:], return_exceptions=True)
    assert sum(isinstance(each, NotFound) for each in done) == 3
    found = await verdict(cell)
    assert (found.entries, found.faults) == (10, [])


async def test_a_replay_adds_no_link(cell: Running, acme: Caller) -> None:
    for _ in range(2):
        await acme.post("/customers", {"name": "Once"}, key="same")
    found = await verdict(cell)
    assert (found.entries, found.faults) == (1, [])


async def test_a_clock_that_goes_back_breaks_no_chain(cell: Running, acme: Caller) -> None:
    """Nor does the clock of another host, or made-up data of last year."""

    async def create(tx: Tx) -> None:
        await CUSTOMERS.create(tx, Actor("acme"), {"name": "Earlier"})

    await acme.customer()
    await cell.service.database.write("earlier", "acme", create, now=1_700_000_000_000)
    await acme.customer()
    found = await verdict(cell)
    assert (found.entries, found.faults) == (3, [])
    rows = cell.rows("SELECT created_at FROM audit_logs ORDER BY id")
    if cell.datastore.url.startswith("sqlite"):  # with sessions of their own, the order is another
        assert rows[1] == (1_700_000_000_000,)


async def test_a_chain_goes_on_after_a_restart(cell: Running, acme: Caller, beside: Beside) -> None:
    await acme.customer()
    async with beside() as other:
        await Caller(other.client, "acme").customer()
    await acme.customer()
    found = await verdict(cell)
    assert (found.entries, found.faults) == (3, [])
