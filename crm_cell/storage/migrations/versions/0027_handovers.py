"""The tables `handovers` and `handover_items`: who got what of a user who left."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0031"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("from_user", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("undone_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_table(
        "handover_items",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("handover_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "handover_id", "kind", "record_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("handovers", "handover_items"):
            protect(table)


def protect(table: str) -> None:
    """Row-level security and rights."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO crm_app")
    op.execute(f"GRANT SELECT ON {table} TO crm_upkeep")
