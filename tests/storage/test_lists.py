"""Lists in SQL: each walks the index that is its order, without statistics to go by, sorts
nothing, and gives the caller's own rows only, wherever it is told to start."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from crm_cell.contracts import store as contracts_store
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import Key, PageRequest, Slice
from crm_cell.payments import store as payments_store
from crm_cell.storage.engine import Reader
from tests.databases import Datastore, SqliteFile
from tests.storage.explaining import Explaining
from tests.world import Caller, Json, Running


class Everything(dict[Key, object]):
    """What somebody has who has seen all there is."""

    def get(self, key: Key, default: object = None) -> object:
        return key


EVERYBODY = Actor("acme")
ALICE = Actor("acme", "alice", "alice")
BOB = Actor("acme", "bob", "bob")
FIRST = PageRequest()
KNOWN = PageRequest(kept=Everything())
AFTER = PageRequest(after=new_id(1))
AFTER_NOTHING = PageRequest(after=new_id(2**48 - 1))

Listing = Callable[[Reader, Actor, PageRequest, str | None], Awaitable[Slice[Any]]]


@pytest.fixture
def datastore(sqlite_datastore: SqliteFile) -> Datastore:
    """Plans are each database's own."""
    return sqlite_datastore


@pytest.fixture
async def contract(alice: Caller) -> Json:
    contract = await alice.contract(await alice.customer())
    await alice.payment(contract)
    return contract


async def plan(
    cell: Running, listing: Listing, actor: Actor, asked: PageRequest, only: str | None
) -> list[str]:
    async def explain(tx: Reader) -> list[str]:
        reader = Explaining(tx)
        await listing(reader, actor, asked, only)
        return reader.plans[-1].split("; ")  # before it the total is read

    return await cell.service.database.read("test.plan", "acme", explain)


@pytest.mark.parametrize(("asked", "beyond"), [(FIRST, ""), (KNOWN, ""), (AFTER, " AND id<?")])
@pytest.mark.parametrize(
    ("actor", "filtered", "index", "columns"),
    [
        (EVERYBODY, False, "sqlite_autoindex_contracts_1", "tenant_id=?"),
        (ALICE, False, "contracts_by_owner", "tenant_id=? AND owner_id=?"),
        (EVERYBODY, True, "contracts_by_customer", "tenant_id=? AND customer_id=?"),
        (ALICE, True, "contracts_by_customer", "tenant_id=? AND customer_id=?"),
    ],
)
async def test_contracts_are_listed_in_the_order_of_an_index(
    actor: Actor,
    filtered: bool,
    index: str,
    columns: str,
    asked: PageRequest,
    beyond: str,
    cell: Running,
    contract: Json,
) -> None:
    only = contract["customerId"] if filtered else None
    steps = await plan(cell, contracts_store.page, actor, asked, only)
    assert steps == [f"SEARCH contracts USING INDEX {index} ({columns}{beyond})"]


@pytest.mark.parametrize(("asked", "beyond"), [(FIRST, ""), (KNOWN, ""), (AFTER, " AND id<?")])
@pytest.mark.parametrize(
    ("actor", "filtered", "index", "columns"),
    [
        (EVERYBODY, False, "sqlite_autoindex_payments_1", "tenant_id=?"),
        (ALICE, False, "payments_by_owner", "tenant_id=? AND owner_id=?"),
        (EVERYBODY, True, "payments_by_contract", "tenant_id=? AND contract_id=?"),
        (ALICE, True, "payments_by_contract", "tenant_id=? AND contract_id=?"),
    ],
)
async def test_payments_are_listed_in_the_order_of_an_index(
    actor: Actor,
    filtered: bool,
    index: str,
    columns: str,
    asked: PageRequest,
    beyond: str,
    cell: Running,
    contract: Json,
) -> None:
    only = contract["contractId"] if filtered else None
    steps = await plan(cell, payments_store.page, actor, asked, only)
    assert steps == [f"SEARCH payments USING INDEX {index} ({columns}{beyond})"]


@pytest.mark.parametrize("filtered", [True, False])
@pytest.mark.parametrize(("actor", "seen"), [(EVERYBODY, 1), (ALICE, 1), (BOB, 0)])
@pytest.mark.parametrize(
    ("listing", "member"),
    [(contracts_store.page, "customerId"), (payments_store.page, "contractId")],
)
async def test_a_made_up_place_to_start_shows_nobody_elses_rows(
    listing: Listing,
    member: str,
    actor: Actor,
    seen: int,
    filtered: bool,
    cell: Running,
    contract: Json,
) -> None:
    async def read(tx: Reader) -> int:
        only = contract[member] if filtered else None
        return len((await listing(tx, actor, AFTER_NOTHING, only)).rows)

    assert await cell.service.database.read("test.list", "acme", read) == seen
