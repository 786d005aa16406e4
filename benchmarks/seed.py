"""Seeds databases for benchmarks: always the same rows, with the service's counters.

Rows follow the service's rules and are inserted in bulk; counters are computed afterwards.
"""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks import seed_rows
from benchmarks.seed_rows import ENCRYPTED
from crm_cell.customers.resource import Customer, customers
from crm_cell.follow_ups.resource import FollowUp, follow_ups
from crm_cell.kernel.money import SPLIT
from crm_cell.opportunities.resource import Opportunity, opportunities
from crm_cell.resources.rebuilding import INDEX_VERSION
from crm_cell.search.store import COMPLETE, Entry
from crm_cell.storage.sqlite.connection import connect
from crm_cell.tasks.resource import Task, tasks

# Rows of one transaction.
_BATCH = 50_000
# Of so many customers one has a task; there are as many follow-ups.
_CUSTOMERS_OF_A_TASK = 5
_KEY = ("tenant_id", "kind", "record_id")
Table = tuple[str, tuple[str, ...], Iterator[tuple[Any, ...]]]
"""With its columns and rows."""

_FUNNEL = f"""
INSERT INTO funnel
SELECT tenant_id, coalesce(owner_id, ''), currency, stage, status, 0, count(*),
 sum(amount_cents / {SPLIT}), sum(amount_cents % {SPLIT})
FROM opportunities GROUP BY tenant_id, coalesce(owner_id, ''), currency, stage, status
"""


def _of_customers(table: str, condition: str) -> str:
    return (
        f"FROM {table} AS o WHERE o.tenant_id = customers.tenant_id"
        f" AND o.customer_id = customers.id AND {condition}"
    )


_OPEN = _of_customers("opportunities", "o.status = 1")
_PLANNED = _of_customers("tasks", "o.status = 'open'")
_WRITTEN = _of_customers("follow_ups", "o.followed_at IS NOT NULL")
_WITH_DEALS = (
    f"UPDATE customers SET open_opportunity_count = (SELECT count(*) {_OPEN}),"
    f" open_opportunity_cents = (SELECT nullif(sum(o.amount_cents), 0) {_OPEN})"
    f" WHERE EXISTS (SELECT 1 {_OPEN})"
)
_WITH_TASKS = (
    f"UPDATE customers SET next_contact_at = (SELECT min(o.due) {_PLANNED})"
    f" WHERE EXISTS (SELECT 1 {_PLANNED})"
)
_WITH_FOLLOW_UPS = (
    f"UPDATE customers SET last_follow_up_at = (SELECT max(o.followed_at) {_WRITTEN}),"
    f" last_follow_up_by = (SELECT o.created_by {_WRITTEN} ORDER BY o.followed_at DESC LIMIT 1)"
    f" WHERE EXISTS (SELECT 1 {_WRITTEN})"
)
# That the index is complete. A service that has found no records may have noted it, too.
_NOTE = Entry("", COMPLETE, str(INDEX_VERSION))
_ADD_NOTE = "INSERT INTO search_entries VALUES ($1, $2, $3, '{}') ON CONFLICT DO NOTHING"


def seed_sqlite(path: Path, customers: int, opportunities: int) -> None:
    connection = connect(path)
    tables = [*_tables(customers, opportunities), *_index_of_file(customers, opportunities)]
    for table, columns, rows in tables:
        insert = (
            f"REPLACE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
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
    await connection.execute(_ADD_NOTE, *_NOTE.key)
    tables = [*_tables(customers, opportunities), _index(customers, opportunities)]
    for table, columns, rows in tables:
        await connection.copy_records_to_table(table, records=rows, columns=columns)
    for statement in _sums():
        await connection.execute(statement)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _tables(customers: int, opportunities: int) -> Iterator[Table]:
    keys = tuple(column.key for column in ENCRYPTED)
    yield "customers", Customer.__struct_fields__ + keys, map(seed_rows.customer, range(customers))
    deals = (seed_rows.opportunity(number, customers) for number in range(opportunities))
    yield "opportunities", Opportunity.__struct_fields__, deals
    work = range(customers // _CUSTOMERS_OF_A_TASK)
    yield "tasks", Task.__struct_fields__, map(seed_rows.task, work)
    notes = (seed_rows.follow_up(number, customers) for number in work)
    yield "follow_ups", FollowUp.__struct_fields__, notes
    yield "team_reach", ("tenant_id", "leader_id", "user_id"), iter(seed_rows.reach())


def _entries(customers: int, opportunities: int) -> Iterator[Entry]:
    tasks = customers // _CUSTOMERS_OF_A_TASK
    return seed_rows.search_entries(customers, opportunities, tasks)


def _index(customers: int, opportunities: int) -> Table:
    found = _entries(customers, opportunities)
    return "search_entries", (*_KEY, "terms"), ((*each.key, each.hashes) for each in found)


def _index_of_file(customers: int, opportunities: int) -> Iterator[Table]:
    keys = (each.key for each in chain(_entries(customers, opportunities), [_NOTE]))
    yield "search_entries", (*_KEY, "entry"), ((*key, at) for at, key in enumerate(keys, 1))
    found = (each.document for each in _entries(customers, opportunities))
    yield "search_terms", ("rowid", "terms"), enumerate(found, 1)


def _sums() -> Iterator[str]:
    for resource in (customers, opportunities, tasks, follow_ups):
        table = resource.table
        for name, column in [(table, ""), *resource.counters]:
            key = f"coalesce({column}, '')" if column else "''"
            yield (
                f"INSERT INTO counters SELECT tenant_id, '{name}', {key}, 0, count(*) FROM {table}"
                " GROUP BY 1, 3"
            )
    yield _FUNNEL
    yield from (_WITH_DEALS, _WITH_TASKS, _WITH_FOLLOW_UPS)
