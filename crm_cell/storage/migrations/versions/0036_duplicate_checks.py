"""Counts the checks for duplicates per restricted user, on the day of the last one."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0033"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APP, UPKEEP = "crm_app", "crm_upkeep"


def upgrade() -> None:
    op.create_table(
        "duplicate_check_counts",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("day", BIG, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "actor"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        wall("duplicate_check_counts")


def wall(table: str) -> None:
    """The row-level security of revision 0002."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO {APP} USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO {UPKEEP} USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP}")
    op.execute(f"GRANT SELECT ON {table} TO {UPKEEP}")
