"""The databases that are measured: always the same rows, and the sums that the service keeps.

They are made by the service's own rules, written in bulk, and their sums are counted afterwards.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from crm_cell.customers.rules import Customer, new_customer
from crm_cell.customers.store import SEALED
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import lowest_at
from crm_cell.kernel.money import SPLIT
from crm_cell.opportunities.rules import Opportunity, new_opportunity
from crm_cell.storage.sqlite_connection import connect

TENANT = "acme"
OWNERS = 10
OPPORTUNITIES_OF_A_CUSTOMER = 5
_STAGES = 6
# 2026-01-01, a millisecond for each record: its id is the lowest of that millisecond.
_FIRST_MOMENT = 1_767_225_600_000
# Rows of one transaction.
_BATCH = 50_000
_ACTORS = [Actor(TENANT, owner=f"owner-{number}") for number in range(OWNERS)]

_COUNTED = {
    "customers": ("", "owner"),
    "opportunities": ("", "owner", "customer"),
}
_FUNNEL = f"""
INSERT INTO funnel
SELECT tenant_id, coalesce(owner_id, ''), currency, stage, status, 0, count(*),
 sum(amount_cents / {SPLIT}), sum(amount_cents % {SPLIT})
FROM opportunities GROUP BY tenant_id, coalesce(owner_id, ''), currency, stage, status
"""


def customer_id(number: int) -> str:
    return lowest_at(_FIRST_MOMENT + number)


def seed_sqlite(path: Path, customers: int, opportunities: int) -> None:
    connection = connect(path)
    for table, columns, rows in _tables(customers, opportunities):
        insert = (
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        )
        while batch := list(islice(rows, _BATCH)):
            with connection:
                connection.executemany(insert, batch)
    with connection:
        for statement in _sums():
            connection.execute(statement)
    connection.execute("PRAGMA optimize")
    connection.close()


async def seed_postgres(url: str, customers: int, opportunities: int) -> None:
    connection = await asyncpg.connect(url)
    for table, columns, rows in _tables(customers, opportunities):
        await connection.copy_records_to_table(table, records=rows, columns=columns)
    for statement in _sums():
        await connection.execute(statement)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _tables(
    customers: int, opportunities: int
) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[Any, ...]]]]:
    sought = tuple(column.key for column in SEALED.columns)
    yield "customers", Customer.__struct_fields__ + sought, map(_customer, range(customers))
    found = (_opportunity(number, customers) for number in range(opportunities))
    yield "opportunities", Opportunity.__struct_fields__, found


def _sums() -> Iterator[str]:
    for table, columns in _COUNTED.items():
        for column in columns:
            name = f"{table}.{column}" if column else table
            key = f"coalesce({column}_id, '')" if column else "''"
            yield (
                f"INSERT INTO counters SELECT tenant_id, '{name}', {key}, 0, count(*) FROM {table}"
                " GROUP BY 1, 3"
            )
    yield _FUNNEL


def _customer(number: int) -> tuple[Any, ...]:
    made = new_customer(
        _ACTORS[number % OWNERS],
        customer_id(number),
        _FIRST_MOMENT + number,
        name=f"客户 {number:07}",
        contact_phone=f"138{number % 10**8:08}",
        contact_email=f"buyer{number}@example.com",
    )
    sought = (column.form(getattr(made, column.name)) for column in SEALED.columns)
    return (*msgspec.structs.astuple(made), *sought)


def _opportunity(number: int, customers: int) -> tuple[Any, ...]:
    """Some customers have a handful each, the others none, however many there are."""
    customer = number // OPPORTUNITIES_OF_A_CUSTOMER % customers
    made = new_opportunity(
        _ACTORS[customer % OWNERS],
        customer_id(number),
        _FIRST_MOMENT + number,
        customer_id=customer_id(customer),
        customers_owner=None,
        title=f"商机 {number:07}",
        amount_cents=number * 100,
        stage=1 + number % _STAGES,
    )
    return msgspec.structs.astuple(made)
