"""A register of the tenants that have an audit log, and of its shards.

Existing ones are registered without a MAC, which `crm-cell audit seal` adds.
"""

from itertools import groupby

import sqlalchemy as sa
from alembic import op

from crm_cell.storage.migrations.new_tables import distribute_new_tables

revision = "0017"
down_revision = "0016"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APP, UPKEEP = "crm_app", "crm_upkeep"


def upgrade() -> None:
    table = op.create_table(
        "audit_register",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("lanes", TEXT, nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if is_postgres():
        wall("audit_register")
    distribute_new_tables(op.get_bind())  # before its first row
    rows = registered()
    if rows:
        force("audit_register", "NO FORCE")
        op.bulk_insert(table, rows)
        force("audit_register", "FORCE")


def registered() -> list[dict[str, object]]:
    """The tenants that have a chain, and a row with an empty tenant id that counts them."""
    force("audit_heads", "NO FORCE")
    found = (
        op.get_bind()
        .execute(sa.text("SELECT tenant_id, lane FROM audit_heads ORDER BY tenant_id, lane"))
        .fetchall()
    )
    force("audit_heads", "FORCE")
    by_tenant = groupby(found, key=lambda row: str(row[0]))
    rows = [
        row(tenant, number, [str(lane) for _, lane in lanes])
        for number, (tenant, lanes) in enumerate(by_tenant, 1)
    ]
    return [*rows, row("", len(rows), [])] if rows else []


def row(tenant: str, number: int, lanes: list[str]) -> dict[str, object]:
    text = ",".join(lanes)
    return {"tenant_id": tenant, "number": number, "lanes": text, "seal": b""}


def wall(table: str) -> None:
    """The row-level security of revision 0002, except that every tenant may update the count of
    tenants."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_tenant ON {table} TO {APP}"
        " USING (tenant_id = named_tenant() OR tenant_id = '')"
    )
    op.execute(f"CREATE POLICY every_tenant ON {table} TO {UPKEEP} USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP}, {UPKEEP}")


def force(table: str, how: str) -> None:
    """Forced row-level security also applies to an owner that does not inherit from the maintenance
    role."""
    if is_postgres():
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


def is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"
