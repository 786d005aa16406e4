"""The databases that are measured: always the same rows, put in by the service's own stores."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from crm_cell.customers import store as customers
from crm_cell.customers.rules import new_customer
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import lowest_at
from crm_cell.opportunities import store as opportunities
from crm_cell.opportunities.rules import new_opportunity
from crm_cell.storage.engine import Tx
from crm_cell.storage.migrate import migrate
from crm_cell.storage.sqlite import SqliteDatabase

TENANT = "acme"
_OWNERS = 10
_STAGES = 6
# Rows of one transaction.
_BATCH = 10_000
# 2026-01-01, a millisecond for each record: its id is the lowest of that millisecond.
_FIRST_MOMENT = 1_767_225_600_000


def customer_id(number: int) -> str:
    return lowest_at(_FIRST_MOMENT + number)


async def seed(path: Path, customers_wanted: int, opportunities_wanted: int = 0) -> None:
    """Make the file at `path`: of this release's schema, with so many records of TENANT."""
    migrate(f"sqlite:///{path}")
    database = SqliteDatabase(path)
    await database.start()
    for batch in _batches(customers_wanted):
        await database.write("seed", TENANT, _customers_unit(batch), long=True)
    for batch in _batches(opportunities_wanted):
        await database.write(
            "seed", TENANT, _opportunities_unit(batch, customers_wanted), long=True
        )
    await database.refresh_statistics()
    await database.stop()


def _batches(wanted: int) -> Iterator[range]:
    for start in range(0, wanted, _BATCH):
        yield range(start, min(start + _BATCH, wanted))


def _actor(batch: range) -> Actor:
    """The owners take turns, a batch each."""
    return Actor(TENANT, owner=f"owner-{batch.start // _BATCH % _OWNERS}")


def _customers_unit(batch: range) -> Callable[[Tx], Awaitable[None]]:
    async def insert(tx: Tx) -> None:
        rows = [
            new_customer(
                _actor(batch),
                customer_id(number),
                _FIRST_MOMENT + number,
                name=f"客户 {number:07}",
                contact_phone=f"138{number % 10**8:08}",
                contact_email=f"buyer{number}@example.com",
            )
            for number in batch
        ]
        await customers.insert_new_names(tx, TENANT, rows)

    return insert


def _opportunities_unit(batch: range, customers_there: int) -> Callable[[Tx], Awaitable[None]]:
    async def insert(tx: Tx) -> None:
        for number in batch:
            opportunity = new_opportunity(
                _actor(batch),
                lowest_at(_FIRST_MOMENT + number),
                _FIRST_MOMENT + number,
                customer_id=customer_id(number % customers_there),
                customers_owner=None,
                title=f"商机 {number:07}",
                amount_cents=number * 100,
                stage=1 + number % _STAGES,
            )
            await opportunities.insert(tx, opportunity)

    return insert
