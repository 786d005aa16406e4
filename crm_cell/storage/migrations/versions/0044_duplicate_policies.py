"""The tables `duplicate_policies`, of what a tenant wants to be done about duplicates, and
`duplicate_keys`, of the keys that transactions hold until they commit."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0047"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "duplicate_policies",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("acts", TEXT, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "duplicate_keys",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("term", TEXT, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", "term"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect("duplicate_policies", "SELECT, INSERT, UPDATE")
        protect("duplicate_keys", "SELECT, INSERT, DELETE")


def protect(table: str, rights: str) -> None:
    """Row-level security and rights."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT {rights} ON {table} TO crm_app")
    op.execute(f"GRANT SELECT ON {table} TO crm_upkeep")
