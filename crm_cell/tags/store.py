"""SQL of tags, and of which records have them."""

from collections.abc import Iterable, Sequence

import msgspec

from crm_cell.fields.tagging import tag_ids
from crm_cell.kernel.ids import new_id
from crm_cell.storage.engine import Reader, Tx
from crm_cell.tags.tags import Tag

_COLUMNS = ", ".join(Tag.__struct_fields__)
_INSERT = (
    "INSERT INTO tags (tenant_id, id, version, name, name_key, color, active, merged_into,"
    " created_at, updated_at) VALUES (:tenant_id, :id, :version, :name, :name_key, :color,"
    " :active, :merged_into, :created_at, :updated_at)"
)

Tagged = tuple[str, str, str | None, str | None]
"""Tenant and id of a record, its tags before and after."""


async def revision(tx: Reader, tenant: str) -> str | None:
    """Another one after each change; None before the first. A transaction that writes keeps others
    from changing tags before it ends, so that no record gets one that was merged meanwhile."""
    row = await tx.fetch_one(
        f"SELECT revision FROM tag_revisions WHERE tenant_id = :tenant{tx.for_share}",
        tenant=tenant,
    )
    return row[0] if row else None


async def touch(tx: Tx, tenant: str) -> None:
    """Waits for those who are writing tags of records."""
    await tx.execute(
        "INSERT INTO tag_revisions (tenant_id, revision) VALUES (:tenant, :revision)"
        " ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision",
        tenant=tenant,
        revision=new_id(tx.id_time),
    )


async def every(tx: Reader, tenant: str) -> list[Tag]:
    """Also those that were merged."""
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM tags WHERE tenant_id = :tenant", tenant=tenant
    )
    return [
        msgspec.structs.replace(tag, active=bool(tag.active)) for tag in (Tag(*r) for r in rows)
    ]


async def insert(tx: Tx, tag: Tag) -> None:
    """Raises UniqueViolation."""
    row = msgspec.structs.asdict(tag) | {"active": int(tag.active)}
    await tx.execute(_INSERT, **row)


async def update(tx: Tx, tag: Tag) -> None:
    """Raises UniqueViolation."""
    await tx.execute(
        "UPDATE tags SET version = :version, name = :name, name_key = :name_key, color = :color,"
        " active = :active, merged_into = :merged_into, updated_at = :updated_at"
        " WHERE tenant_id = :tenant AND id = :id",
        version=tag.version,
        name=tag.name,
        name_key=tag.name_key,
        color=tag.color,
        active=int(tag.active),
        merged_into=tag.merged_into,
        updated_at=tag.updated_at,
        tenant=tag.tenant_id,
        id=tag.id,
    )


async def merge_merged(tx: Tx, tag: Tag, into: str) -> None:
    """What was merged into a tag goes along with it."""
    await tx.execute(
        "UPDATE tags SET merged_into = :into WHERE tenant_id = :tenant AND merged_into = :id",
        into=into,
        tenant=tag.tenant_id,
        id=tag.id,
    )


# Records


async def follow(tx: Tx, changed: Iterable[Tagged]) -> None:
    """Writes the rows by which records are found by their tags."""
    gone: list[dict[str, object]] = []
    new: list[dict[str, object]] = []
    for tenant, record, before, after in changed:
        had, has = tag_ids(before), tag_ids(after)
        key: dict[str, object] = {"tenant": tenant, "record": record}
        gone += [key | {"tag": each} for each in had if each not in has]
        new += [key | {"tag": each} for each in has if each not in had]
    if gone:
        await tx.execute_many(
            "DELETE FROM record_tags WHERE tenant_id = :tenant AND tag_id = :tag"
            " AND record_id = :record",
            gone,
        )
    if new:
        await tx.execute_many(
            "INSERT INTO record_tags (tenant_id, tag_id, record_id)"
            " VALUES (:tenant, :tag, :record)",
            new,
        )


async def records_with(tx: Reader, tenant: str, tag_id: str, *, limit: int) -> Sequence[str]:
    """Ids of records of any resource, deleted ones included."""
    rows = await tx.fetch_all(
        "SELECT record_id FROM record_tags WHERE tenant_id = :tenant AND tag_id = :tag"
        " ORDER BY record_id LIMIT :limit",
        tenant=tenant,
        tag=tag_id,
        limit=limit,
    )
    return [row[0] for row in rows]
