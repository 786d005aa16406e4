"""SQL of the audit log: entries, and the heads of their hash chains."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import lowest_at, lowest_at_with_skew
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter as Counted
from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.paging.pages import newest_first
from crm_cell.storage.tenants import tenants_of

_COLUMNS = (
    "tenant_id, id, actor, action, resource_type, resource_id, resource_name, changes, request_id,"
    " trace_id, created_at, unseen, lane, link, wiped, origin"
)
_HEAD = "tenant_id, lane, last_id, last_link, cut_id, cut_link, seal"
_INSERT = (
    f"INSERT INTO audit_logs ({_COLUMNS}) VALUES (:tenant_id, :id, :actor, :action,"
    " :resource_type, :resource_id, :resource_name, :changes, :request_id, :trace_id,"
    " :created_at, :unseen, :shard, :hash, :redacted, :origin)"
)
_FIRST_HEAD = (
    f"INSERT INTO audit_heads ({_HEAD}) VALUES (:tenant_id, :shard, :last_id, :last_hash, :cut_id,"
    " :cut_hash, :mac) ON CONFLICT DO NOTHING"
)
_NEXT_HEAD = (
    "UPDATE audit_heads SET last_id = :last_id, last_link = :last_hash, cut_id = :cut_id,"
    " cut_link = :cut_hash, seal = :mac"
    " WHERE tenant_id = :tenant_id AND lane = :shard AND seal = :before"
)
# Rare actions have their own index, because a search among the frequent ones would be slow.
_OFTEN = ("created", "updated")
_RARELY = "action NOT IN ('created', 'updated')"


class Entry(msgspec.Struct, frozen=True):
    """One action. `changes` is JSON: by member, the values before and after.

    Entries from before there was a chain have no `shard` and no `hash`. In a redacted entry
    `redacted` is the hash of the removed contents.
    """

    tenant_id: str
    id: str
    actor: str | None
    action: str
    resource_type: str
    resource_id: str
    resource_name: str | None
    changes: str
    request_id: str | None
    trace_id: str | None
    created_at: int
    unseen: int | None
    """1 in older entries whose actor may not see the record."""
    shard: int | None = None
    hash: bytes | None = None
    redacted: bytes | None = None
    origin: str | None = None
    """The system that the change came from; older entries have none."""


class Head(msgspec.Struct, frozen=True):
    """The end of a chain, and the last entry that retention has removed from its beginning."""

    tenant_id: str
    shard: int
    last_id: str = ""
    last_hash: bytes = b""
    cut_id: str = ""
    cut_hash: bytes = b""
    mac: bytes = b""


class Filter(msgspec.Struct, frozen=True):
    """Conditions on entries, combined with AND. Times are a half-open range."""

    actor: str | None = None
    action: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    begin: int | None = None
    end: int | None = None
    seen: bool = False
    """Only entries about records that their actor may see."""


async def insert(tx: Tx, entries: list[Entry]) -> None:
    await tx.execute_many(_INSERT, map(msgspec.structs.astuple, entries))


async def append(tx: Tx, before: Head | None, after: Head, entries: list[Entry]) -> bool:
    """Like `advance`, and also inserts the entries if the head was unchanged."""
    sql, params = _advancing(before, after)
    return await tx.insert_if(sql, params, _INSERT, map(msgspec.structs.astuple, entries))


async def count(tx: Tx, entries: list[Entry], sign: int = 1) -> None:
    """Count one or more entries with the same actor, action and type of record."""
    first = entries[0]
    # A Counter costs as much as the rest of this function, and most writes have one entry.
    actors = Counter(map(_actor_key, entries)) if len(entries) > 1 else {_actor_key(first): 1}
    for actor, many in actors.items():
        await counters.add(tx, first.tenant_id, "audit_logs.actor", actor, sign * many)
    recorded_change = f"{first.resource_type}.{first.action}"
    await counters.add(tx, first.tenant_id, "audit_logs.deed", recorded_change, sign * len(entries))


async def count_all(tx: Reader, tenant: str) -> int:
    """The number of entries according to the counters."""
    return await counters.read(tx, tenant, "audit_logs.deed", f"{counters.ANY}.{counters.ANY}")


async def head(tx: Reader, tenant: str, shard: int) -> Head | None:
    row = await tx.fetch_one(
        f"SELECT {_HEAD} FROM audit_heads WHERE tenant_id = :tenant AND lane = :shard",
        tenant=tenant,
        shard=shard,
    )
    return _head(row) if row else None


async def all_heads(tx: Reader) -> list[Head]:
    # every tenant: the service signs the heads of all tenants.
    rows = await tx.fetch_all(f"SELECT {_HEAD} FROM audit_heads ORDER BY tenant_id, lane")
    return [_head(row) for row in rows]


async def some_heads(tx: Reader, most: int) -> list[Head]:
    # every tenant: all heads are authenticated with the installation's key.
    rows = await tx.fetch_all(f"SELECT {_HEAD} FROM audit_heads LIMIT :most", most=most)
    return [_head(row) for row in rows]


async def heads(tx: Reader, tenant: str) -> list[Head]:
    rows = await tx.fetch_all(
        f"SELECT {_HEAD} FROM audit_heads WHERE tenant_id = :tenant ORDER BY lane", tenant=tenant
    )
    return [_head(row) for row in rows]


async def tenants(tx: Reader) -> list[str]:
    """All tenants with an audit log, in order."""
    found: set[str] = set()
    for table in ("audit_logs", "audit_heads", "audit_register"):
        found.update(await tenants_of(tx, table))
    return sorted(found)


async def tenants_before(tx: Reader, identifier: str) -> list[str]:
    """The tenants that have entries with lower ids."""
    found: list[str] = []
    for tenant in await tenants(tx):
        oldest = await entries(tx, tenant, "", 1)
        if oldest and oldest[0].id < identifier:
            found.append(tenant)
    return found


async def entries(tx: Reader, tenant: str, after: str, limit: int) -> list[Entry]:
    """Entries in the order of their ids, which is also the order of each chain."""
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM audit_logs WHERE tenant_id = :tenant AND id > :after"
        " ORDER BY id LIMIT :limit",
        tenant=tenant,
        after=after,
        limit=limit,
    )
    return [Entry(*row) for row in rows]


async def entry(tx: Reader, tenant: str, identifier: str) -> Entry | None:
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM audit_logs WHERE tenant_id = :tenant AND id = :id",
        tenant=tenant,
        id=identifier,
    )
    return Entry(*row) if row else None


async def of_record(
    tx: Reader, tenant: str, resource_type: str, resource_id: str, *, after: str, most: int
) -> list[Entry]:
    """The entries of a record, oldest first."""
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM audit_logs WHERE tenant_id = :tenant"
        " AND resource_type = :resource_type AND resource_id = :resource_id AND id > :after"
        " ORDER BY id LIMIT :most",
        tenant=tenant,
        resource_type=resource_type,
        resource_id=resource_id,
        after=after,
        most=most,
    )
    return [Entry(*row) for row in rows]


async def hash_before(tx: Reader, entry: Entry) -> bytes | None:
    """The hash of the previous entry in the chain, None if it has been removed."""
    row = await tx.fetch_one(
        "SELECT link FROM audit_logs WHERE tenant_id = :tenant AND id < :id AND lane = :shard"
        " ORDER BY id DESC LIMIT 1",
        tenant=entry.tenant_id,
        id=entry.id,
        shard=entry.shard,
    )
    return row[0] if row else None


async def take_oldest(tx: Tx, tenant: str, before: str, limit: int) -> list[Entry]:
    """Delete and return the oldest entries whose ids are lower than `before`."""
    oldest = [entry for entry in await entries(tx, tenant, "", limit) if entry.id < before]
    await tx.execute_many(
        "DELETE FROM audit_logs WHERE tenant_id = :tenant_id AND id = :id",
        [{"tenant_id": tenant, "id": entry.id} for entry in oldest],
    )
    for each in oldest:
        await count(tx, [each], -1)
    return oldest


async def redact(tx: Tx, entry: Entry, redacted: bytes) -> None:
    await tx.execute(
        "UPDATE audit_logs SET changes = '{}', resource_name = NULL, wiped = :redacted"
        " WHERE tenant_id = :tenant AND id = :id",
        redacted=redacted,
        tenant=entry.tenant_id,
        id=entry.id,
    )


async def advance(tx: Tx, before: Head | None, after: Head) -> bool:
    """Replace the head if it is still `before`. Returns whether it was. Locks the head."""
    sql, params = _advancing(before, after)
    return bool(await tx.execute(sql, **params))


def _advancing(before: Head | None, after: Head) -> tuple[str, dict[str, object]]:
    """The statement that changes the head, unless another transaction has changed it."""
    values = msgspec.structs.asdict(after)
    if before is None:
        return _FIRST_HEAD, values
    return _NEXT_HEAD, {**values, "before": before.mac}


async def page(tx: Reader, actor: Actor, wanted: Filter, page_request: PageRequest) -> Slice[Entry]:
    where = "".join(f" AND {condition}" for condition in _conditions(wanted))
    params: dict[str, object] = {
        "tenant": actor.tenant,
        "actor": wanted.actor,
        "action": wanted.action,
        "resource_type": wanted.resource_type,
        "resource_id": wanted.resource_id,
        "begin": wanted.begin,
        "end": wanted.end,
        "first": lowest_at(wanted.begin or 0),
        "surely": lowest_at_with_skew(wanted.begin or 0),
        "surely_not": lowest_at(wanted.end or 0),
        "past": lowest_at_with_skew(wanted.end or 0),
    }
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM audit_logs WHERE tenant_id = :tenant{where}",
        Entry,
        page_request,
        total=await _count(tx, actor.tenant, wanted, where, params),
        counter=_counter(wanted),
        **params,
    )


async def _count(
    tx: Reader, tenant: str, wanted: Filter, where: str, params: dict[str, object]
) -> int:
    if counter := _counter(wanted):
        return await counters.read(tx, tenant, *counter)
    row = await tx.fetch_one(
        f"SELECT count(*) FROM audit_logs WHERE tenant_id = :tenant{where}", **params
    )
    return int(row[0]) if row else 0


def _counter(wanted: Filter) -> Counted | None:
    """The counter with the total, or None if the rows have to be counted. There is one counter for
    each actor and one for each action on each type. The latter are few, so the totals of a type, of
    an action and of the whole log are sums over them. A single record has few entries."""
    if wanted == Filter(actor=wanted.actor, seen=wanted.seen) and wanted.actor is not None:
        seen, unseen = _actor_keys(wanted.actor)
        return "audit_logs.actor", seen if wanted.seen else f"{seen}{counters.OR}{unseen}"
    if wanted == Filter(action=wanted.action, resource_type=wanted.resource_type):
        any_ = counters.ANY
        return "audit_logs.deed", f"{wanted.resource_type or any_}.{wanted.action or any_}"
    return None


def _conditions(wanted: Filter) -> Iterable[str]:
    """An id contains the time of the action or, after the clock was set back, a later time. So a
    range of times is a range of ids, except at its edges, where the time itself is compared."""
    if wanted.actor is not None:
        yield "actor = :actor"
    if wanted.seen:
        yield "unseen IS NULL"
    if wanted.action is not None:
        yield "action = :action"
        if wanted.action not in _OFTEN:
            yield _RARELY
    if wanted.resource_type is not None:
        yield "resource_type = :resource_type"
    if wanted.resource_id is not None:
        yield "resource_id = :resource_id"
    if wanted.begin is not None:
        yield "id >= :first AND (id >= :surely OR created_at >= :begin)"
    if wanted.end is not None:
        yield "id < :past AND (id < :surely_not OR created_at < :end)"


def _head(row: Row) -> Head:
    tenant, shard, last_id, last_hash, cut_id, cut_hash, mac = row
    return Head(tenant, shard, last_id, bytes(last_hash), cut_id, bytes(cut_hash), bytes(mac))


def _actor_key(entry: Entry) -> str:
    return _actor_keys(entry.actor)[bool(entry.unseen)]


def _actor_keys(actor: str | None) -> tuple[str, str]:
    """The keys for records that the actor may see and for others. Names of actors may contain
    slashes, so these keys are compared as a whole, never by prefix."""
    return f"{actor or ''}/seen", f"{actor or ''}/unseen"
