"""Lists in SQL: each walks the index that is its order, without statistics to go by, sorts
nothing, and gives the caller's own rows only, wherever it is told to start."""

from typing import Any

import pytest

from crm_cell.contracts.service import ContractService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import Key, PageRequest
from crm_cell.payments.service import PaymentService
from crm_cell.registry import make_services
from crm_cell.resources.store import Store
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
KNOWN = PageRequest(cached=Everything())
AFTER = PageRequest(after=new_id(1))
AFTER_NOTHING = PageRequest(after=new_id(2**48 - 1))

SERVICES = make_services()
CONTRACTS: Store[Any] = SERVICES.get(ContractService).store
PAYMENTS: Store[Any] = SERVICES.get(PaymentService).store


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
    cell: Running,
    store: Store[Any],
    actor: Actor,
    page_request: PageRequest,
    filters: dict[str, str],
) -> list[str]:
    async def explain(tx: Reader) -> list[str]:
        reader = Explaining(tx)
        await store.page(reader, actor, filters, page_request)
        return reader.plans[-1].split("; ")  # before it the total is read

    return await cell.service.database.read("test.plan", "acme", explain)


@pytest.mark.parametrize(
    ("page_request", "beyond"), [(FIRST, ""), (KNOWN, ""), (AFTER, " AND id<?")]
)
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
    page_request: PageRequest,
    beyond: str,
    cell: Running,
    contract: Json,
) -> None:
    filters = {"customer_id": contract["customerId"]} if filtered else {}
    steps = await plan(cell, CONTRACTS, actor, page_request, filters)
    assert steps == [f"SEARCH contracts USING INDEX {index} ({columns}{beyond})"]


@pytest.mark.parametrize(
    ("page_request", "beyond"), [(FIRST, ""), (KNOWN, ""), (AFTER, " AND id<?")]
)
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
    page_request: PageRequest,
    beyond: str,
    cell: Running,
    contract: Json,
) -> None:
    filters = {"contract_id": contract["contractId"]} if filtered else {}
    steps = await plan(cell, PAYMENTS, actor, page_request, filters)
    assert steps == [f"SEARCH payments USING INDEX {index} ({columns}{beyond})"]


@pytest.mark.parametrize("filtered", [True, False])
@pytest.mark.parametrize(("actor", "seen"), [(EVERYBODY, 1), (ALICE, 1), (BOB, 0)])
@pytest.mark.parametrize(
    ("store", "field", "member"),
    [(CONTRACTS, "customer_id", "customerId"), (PAYMENTS, "contract_id", "contractId")],
    ids=["contracts", "payments"],
)
async def test_a_made_up_place_to_start_shows_nobody_elses_rows(
    store: Store[Any],
    field: str,
    member: str,
    actor: Actor,
    seen: int,
    filtered: bool,
    cell: Running,
    contract: Json,
) -> None:
    async def read(tx: Reader) -> int:
        filters = {field: contract[member]} if filtered else {}
        return len((await store.page(tx, actor, filters, AFTER_NOTHING)).rows)

    assert await cell.service.database.read("test.list", "acme", read) == seen
