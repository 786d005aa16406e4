"""SQL for the outbox: events in order, delivered to subscribers and read as the changes feed."""

import secrets
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec

from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.tenants import tenants_of


class Event(msgspec.Struct, frozen=True):
    """An event. `data` is the record as JSON, with telephone numbers masked."""

    tenant_id: str
    id: str
    event_type: str
    trace_id: str | None
    data: str
    created_at: int
    origin: str | None = None
    """The system that the change came from; older events have none."""
    details: str | None = None
    """What the changes feed has to know beyond the record, as JSON; None for a new record."""


class Numbered(msgspec.Struct, frozen=True):
    """An event as the changes feed reads it."""

    change_no: int
    id: str
    event_type: str
    data: str
    details: str | None
    created_at: int
    origin: str | None
    """Which system asked for the change, as far as it said so."""


class Head(msgspec.Struct, frozen=True):
    """Where a tenant's feed ends: the number of its newest event, 0 before the first one."""

    last: int
    secret: bytes
    """What its cursors are encrypted with; empty before the first event."""


class Unnumbered(msgspec.Struct, frozen=True):
    """An event that is committed and has no number yet."""

    id: str
    event_type: str
    data: str
    details: str | None


_COLUMNS = "tenant_id, id, event_type, trace_id, data, created_at, origin"
_VALUES = ":tenant_id, :id, :event_type, :trace_id, :data, :created_at, :origin"
_INSERT_NEW = f"INSERT INTO events ({_COLUMNS}) VALUES ({_VALUES})"
_INSERT = f"INSERT INTO events ({_COLUMNS}, details) VALUES ({_VALUES}, :details)"
_INSERT_NUMBERED = (
    f"INSERT INTO events ({_COLUMNS}, details, change_no) VALUES ({_VALUES}, :details, :change_no)"
)
_ADVANCE = (
    "UPDATE change_heads SET last_no = last_no + :many WHERE tenant_id = :tenant RETURNING last_no"
)
_FIRST_HEAD = (
    "INSERT INTO change_heads (tenant_id, last_no, secret) VALUES (:tenant, :last, :secret)"
    " ON CONFLICT DO NOTHING"
)
_LOCK = "SELECT 1 FROM change_heads WHERE tenant_id = :tenant FOR NO KEY UPDATE SKIP LOCKED"
_SECRET_BYTES = 16
_TENANT = attrgetter("tenant_id")
_NEW_COLUMNS = len(_COLUMNS.split(","))


async def append(tx: Tx, events: Sequence[Event]) -> None:
    """All with details or none. Where nobody else writes before the commit, numbers are given with
    it, else afterwards: see `events.numbering`."""
    if tx.serialized:
        await tx.before_commit(_append_numbered, events)
    elif events[0].details is None:
        rows = [msgspec.structs.astuple(each)[:_NEW_COLUMNS] for each in events]
        await tx.insert_deferred(_INSERT_NEW, rows)
    else:
        await tx.insert_deferred(_INSERT, map(msgspec.structs.astuple, events))


async def _append_numbered(tx: Tx, events: Sequence[Event]) -> None:
    """In the order of their transactions, tenant by tenant."""
    for tenant, group in groupby(sorted(events, key=_TENANT), key=_TENANT):
        own = list(group)
        first = await take_numbers(tx, tenant, len(own))
        await tx.execute_many(
            _INSERT_NUMBERED,
            [(*msgspec.structs.astuple(each), number) for number, each in enumerate(own, first)],
        )


async def take_numbers(tx: Tx, tenant: str, many: int) -> int:
    """The first of so many numbers. Others who number events of the tenant wait for the end of the
    transaction."""
    row = await tx.fetch_one(_ADVANCE, tenant=tenant, many=many)
    if row is None and await _make_head(tx, tenant, many):
        return 1
    if row is None:  # somebody else was first
        row = await tx.fetch_one(_ADVANCE, tenant=tenant, many=many)
    assert row is not None, "a head is never deleted"
    return int(row[0]) - many + 1


async def head(tx: Reader, tenant: str) -> Head:
    row = await tx.fetch_one(
        "SELECT last_no, secret FROM change_heads WHERE tenant_id = :tenant", tenant=tenant
    )
    return Head(row[0], bytes(row[1])) if row else Head(0, b"")


async def _make_head(tx: Tx, tenant: str, last: int) -> bool:
    """False where there is one already."""
    secret = secrets.token_bytes(_SECRET_BYTES)
    return bool(await tx.execute(_FIRST_HEAD, tenant=tenant, last=last, secret=secret))


async def lock_head(tx: Tx, tenant: str) -> bool:
    """Whether this transaction is the one that gives numbers to events of the tenant; False while
    another one does."""
    if await tx.fetch_one(_LOCK, tenant=tenant) is not None:
        return True
    return await _make_head(tx, tenant, 0)


async def tenants_with_unnumbered(tx: Reader, most: int) -> list[str]:
    # every tenant: the events of all tenants are numbered.
    rows = await tx.fetch_all(
        "SELECT DISTINCT tenant_id FROM events WHERE change_no IS NULL LIMIT :most", most=most
    )
    return [row[0] for row in rows]


async def unnumbered(tx: Reader, tenant: str, most: int) -> list[Unnumbered]:
    rows = await tx.fetch_all(
        "SELECT id, event_type, data, details FROM events WHERE tenant_id = :tenant"
        " AND change_no IS NULL ORDER BY id LIMIT :most",
        tenant=tenant,
        most=most,
    )
    return [Unnumbered(*row) for row in rows]


async def number(tx: Tx, tenant: str, ids: Sequence[str], first: int) -> None:
    """Give consecutive numbers to these events, in their order."""
    await tx.execute_many(
        "UPDATE events SET change_no = :change_no WHERE tenant_id = :tenant AND id = :id",
        [
            {"tenant": tenant, "id": identifier, "change_no": each}
            for each, identifier in enumerate(ids, first)
        ],
    )


async def numbered(tx: Reader, tenant: str, *, after: int, most: int) -> list[Numbered]:
    """In the order of their numbers."""
    rows = await tx.fetch_all(
        "SELECT change_no, id, event_type, data, details, created_at, origin FROM events"
        " WHERE tenant_id = :tenant AND change_no > :after ORDER BY change_no LIMIT :most",
        tenant=tenant,
        after=after,
        most=most,
    )
    return [Numbered(*row) for row in rows]


async def first_number_since(tx: Reader, tenant: str, identifier: str) -> int | None:
    """Of the first event in the order of ids from this one on."""
    row = await tx.fetch_one(
        "SELECT change_no FROM events WHERE tenant_id = :tenant AND id >= :id"
        " AND change_no IS NOT NULL ORDER BY id LIMIT 1",
        tenant=tenant,
        id=identifier,
    )
    return int(row[0]) if row else None


async def page(tx: Reader, tenant: str, *, after: str, most: int) -> list[Event]:
    """In ascending order of ids, after the id `after`."""
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM events"
        " WHERE tenant_id = :tenant AND id > :after ORDER BY id LIMIT :most",
        tenant=tenant,
        after=after,
        most=most,
    )
    return [Event(*row) for row in rows]


async def replace(tx: Tx, tenant: str, data: Mapping[str, str]) -> None:
    """Replaces the data of events by id, without changing their order."""
    await tx.execute_many(
        "UPDATE events SET data = :data WHERE tenant_id = :tenant AND id = :id",
        [{"tenant": tenant, "id": event, "data": text} for event, text in data.items()],
    )


async def tenants(tx: Reader) -> list[str]:
    """All tenants with events."""
    return await tenants_of(tx, "events")


async def purge(tx: Tx, tenant: str, before: str, most: int) -> int:
    """Delete up to `most` of a tenant's events before an id, the oldest first."""
    old = await tx.fetch_all(
        "SELECT id FROM events WHERE tenant_id = :tenant AND id < :before ORDER BY id LIMIT :most",
        tenant=tenant,
        before=before,
        most=most,
    )
    await tx.execute_many(
        "DELETE FROM events WHERE tenant_id = :tenant AND id = :id",
        [{"tenant": tenant, "id": row[0]} for row in old],
    )
    return len(old)
