"""The audit trail: appended to, read, never changed."""

from collections.abc import Iterable

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import lowest_at
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.pages import newest_first

_COLUMNS = (
    "tenant_id, id, actor, action, resource_type, resource_id, changes, request_id, trace_id,"
    " created_at"
)


class Entry(msgspec.Struct, frozen=True):
    """One deed. `changes` is JSON: by member, its value before and after."""

    tenant_id: str
    id: str
    actor: str | None
    action: str
    resource_type: str
    resource_id: str
    changes: str
    request_id: str | None
    trace_id: str | None
    created_at: int


class Filter(msgspec.Struct, frozen=True):
    """Which entries: all that are set must hold. Times are a half-open range."""

    actor: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    begin: int | None = None
    end: int | None = None


async def append(tx: Tx, tenant: str, entries: list[Entry]) -> None:
    """One or more, all by one actor about records of one type."""
    await tx.append(
        f"INSERT INTO audit_logs ({_COLUMNS}) VALUES (:tenant_id, :id, :actor, :action,"
        " :resource_type, :resource_id, :changes, :request_id, :trace_id, :created_at)",
        map(msgspec.structs.asdict, entries),
    )
    await counters.add_all(
        tx,
        tenant,
        [
            ("audit_logs.actor", entries[0].actor),
            ("audit_logs.resource_type", entries[0].resource_type),
        ],
        len(entries),
    )


async def page(tx: Reader, actor: Actor, wanted: Filter, asked: PageRequest) -> Slice[Entry]:
    where = "".join(f" AND {condition}" for condition in _conditions(wanted))
    params: dict[str, object] = {
        "tenant": actor.tenant,
        "actor": wanted.actor,
        "resource_type": wanted.resource_type,
        "resource_id": wanted.resource_id,
        "first": lowest_at(wanted.begin or 0),
        "past": lowest_at(wanted.end or 0),
    }
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM audit_logs WHERE tenant_id = :tenant{where}",
        Entry,
        asked,
        total=await _count(tx, actor.tenant, wanted, where, params),
        counter=_counter(wanted),
        **params,
    )


async def _count(
    tx: Reader, tenant: str, wanted: Filter, where: str, params: dict[str, object]
) -> int:
    if counter := _counter(wanted):
        return await counters.read(tx, tenant, *counter)
    row = await tx.one(
        f"SELECT count(*) FROM audit_logs WHERE tenant_id = :tenant{where}", **params
    )
    return int(row[0]) if row else 0


def _counter(wanted: Filter) -> Counter | None:
    """Kept for an actor and a type; there are few types, so the whole trail is their sum, and
    every write moves one counter less. The entries of one record are few."""
    if wanted == Filter():
        return "audit_logs.resource_type", counters.EVERY_KEY
    if wanted == Filter(actor=wanted.actor):
        return "audit_logs.actor", wanted.actor
    if wanted == Filter(resource_type=wanted.resource_type):
        return "audit_logs.resource_type", wanted.resource_type
    return None


def _conditions(wanted: Filter) -> Iterable[str]:
    """Ids are made from the time of the deed, so a range of times is a range of ids."""
    if wanted.actor is not None:
        yield "actor = :actor"
    if wanted.resource_type is not None:
        yield "resource_type = :resource_type"
    if wanted.resource_id is not None:
        yield "resource_id = :resource_id"
    if wanted.begin is not None:
        yield "id >= :first"
    if wanted.end is not None:
        yield "id < :past"
