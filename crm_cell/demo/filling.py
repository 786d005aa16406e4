"""Carrying out the plan through the services, so that counters, history and trail are right."""

from datetime import UTC, date, datetime

import msgspec

from crm_cell.customers import service as customers
from crm_cell.demo import store
from crm_cell.kernel.actor import Actor
from crm_cell.storage.engine import Database, Reader, Tx

TENANT = "demo"


class DemoSummary(msgspec.Struct, frozen=True):
    """How many of each kind were made."""

    customers: int
    contacts: int
    opportunities: int
    follow_ups: int
    contracts: int
    payments: int


async def is_empty(database: Database) -> bool:
    """Whether no tenant has, or ever had, a customer."""

    async def look(tx: Reader) -> bool:
        return not await store.has_customers(tx)

    return await database.read("demo.is_empty", look)


async def fill(database: Database, *, today: date | None = None) -> DemoSummary:
    """Fill the tenant `demo` with what happened up to `today`, in UTC."""
    day = today or datetime.now(UTC).date()
    moment = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)

    async def explain(tx: Tx) -> None:
        await customers.create(tx, Actor(TENANT), name="演示数据说明（可删除）")

    await database.write("demo.fill", explain, now=moment)
    return DemoSummary(1, 0, 0, 0, 0, 0)
