"""The tables `duplicate_pairs`, of customers that may be the same, and `duplicate_searches`, of how
far the search for them has come."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0044"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "duplicate_pairs",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("one_id", TEXT, nullable=False),
        sa.Column("other_id", TEXT, nullable=False),
        sa.Column("found_at", BIG, nullable=False),
        sa.Column("dismissed_at", BIG, nullable=True),
        sa.Column("dismissed_by", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "duplicate_searches",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("changed_at", BIG, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect("duplicate_pairs", "SELECT, INSERT, UPDATE, DELETE", "SELECT, DELETE")
        protect("duplicate_searches", "SELECT, INSERT, UPDATE", "SELECT")
    op.create_index(
        "duplicate_pairs_by_customers",
        "duplicate_pairs",
        ["tenant_id", "one_id", "other_id"],
        unique=True,
    )
    op.create_index("duplicate_pairs_by_other", "duplicate_pairs", ["tenant_id", "other_id"])


def protect(table: str, rights: str, upkeep: str) -> None:
    """Row-level security and rights. Pairs that are none any more are deleted, and with a customer
    that is erased or purged those that it is one of."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT {rights} ON {table} TO crm_app")
    op.execute(f"GRANT {upkeep} ON {table} TO crm_upkeep")
