"""Deep pages by number hold exactly the rows that OFFSET would give, whoever writes meanwhile."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from itertools import count
from threading import Event

import pytest

from crm_cell.customers.resource import Customer
from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import Clock
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.registry import make_services
from crm_cell.resources.record import revised
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.open import is_postgres, sqlite_path
from crm_cell.storage.paging import deep_offsets, pages, rank_index
from crm_cell.storage.postgres.database import PostgresDatabase
from crm_cell.storage.sqlite.database import SqliteDatabase
from tests.databases import Datastore, SqliteFile
from tests.storage.explaining import Explaining
from tests.turns import so_many

CUSTOMERS = make_services().get(CustomerService)
STORE = CUSTOMERS.store
ACME = Actor("acme")
ALICE = Actor("acme", "alice", "alice")
BOB = Actor("acme", "bob", "bob")
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
NOON = 1_795_435_200_000

_numbers = count(1)


AnyDatabase = SqliteDatabase | PostgresDatabase


class SetByHand(Clock):
    def __init__(self, moment: int) -> None:
        super().__init__()
        self.moment = moment

    def now(self) -> int:
        return self.moment


def process_on(datastore: Datastore, clock: Clock) -> AnyDatabase:
    if is_postgres(datastore.url):
        return PostgresDatabase(datastore.url, clock=clock)
    return SqliteDatabase(sqlite_path(datastore.url), clock)


def customers(owner: str | None, many: int = 1) -> Callable[[Tx], Awaitable[list[Customer]]]:
    async def unit(tx: Tx) -> list[Customer]:
        made = [
            CUSTOMERS.new(
                tx,
                ACME,
                {"name": f"{next(_numbers)}", "owner_id": owner},
                {},
                identifier=new_id(tx.now),
            )
            for _ in range(many)
        ]
        for customer in made:
            await STORE.insert(tx, customer)
        return made

    return unit


async def find(tx: Reader, identifier: str) -> Customer:
    found = await STORE.find(tx, ACME, identifier, tx.for_update)
    assert found is not None
    return found


def hidden(identifier: str) -> Callable[[Tx], Awaitable[None]]:
    async def unit(tx: Tx) -> None:
        await STORE.soft_delete(tx, [await find(tx, identifier)], None)

    return unit


def handed_over(identifier: str, owner: str | None) -> Callable[[Tx], Awaitable[None]]:
    async def unit(tx: Tx) -> None:
        before = await find(tx, identifier)
        await STORE.update(tx, before, revised(before, {"owner_id": owner}, tx.now))

    return unit


async def pages_of(
    database: AnyDatabase, actor: Actor, size: int, numbers: Iterable[int]
) -> list[tuple[list[str], bool]]:
    """The ids of each page, and whether another follows."""

    async def unit(tx: Reader) -> list[Slice[Customer]]:
        asked = [PageRequest(size=size, page=number) for number in numbers]
        return [await STORE.page(tx, actor, {}, page) for page in asked]

    found = await database.read("pages", "acme", unit)
    return [([row.id for row in page.rows], page.after is not None) for page in found]


def all_ids(datastore: Datastore, actor: Actor) -> list[str]:
    owned = "" if actor.owner is None else f" AND owner_id = '{actor.owner}'"
    rows = datastore.rows(
        "SELECT id FROM customers WHERE tenant_id = 'acme' AND deleted_at IS NULL"
        f"{owned} ORDER BY id DESC"
    )
    return [str(row[0]) for row in rows]


async def assert_exact(
    datastore: Datastore, database: AnyDatabase, actor: Actor, size: int
) -> None:
    ids = all_ids(datastore, actor)
    numbers = range(1, len(ids) // size + 3)
    expected = [
        (ids[(number - 1) * size : number * size], len(ids) > number * size) for number in numbers
    ]
    assert await pages_of(database, actor, size, numbers) == expected


class TwoProcesses:
    """Two on one database, the second's clock 20 seconds ahead. One thing happens after another."""

    def __init__(self, datastore: Datastore, seed: int) -> None:
        self._datastore = datastore
        self._random = random.Random(seed)
        self._clocks = [SetByHand(NOON), SetByHand(NOON + 20 * SECOND)]
        self.databases = [process_on(datastore, clock) for clock in self._clocks]
        self._ids: list[str] = []

    async def step(self) -> None:
        deeds = [self.create, self._delete, self._hand_over, self._let_time_pass]
        await self._random.choices(deeds, [3, 4, 2, 2])[0]()
        if self._random.random() < 0.7:
            await self._look()

    async def create(self, most: int = 5) -> None:
        """With ids from when the transaction began, which may be dated back."""
        place = self._random.randrange(2)
        age = self._random.choice([0, 0, SECOND, 29 * SECOND, 31 * SECOND, 3 * MINUTE, 2 * HOUR])
        unit = customers(self._owner(), self._random.randint(1, most))
        began = self._clocks[place].moment - age
        made = await self.databases[place].write("create", "acme", unit, now=began)
        self._ids += [customer.id for customer in made]

    async def _delete(self) -> None:
        identifier = self._ids.pop(self._random.randrange(len(self._ids)))
        await self._random.choice(self.databases).write("hide", "acme", hidden(identifier))

    async def _hand_over(self) -> None:
        unit = handed_over(self._random.choice(self._ids), self._owner())
        await self._random.choice(self.databases).write("hand_over", "acme", unit)

    async def _let_time_pass(self) -> None:
        passes = self._random.choice([1, 40 * SECOND, 90 * SECOND, HOUR])
        for clock in self._clocks:
            clock.moment += passes

    async def _look(self) -> None:
        actor, size = self._random.choice([ACME, ALICE, BOB]), self._random.randint(1, 5)
        await assert_exact(self._datastore, self._random.choice(self.databases), actor, size)

    def _owner(self) -> str | None:
        return self._random.choice(["alice", "bob", None])


@pytest.mark.usefixtures("every_page_is_deep")
@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_two_processes_do_a_page_holds_what_offset_gives(
    seed: int, datastore: Datastore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deep_offsets, "_SETTLED_MS", 2 * MINUTE)
    processes = TwoProcesses(datastore, seed)
    for database in processes.databases:
        await database.start()
    await processes.create(most=100)
    for _ in range(so_many(120, of=200)):
        await processes.step()
    for database in processes.databases:
        await database.stop()


# Many at once: a page and what OFFSET gives are read in one transaction


async def write_at_random(database: AnyDatabase, ids: list[str], chance: random.Random) -> None:
    for identifier in ids:
        deeds = [hidden(identifier), handed_over(identifier, "alice"), customers("bob")]
        await database.write("write", "acme", chance.choice(deeds))


async def read_at_random(database: AnyDatabase, chance: random.Random) -> None:
    async def unit(tx: Reader) -> tuple[list[str], list[str]]:
        asked = PageRequest(size=chance.randint(1, 5), page=chance.randint(1, 40))
        found = await STORE.page(tx, BOB, {}, asked)
        rows = await tx.fetch_all(
            "SELECT id FROM customers WHERE tenant_id = 'acme' AND deleted_at IS NULL"
            " AND owner_id = 'bob' ORDER BY id DESC LIMIT :size OFFSET :offset",
            size=asked.size,
            offset=asked.offset,
        )
        return [row.id for row in found.rows], [row[0] for row in rows]

    for _ in range(60):
        shown, expected = await database.read("read", "acme", unit)
        assert shown == expected


@pytest.mark.usefixtures("every_page_is_deep")
async def test_while_others_write_a_page_holds_what_offset_gives(
    datastore: Datastore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deep_offsets, "_SETTLED_MS", 2 * MINUTE)
    databases = [process_on(datastore, Clock()) for _ in range(2)]
    for database in databases:
        await database.start()
    earlier = Clock().now() - HOUR
    made = await databases[0].write("create", "acme", customers("bob", 200), now=earlier)
    ids = [customer.id for customer in made]
    async with asyncio.TaskGroup() as everybody:
        for number in range(4):
            database, chance = databases[number % 2], random.Random(number)
            everybody.create_task(write_at_random(database, ids[number::4], chance))
            everybody.create_task(read_at_random(database, chance))
    for database in databases:
        await database.stop()


# Single cases


@pytest.fixture
async def database(datastore: Datastore) -> AsyncIterator[AnyDatabase]:
    """At noon, with fifty customers that are an hour old."""
    database = process_on(datastore, SetByHand(NOON))
    await database.start()
    await database.write("create", "acme", customers("alice", 50), now=NOON - HOUR)
    yield database
    await database.stop()


@pytest.mark.usefixtures("every_page_is_deep")
async def test_a_transaction_pages_through_what_it_has_written_itself(
    database: AnyDatabase,
) -> None:
    async def unit(tx: Tx) -> tuple[list[str], list[str]]:
        newest, *_ = await customers("alice")(tx)
        found = await STORE.page(tx, ACME, {}, PageRequest(size=1, page=1))
        return [newest.id], [row.id for row in found.rows]

    await pages_of(database, ACME, 1, [1])
    written, found = await database.write("unit", "acme", unit)
    assert found == written


@pytest.mark.usefixtures("every_page_is_deep")
async def test_where_a_total_says_too_much_the_last_pages_are_empty(
    database: AnyDatabase, datastore: Datastore
) -> None:
    datastore.rows("UPDATE counters SET value = 200 WHERE name = 'customers'")
    assert await pages_of(database, ACME, 10, [11]) == [([], False)]


async def test_a_long_walk_holds_up_nobody(
    database: AnyDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop does not wait for it; once it is remembered there is no need to."""
    monkeypatch.setattr(pages, "_SHALLOW", 10)
    monkeypatch.setattr(deep_offsets, "_HOP", 10)
    monkeypatch.setattr(rank_index, "_SPACING", 1)
    where: list[bool] = []

    async def unit(tx: Reader) -> list[str]:
        where.append(tx.may_take_long)
        found = await STORE.page(tx, ACME, {}, PageRequest(size=1, page=25))
        return [row.id for row in found.rows]

    first = await database.read("page", "acme", unit)
    second = await database.read("page", "acme", unit)
    assert first == second
    assert where == [False, True, False]


# On SQLite, where a unit may stand still, and plans are short


@pytest.fixture
async def on_a_file(sqlite_datastore: SqliteFile) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(sqlite_datastore.path, SetByHand(NOON))
    await database.start()
    await database.write("create", "acme", customers("alice", 50), now=NOON - HOUR)
    yield database
    await database.stop()


@pytest.mark.usefixtures("every_page_is_deep")
async def test_a_transaction_that_was_long_under_way_brings_its_rows_in_where_they_belong(
    on_a_file: SqliteDatabase, sqlite_datastore: SqliteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began before rows that have been paged through by the time of its commit."""
    monkeypatch.setattr(deep_offsets, "_SETTLED_MS", 2 * MINUTE)
    clock, under_way, may_end = on_a_file._clock, Event(), Event()
    assert isinstance(clock, SetByHand)

    async def slow(tx: Tx) -> None:
        under_way.set()
        may_end.wait()
        await customers("alice", 3)(tx)

    for waits in (40 * SECOND, 10 * MINUTE):
        writing = asyncio.create_task(on_a_file.write("slow", "acme", slow, long=True))
        await asyncio.to_thread(under_way.wait)
        clock.moment += waits
        await assert_exact(sqlite_datastore, on_a_file, ALICE, 3)
        may_end.set()
        await writing
        await assert_exact(sqlite_datastore, on_a_file, ALICE, 3)
        under_way.clear()
        may_end.clear()


@pytest.mark.usefixtures("every_page_is_deep")
@pytest.mark.parametrize(("number", "beyond"), [(48, "id>?"), (3, "id<?")])
async def test_it_walks_the_index_that_is_the_order_of_the_list(
    number: int, beyond: str, on_a_file: SqliteDatabase
) -> None:
    """From whichever end is nearer."""
    plans: list[str] = []

    async def unit(tx: Reader) -> None:
        explaining = Explaining(tx)
        await STORE.page(explaining, ALICE, {}, PageRequest(size=1, page=number))
        plans.extend(plan for plan in explaining.plans if "customers" in plan)

    await on_a_file.read("plan", "acme", unit)
    index = "SEARCH customers USING INDEX customers_by_owner (tenant_id=? AND owner_id=?"
    assert plans == [f"{index} AND {beyond})", f"{index} AND id<?)"]
