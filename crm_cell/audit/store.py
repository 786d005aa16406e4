"""The audit trail: appended to, read, never changed."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import lowest_at, surely_since
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter as Counted
from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.pages import newest_first

_COLUMNS = (
    "tenant_id, id, actor, action, resource_type, resource_id, resource_name, changes, request_id,"
    " trace_id, created_at, unseen, lane, link, wiped"
)
_HEAD = "tenant_id, lane, last_id, last_link, cut_id, cut_link, seal"
# Other deeds are found by an index of their own: among these they would be long to look for.
_OFTEN = ("created", "updated")
_RARELY = "action NOT IN ('created', 'updated')"


class Entry(msgspec.Struct, frozen=True):
    """One deed. `changes` is JSON: by member, its value before and after.

    `lane` and `link` are its place in the chain; those from before there was one have none. What
    the entry said is gone where `wiped` stands for it.
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
    """1 in older entries where whoever did it does not see the record."""
    lane: int | None = None
    link: bytes | None = None
    wiped: bytes | None = None


class Head(msgspec.Struct, frozen=True):
    """The end of a chain, and where it begins since what was too old has been cut off."""

    tenant_id: str
    lane: int
    last_id: str = ""
    last_link: bytes = b""
    cut_id: str = ""
    cut_link: bytes = b""
    seal: bytes = b""


class Filter(msgspec.Struct, frozen=True):
    """Which entries: all that are set must hold. Times are a half-open range."""

    actor: str | None = None
    action: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    begin: int | None = None
    end: int | None = None
    seen: bool = False
    """Only what was done to records that whoever did it sees."""


async def insert(tx: Tx, entries: list[Entry]) -> None:
    await tx.many(
        f"INSERT INTO audit_logs ({_COLUMNS}) VALUES (:tenant_id, :id, :actor, :action,"
        " :resource_type, :resource_id, :resource_name, :changes, :request_id, :trace_id,"
        " :created_at, :unseen, :lane, :link, :wiped)",
        map(msgspec.structs.astuple, entries),
    )


async def count(tx: Tx, entries: list[Entry], sign: int = 1) -> None:
    """One or more, all of one actor who did one thing to records of one type."""
    first = entries[0]
    for actor, many in Counter(map(_actor_key, entries)).items():
        await counters.add(tx, first.tenant_id, "audit_logs.actor", actor, sign * many)
    deed = f"{first.resource_type}.{first.action}"
    await counters.add(tx, first.tenant_id, "audit_logs.deed", deed, sign * len(entries))


async def count_all(tx: Reader, tenant: str) -> int:
    """What the counters say."""
    return await counters.read(tx, tenant, "audit_logs.deed", f"{counters.ANY}.{counters.ANY}")


async def head(tx: Reader, tenant: str, lane: int) -> Head | None:
    row = await tx.one(
        f"SELECT {_HEAD} FROM audit_heads WHERE tenant_id = :tenant AND lane = :lane",
        tenant=tenant,
        lane=lane,
    )
    return _head(row) if row else None


async def all_heads(tx: Reader) -> list[Head]:
    # every tenant: the service signs for whoever has a trail.
    rows = await tx.all(f"SELECT {_HEAD} FROM audit_heads ORDER BY tenant_id, lane")
    return [_head(row) for row in rows]


async def some_heads(tx: Reader, most: int) -> list[Head]:
    # every tenant: they are all under the installation's key.
    rows = await tx.all(f"SELECT {_HEAD} FROM audit_heads LIMIT :most", most=most)
    return [_head(row) for row in rows]


async def heads(tx: Reader, tenant: str) -> list[Head]:
    rows = await tx.all(
        f"SELECT {_HEAD} FROM audit_heads WHERE tenant_id = :tenant ORDER BY lane", tenant=tenant
    )
    return [_head(row) for row in rows]


async def tenants(tx: Reader) -> list[str]:
    """All that have a trail, in order, each found by one step on the index."""
    found: list[str] = []
    for table in ("audit_logs", "audit_heads", "audit_register"):
        after = ""
        # every tenant: a trail is verified whoever's it is.
        sql = f"SELECT min(tenant_id) FROM {table} WHERE tenant_id > :after"
        while (row := await tx.one(sql, after=after)) and row[0] is not None:
            found.append(after := row[0])
    return sorted(set(found))


async def tenants_before(tx: Reader, identifier: str) -> list[str]:
    """Those with entries of lower ids."""
    found: list[str] = []
    for tenant in await tenants(tx):
        oldest = await entries(tx, tenant, "", 1)
        if oldest and oldest[0].id < identifier:
            found.append(tenant)
    return found


async def entries(tx: Reader, tenant: str, after: str, limit: int) -> list[Entry]:
    """In the order of their ids, which is that of each chain."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM audit_logs WHERE tenant_id = :tenant AND id > :after"
        " ORDER BY id LIMIT :limit",
        tenant=tenant,
        after=after,
        limit=limit,
    )
    return [Entry(*row) for row in rows]


async def entry(tx: Reader, tenant: str, identifier: str) -> Entry | None:
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM audit_logs WHERE tenant_id = :tenant AND id = :id",
        tenant=tenant,
        id=identifier,
    )
    return Entry(*row) if row else None


async def of_record(
    tx: Reader, tenant: str, resource_type: str, resource_id: str, *, after: str, most: int
) -> list[Entry]:
    """What was done to a record, in order."""
    rows = await tx.all(
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


async def link_before(tx: Reader, entry: Entry) -> bytes | None:
    """The link of the entry before this one in its chain, where it is still there."""
    row = await tx.one(
        "SELECT link FROM audit_logs WHERE tenant_id = :tenant AND id < :id AND lane = :lane"
        " ORDER BY id DESC LIMIT 1",
        tenant=entry.tenant_id,
        id=entry.id,
        lane=entry.lane,
    )
    return row[0] if row else None


async def take_oldest(tx: Tx, tenant: str, before: str, limit: int) -> list[Entry]:
    """Delete the oldest entries, of those with lower ids than `before`, and give them."""
    oldest = [entry for entry in await entries(tx, tenant, "", limit) if entry.id < before]
    await tx.many(
        "DELETE FROM audit_logs WHERE tenant_id = :tenant_id AND id = :id",
        [{"tenant_id": tenant, "id": entry.id} for entry in oldest],
    )
    for each in oldest:
        await count(tx, [each], -1)
    return oldest


async def wipe(tx: Tx, entry: Entry, wiped: bytes) -> None:
    await tx.run(
        "UPDATE audit_logs SET changes = '{}', resource_name = NULL, wiped = :wiped"
        " WHERE tenant_id = :tenant AND id = :id",
        wiped=wiped,
        tenant=entry.tenant_id,
        id=entry.id,
    )


async def advance(tx: Tx, before: Head | None, after: Head) -> bool:
    """Whether the head was still as it was `before`, and is `after` now. Others wait their turn."""
    values = msgspec.structs.asdict(after)
    if before is None:
        return bool(
            await tx.run(
                f"INSERT INTO audit_heads ({_HEAD}) VALUES (:tenant_id, :lane, :last_id,"
                " :last_link, :cut_id, :cut_link, :seal) ON CONFLICT DO NOTHING",
                **values,
            )
        )
    return bool(
        await tx.run(
            "UPDATE audit_heads SET last_id = :last_id, last_link = :last_link, cut_id = :cut_id,"
            " cut_link = :cut_link, seal = :seal"
            " WHERE tenant_id = :tenant_id AND lane = :lane AND seal = :before",
            **values,
            before=before.seal,
        )
    )


async def page(tx: Reader, actor: Actor, wanted: Filter, asked: PageRequest) -> Slice[Entry]:
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
        "surely": surely_since(wanted.begin or 0),
        "surely_not": lowest_at(wanted.end or 0),
        "past": surely_since(wanted.end or 0),
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


def _counter(wanted: Filter) -> Counted | None:
    """Kept for an actor, and for what was done to which type: there are few of those, so all that
    was done to a type, all that was done once, and the whole trail are sums over them. The entries
    of one record are few."""
    if wanted == Filter(actor=wanted.actor, seen=wanted.seen) and wanted.actor is not None:
        seen, unseen = _actor_keys(wanted.actor)
        return "audit_logs.actor", seen if wanted.seen else f"{seen}{counters.OR}{unseen}"
    if wanted == Filter(action=wanted.action, resource_type=wanted.resource_type):
        any_ = counters.ANY
        return "audit_logs.deed", f"{wanted.resource_type or any_}.{wanted.action or any_}"
    return None


def _conditions(wanted: Filter) -> Iterable[str]:
    """Ids are made from the time of the deed or, where the clock was set back, from a later one: so
    a range of times is a range of ids, but for its edges."""
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
    tenant, lane, last_id, last_link, cut_id, cut_link, seal = row
    return Head(tenant, lane, last_id, bytes(last_link), cut_id, bytes(cut_link), bytes(seal))


def _actor_key(entry: Entry) -> str:
    return _actor_keys(entry.actor)[bool(entry.unseen)]


def _actor_keys(actor: str | None) -> tuple[str, str]:
    """Of what may be seen and what not. Actors have slashes in their names too, so these are read
    as they stand, never as beginnings."""
    return f"{actor or ''}/seen", f"{actor or ''}/unseen"
