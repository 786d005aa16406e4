"""Seeds databases for benchmarks: always the same rows, with the service's counters.

Rows follow the service's rules and are inserted in bulk; counters are computed afterwards.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from crm_cell.customers.resource import Customer, Status
from crm_cell.customers.resource import customers as customer_resource
from crm_cell.kernel.ids import lowest_at
from crm_cell.kernel.money import DEFAULT_CURRENCY, SPLIT
from crm_cell.kernel.text import name_key
from crm_cell.opportunities.resource import Opportunity
from crm_cell.opportunities.stages import STAGES, stage_and_status
from crm_cell.opportunities.stages import Status as DealStatus
from crm_cell.resources.reading import encryption_of
from crm_cell.storage.sqlite.connection import connect

TENANT = "acme"
OWNERS = 10
OPPORTUNITIES_OF_A_CUSTOMER = 5
# 2026-01-01. Each record has its own millisecond, and the lowest id of it.
_FIRST_MOMENT = 1_767_225_600_000
_FIRST_DAY = date(2026, 1, 1)
_DAYS = 365
# Rows of one transaction.
_BATCH = 50_000
_ENCRYPTED = encryption_of(customer_resource).columns

_NOTHING = {
    field.name: None
    for field in Customer.fields.values()
    if field.nullable and field.name not in ("contact_phone", "contact_email", "owner_id")
}

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
_OPEN = "FROM opportunities AS o WHERE o.tenant_id = customers.tenant_id"
_OPEN += " AND o.customer_id = customers.id AND o.status = 1"
_FIGURES = (
    f"UPDATE customers SET open_opportunity_count = (SELECT count(*) {_OPEN}),"
    f" open_opportunity_cents = (SELECT nullif(sum(o.amount_cents), 0) {_OPEN})"
    f" WHERE EXISTS (SELECT 1 {_OPEN})"
)


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
    keys = tuple(column.key for column in _ENCRYPTED)
    yield "customers", Customer.__struct_fields__ + keys, map(_customer, range(customers))
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
    yield _FIGURES


def _customer(number: int) -> tuple[Any, ...]:
    name = f"客户 {number:07}"
    made = Customer(
        **(_NOTHING | _header(number)),
        name=name,
        name_key=name_key(name),
        contact_phone=f"138{number % 10**8:08}",
        contact_email=f"buyer{number}@example.com",
        status=Status.ACTIVE,
        owner_id=_owner(number),
    )
    keys = (column.form(getattr(made, column.name)) for column in _ENCRYPTED)
    return (*msgspec.structs.astuple(made), *keys)


def _opportunity(number: int, customers: int) -> tuple[Any, ...]:
    """Some customers have five opportunities each, the others none."""
    customer = number // OPPORTUNITIES_OF_A_CUSTOMER % customers
    stage, status = stage_and_status(1 + number % len(STAGES), None, open_stage=1)
    made = Opportunity(
        **_header(number),
        customer_id=customer_id(customer),
        title=f"商机 {number:07}",
        tags=None,
        amount_cents=number * 100,
        currency=DEFAULT_CURRENCY,
        stage=stage,
        status=status,
        owner_id=_owner(customer),
        expected_close_on=str(_FIRST_DAY + timedelta(days=number % _DAYS)),
        probability=None,
        lost_reason=None,
        lost_note=None,
        competitor=None,
        source=None,
        closed_at=None if status == DealStatus.OPEN else _FIRST_MOMENT + number,
        stage_since=_FIRST_MOMENT + number,
        pushed_count=0,
    )
    return msgspec.structs.astuple(made)


def _header(number: int) -> dict[str, Any]:
    """The common fields of every record."""
    moment = _FIRST_MOMENT + number
    return {
        "tenant_id": TENANT,
        "id": customer_id(number),
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
    }


def _owner(customer: int) -> str:
    return f"owner-{customer % OWNERS}"
