"""The ids that records have in other systems: one record may have several, of several sources.

An external id stays with its record when that is deleted, and goes with it when it is erased.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from crm_cell.storage.engine import Reader, Tx

_FIND = (
    "SELECT record_id FROM external_ids WHERE tenant_id = :tenant AND kind = :kind"
    " AND source = :source AND external_id = :external_id"
)
_OF_RECORD = (
    "SELECT kind, source, external_id FROM external_ids WHERE tenant_id = :tenant"
    " AND kind = :kind AND record_id = :record ORDER BY source, external_id"
)
# So many in one statement; the names of parameters are made of small letters.
_PARAMETERS = tuple(f"id_{first}{second}" for first in "abcdefghij" for second in "abcdefghij")
_LISTED = ", ".join(f":{name}" for name in _PARAMETERS)
_FIND_MANY = (
    "SELECT external_id, record_id FROM external_ids WHERE tenant_id = :tenant AND kind = :kind"
    f" AND source = :source AND external_id IN ({_LISTED})"
)
_INSERT = (
    "INSERT INTO external_ids (tenant_id, kind, source, external_id, record_id)"
    " VALUES (:tenant, :kind, :source, :external_id, :record) ON CONFLICT DO NOTHING"
)
_GIVE = (
    "UPDATE external_ids SET record_id = :after WHERE tenant_id = :tenant AND kind = :kind"
    " AND source = :source AND external_id = :external_id AND record_id = :before"
)
_DELETE = (
    "DELETE FROM external_ids WHERE tenant_id = :tenant AND kind = :kind AND record_id = :record"
)


class ExternalKey(msgspec.Struct, frozen=True):
    """By which a record of one kind is found. `kind` is the name of its resource."""

    kind: str
    source: str
    external_id: str


async def record_of(tx: Reader, tenant: str, key: ExternalKey) -> str | None:
    """The id of the record, which may be deleted, or not be the caller's to see."""
    row = await tx.fetch_one(_FIND, tenant=tenant, **msgspec.structs.asdict(key))
    return row[0] if row else None


async def records_of(
    tx: Reader, tenant: str, kind: str, source: str, external_ids: Iterable[str]
) -> dict[str, str]:
    """By external id, the ids of the records."""
    found: dict[str, str] = {}
    wanted = iter(external_ids)
    while some := list(islice(wanted, len(_PARAMETERS))):
        named = dict.fromkeys(_PARAMETERS, "") | dict(zip(_PARAMETERS, some, strict=False))
        rows = await tx.fetch_all(_FIND_MANY, tenant=tenant, kind=kind, source=source, **named)
        found |= {row[0]: row[1] for row in rows}
    return found


async def claim_many(tx: Tx, tenant: str, claims: Sequence[tuple[ExternalKey, str]]) -> bool:
    """Give each external id to its record; False where another record has one of them."""
    if not claims:
        return True
    ordered = sorted(claims, key=lambda claimed: claimed[0].external_id)
    await tx.execute_many(
        _INSERT,
        [
            {"tenant": tenant, "record": record, **msgspec.structs.asdict(key)}
            for key, record in ordered
        ],
    )
    first = ordered[0][0]
    wanted = {key.external_id: record for key, record in ordered}
    return wanted == await records_of(tx, tenant, first.kind, first.source, wanted)


async def claim(tx: Tx, tenant: str, key: ExternalKey, record: str) -> bool:
    """Give an external id to a record; False where another has it. Who else claims it meanwhile
    waits until this transaction has ended."""
    values = {"tenant": tenant, "record": record, **msgspec.structs.asdict(key)}
    return bool(await tx.execute(_INSERT, **values))


async def of_record(tx: Reader, tenant: str, kind: str, record: str) -> list[ExternalKey]:
    """In the order of their sources."""
    rows = await tx.fetch_all(_OF_RECORD, tenant=tenant, kind=kind, record=record)
    return [ExternalKey(*row) for row in rows]


async def give(tx: Tx, tenant: str, keys: Iterable[ExternalKey], before: str, after: str) -> None:
    """The ids that one record has, to another."""
    await tx.execute_many(
        _GIVE,
        [
            {"tenant": tenant, "before": before, "after": after, **msgspec.structs.asdict(key)}
            for key in keys
        ],
    )


async def remove(tx: Tx, kind: str, records: Iterable[tuple[str, str]]) -> None:
    """Of records that are erased, by tenant and id; in the role for maintenance."""
    await tx.execute_many(
        _DELETE, [{"tenant": tenant, "kind": kind, "record": record} for tenant, record in records]
    )
