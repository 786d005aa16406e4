"""SQL of handovers and of what they have given to whom."""

from collections.abc import Iterable, Sequence

import msgspec

from crm_cell.storage.engine import Reader, Tx

GIVEN, RETURNED, SKIPPED = "given", "returned", "skipped"
# So many in one statement; names of parameters consist of lower-case letters.
_PARAMETERS = tuple(f"id_{first}{second}" for first in "abcdefgh" for second in "abcdefgh")
_LISTED = ", ".join(f":{name}" for name in _PARAMETERS)


class Handover(msgspec.Struct, frozen=True):
    tenant_id: str
    id: str
    version: int
    from_user: str
    plan: str
    """What to give to whom, as JSON."""
    created_at: int
    updated_at: int
    undone_at: int | None


class Given(msgspec.Struct, frozen=True):
    """One record, and who got it."""

    kind: str
    """The table of its resource."""
    record_id: str
    user_id: str
    state: str = GIVEN


_COLUMNS = ", ".join(Handover.__struct_fields__)


async def find(tx: Reader, tenant: str, identifier: str) -> Handover | None:
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM handovers WHERE tenant_id = :tenant AND id = :id{tx.for_update}",
        tenant=tenant,
        id=identifier,
    )
    return Handover(*row) if row else None


async def page(tx: Reader, tenant: str, before: str, limit: int) -> list[Handover]:
    """Those with smaller ids, newest first."""
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM handovers WHERE tenant_id = :tenant AND id < :before"
        " ORDER BY id DESC LIMIT :limit",
        tenant=tenant,
        before=before,
        limit=limit,
    )
    return [Handover(*row) for row in rows]


async def beginner(tx: Reader, handover: Handover) -> str | None:
    """Who began it, as far back as the audit log reaches."""
    row = await tx.fetch_one(
        "SELECT actor FROM audit_logs WHERE tenant_id = :tenant AND resource_type = 'handover'"
        " AND resource_id = :handover AND action = 'created'",
        tenant=handover.tenant_id,
        handover=handover.id,
    )
    return row[0] if row else None


async def insert(tx: Tx, handover: Handover) -> None:
    await tx.execute(
        "INSERT INTO handovers (tenant_id, id, version, from_user, plan, created_at, updated_at,"
        " undone_at) VALUES (:tenant_id, :id, :version, :from_user, :plan, :created_at,"
        " :updated_at, :undone_at)",
        **msgspec.structs.asdict(handover),
    )


async def update(tx: Tx, handover: Handover) -> None:
    await tx.execute(
        "UPDATE handovers SET version = :version, updated_at = :updated_at,"
        " undone_at = :undone_at WHERE tenant_id = :tenant_id AND id = :id",
        version=handover.version,
        updated_at=handover.updated_at,
        undone_at=handover.undone_at,
        tenant_id=handover.tenant_id,
        id=handover.id,
    )


async def add(tx: Tx, handover: Handover, items: Sequence[Given]) -> None:
    await tx.execute_many(
        "INSERT INTO handover_items (tenant_id, handover_id, kind, record_id, user_id, state)"
        " VALUES (:tenant, :handover, :kind, :record, :user, :state)",
        [_row(handover, each) for each in items],
    )


async def settle(tx: Tx, handover: Handover, items: Sequence[Given]) -> None:
    """Writes the states of these items."""
    await tx.execute_many(
        "UPDATE handover_items SET state = :state WHERE tenant_id = :tenant"
        " AND handover_id = :handover AND kind = :kind AND record_id = :record",
        [_row(handover, each) for each in items],
    )


async def given(tx: Reader, handover: Handover, *, limit: int) -> list[Given]:
    """Some that are neither returned nor skipped."""
    rows = await tx.fetch_all(
        "SELECT kind, record_id, user_id, state FROM handover_items WHERE tenant_id = :tenant"
        " AND handover_id = :handover AND state = :state ORDER BY kind, record_id LIMIT :limit",
        tenant=handover.tenant_id,
        handover=handover.id,
        state=GIVEN,
        limit=limit,
    )
    return [Given(*row) for row in rows]


async def counts(tx: Reader, handover: Handover) -> dict[tuple[str, str], int]:
    """By kind and state."""
    rows = await tx.fetch_all(
        "SELECT kind, state, count(*) FROM handover_items WHERE tenant_id = :tenant"
        " AND handover_id = :handover GROUP BY kind, state",
        tenant=handover.tenant_id,
        handover=handover.id,
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


async def receivers(
    tx: Reader, handover: Handover, kind: str, records: Iterable[str]
) -> dict[str, str]:
    """By record, who got it in this handover."""
    found: dict[str, str] = {}
    wanted = sorted(set(records))
    for begin in range(0, len(wanted), len(_PARAMETERS)):
        some = wanted[begin : begin + len(_PARAMETERS)]
        rows = await tx.fetch_all(
            "SELECT record_id, user_id FROM handover_items WHERE tenant_id = :tenant"
            f" AND handover_id = :handover AND kind = :kind AND record_id IN ({_LISTED})",
            tenant=handover.tenant_id,
            handover=handover.id,
            kind=kind,
            **dict.fromkeys(_PARAMETERS, "") | dict(zip(_PARAMETERS, some, strict=False)),
        )
        found |= {row[0]: row[1] for row in rows}
    return found


def _row(handover: Handover, item: Given) -> dict[str, str]:
    return {
        "tenant": handover.tenant_id,
        "handover": handover.id,
        "kind": item.kind,
        "record": item.record_id,
        "user": item.user_id,
        "state": item.state,
    }
