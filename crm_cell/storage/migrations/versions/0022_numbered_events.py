"""Events have a number in the order of the changes feed, and say what the feed needs to know.

Those that are there are numbered in the order of their ids.
"""

from secrets import token_bytes

import sqlalchemy as sa
from alembic import op

from crm_cell.storage.migrations.new_tables import distribute_new_tables

revision = "0022"
down_revision = "0021"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SECRET_BYTES = 16
APP, MAINTENANCE = "crm_app", "crm_upkeep"

NUMBER = """
UPDATE events SET change_no = numbered.change_no FROM (
    SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id ORDER BY id) AS change_no
    FROM events) AS numbered
WHERE events.tenant_id = numbered.tenant_id AND events.id = numbered.id
"""
LAST = "SELECT tenant_id, max(change_no) FROM events GROUP BY tenant_id"


def upgrade() -> None:
    op.add_column("events", sa.Column("change_no", BIG, nullable=True))
    op.add_column("events", sa.Column("details", TEXT, nullable=True))
    heads = op.create_table(
        "change_heads",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("last_no", BIG, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if is_postgres():
        protect("change_heads")
    distribute_new_tables(op.get_bind())  # before its first row
    force("events", "NO FORCE")
    op.execute(NUMBER)
    rows = [
        {"tenant_id": tenant, "last_no": last, "secret": token_bytes(SECRET_BYTES)}
        for tenant, last in op.get_bind().execute(sa.text(LAST))
    ]
    force("events", "FORCE")
    if rows:
        force("change_heads", "NO FORCE")
        op.bulk_insert(heads, rows)
        force("change_heads", "FORCE")
    numbered, unnumbered = sa.text("change_no IS NOT NULL"), sa.text("change_no IS NULL")
    op.create_index(
        "events_by_change_no",
        "events",
        ["tenant_id", "change_no"],
        unique=True,
        sqlite_where=numbered,
        postgresql_where=numbered,
    )
    op.create_index(
        "events_unnumbered",
        "events",
        ["tenant_id", "id"],
        sqlite_where=unnumbered,
        postgresql_where=unnumbered,
    )


def protect(table: str) -> None:
    """Row-level security and rights. Requests read the last number; maintenance gives numbers."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO {APP} USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO {MAINTENANCE} USING (true)")
    op.execute(f"GRANT SELECT ON {table} TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {MAINTENANCE}")


def force(table: str, how: str) -> None:
    """Row-level security, while it is forced, also applies to an owner that does not inherit from
    the maintenance role."""
    if is_postgres():
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


def is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"
