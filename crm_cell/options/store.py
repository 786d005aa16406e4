"""SQL of the options that a tenant has changed or added."""

from typing import Any

from crm_cell.kernel.ids import new_id
from crm_cell.options.options import Option
from crm_cell.storage.engine import Reader, Tx

_COLUMNS = (
    "field, option_id, label_zh, label_en, color, position, active, version, updated_at, removed"
)
_UPSERT = (
    "INSERT INTO options (tenant_id, field, option_id, label_zh, label_en, color, position,"
    " active, version, updated_at, removed) VALUES (:tenant, :field, :option, :label_zh,"
    " :label_en, :color, :position, :active, :version, :updated_at, :removed)"
    " ON CONFLICT (tenant_id, field, option_id) DO UPDATE SET label_zh = excluded.label_zh,"
    " label_en = excluded.label_en, color = excluded.color, position = excluded.position,"
    " active = excluded.active, version = excluded.version, updated_at = excluded.updated_at,"
    " removed = excluded.removed"
)


async def revision(tx: Reader, tenant: str) -> str | None:
    """Another one after each change; None before the first. A transaction that writes keeps others
    from changing options before it ends, so that no record gets one that was deleted meanwhile."""
    row = await tx.fetch_one(
        f"SELECT revision FROM option_revisions WHERE tenant_id = :tenant{tx.for_share}",
        tenant=tenant,
    )
    return row[0] if row else None


async def changed(tx: Reader, tenant: str) -> dict[tuple[str, str], Option]:
    """By field and id, also those that were deleted."""
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM options WHERE tenant_id = :tenant", tenant=tenant
    )
    return {(row[0], row[1]): _option(row) for row in rows}


async def touch(tx: Tx, tenant: str) -> None:
    """Waits for those who are writing options of records."""
    await tx.execute(
        "INSERT INTO option_revisions (tenant_id, revision) VALUES (:tenant, :revision)"
        " ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision",
        tenant=tenant,
        revision=new_id(tx.id_time),
    )


async def write(tx: Tx, tenant: str, option: Option) -> None:
    await tx.execute(
        _UPSERT,
        tenant=tenant,
        field=option.field,
        option=option.option_id,
        label_zh=option.label[0],
        label_en=option.label[1],
        color=option.color,
        position=option.position,
        active=int(option.active),
        version=option.version,
        updated_at=option.updated_at,
        removed=int(option.removed),
    )


def _option(row: tuple[Any, ...]) -> Option:
    field, option_id, chinese, english, color, position, active, version, updated_at, removed = row
    return Option(
        field,
        option_id,
        (chinese, english),
        color,
        position,
        bool(active),
        version,
        updated_at,
        bool(removed),
    )
