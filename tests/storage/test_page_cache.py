"""First pages of records that the caller has already: the same answer, and less that is read."""

from typing import Any

import pytest

from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.paging import Key, PageRequest, Slice
from crm_cell.registry import make_services
from crm_cell.storage.engine import Reader, Row
from tests.world import Caller, Json, Running

CUSTOMERS = make_services().get(CustomerService)
EVERYBODY = Actor("acme")
ALICE = Actor("acme", "alice", "alice")
SIZE = 10


class Counting:
    """A reader that counts the rows that it has read whole."""

    in_process = True
    for_update = for_share = ""

    def __init__(self, tx: Reader) -> None:
        self._tx = tx
        self.now, self.rank_index = tx.now, tx.rank_index
        self.may_take_long, self.cipher = tx.may_take_long, tx.cipher
        self.dialect, self.settings = tx.dialect, tx.settings
        self.whole = 0

    async def fetch_one(self, sql: str, /, **params: object) -> Row | None:
        self.whole += "name_key" in sql
        return await self._tx.fetch_one(sql, **params)

    async def fetch_all(self, sql: str, /, **params: object) -> list[Row]:
        rows = await self._tx.fetch_all(sql, **params)
        self.whole += len(rows) if "name_key" in sql else 0
        return rows

    async def fetch_within(self, _: float, sql: str, /, **params: object) -> list[Row]:
        return await self.fetch_all(sql, **params)


class Console:
    """Looks at the first page, and keeps each record in a form of its own."""

    def __init__(self, cell: Running, actor: Actor = EVERYBODY) -> None:
        self._cell = cell
        self._actor = actor
        self._kept: dict[Key, Any] = {}
        self.whole = 0

    async def look(self, page_request: PageRequest) -> Slice[Any]:
        async def read(tx: Reader) -> Slice[Any]:
            reader = Counting(tx)
            found = await CUSTOMERS.page(reader, self._actor, {}, page_request)
            self.whole = reader.whole
            return found

        return await self._cell.service.database.read("test.look", "acme", read)

    async def names(self) -> list[str]:
        """As the page says that is asked for with what is kept; without, it must say the same."""
        found = await self.look(PageRequest(size=SIZE, cached=self._kept))
        whole = self.whole
        plain = await self.look(PageRequest(size=SIZE))
        self.whole = whole
        rows = [row if isinstance(row, str) else self._keep(row) for row in found.rows]
        assert rows == [row.name for row in plain.rows]
        assert (found.total, found.after) == (plain.total, plain.after)
        return rows

    def _keep(self, row: Any) -> str:
        self._kept[row.tenant_id, row.id, row.version] = row.name
        return str(row.name)


@pytest.fixture
async def customers(alice: Caller) -> list[Json]:
    return [await alice.customer(name=f"customer {number:02}") for number in range(15)]


@pytest.fixture
async def console(cell: Running, customers: list[Json]) -> Console:
    """One that has seen the page already."""
    console = Console(cell)
    assert await console.names() == [each["name"] for each in reversed(customers)][:SIZE]
    assert console.whole == SIZE + 1
    return console


async def test_of_a_page_that_is_known_nothing_is_read_whole(console: Console) -> None:
    assert len(await console.names()) == SIZE
    assert console.whole == 0


async def test_what_was_changed_is_read_anew(
    console: Console, alice: Caller, customers: list[Json]
) -> None:
    path = f"/customers/{customers[-3]['customerId']}"
    await alice.patch(path, {"name": "changed"})
    assert (await console.names())[2] == "changed"
    assert console.whole == 1
    await console.names()
    assert console.whole == 0


async def test_what_is_new_comes_first_and_what_is_deleted_is_gone(
    console: Console, alice: Caller, customers: list[Json]
) -> None:
    await alice.delete(f"/customers/{customers[-1]['customerId']}")
    await alice.customer(name="new")
    assert (await console.names())[:2] == ["new", "customer 13"]
    assert console.whole == 1


async def test_a_page_with_much_that_is_new_is_read_at_once(
    console: Console, alice: Caller
) -> None:
    for number in range(5):
        await alice.customer(name=f"new {number}")
    assert (await console.names())[:2] == ["new 4", "new 3"]
    assert console.whole == SIZE + 1


async def test_what_is_kept_shows_nobody_more_than_their_own(
    cell: Running, console: Console, bob: Caller
) -> None:
    await bob.customer(name="Bob's")
    assert (await console.names())[0] == "Bob's"
    hers = Console(cell, ALICE)
    hers._kept = console._kept
    assert (await hers.names())[0] == "customer 14"


@pytest.mark.parametrize(
    "page_request",
    [
        PageRequest(size=SIZE, page=2),
        PageRequest(size=SIZE, after="f"),
        PageRequest(size=101),
    ],
)
async def test_pages_that_hardly_come_back_are_read_as_they_are(
    console: Console, page_request: PageRequest
) -> None:
    found = await console.look(page_request)
    assert console.whole >= len(found.rows) > 0
