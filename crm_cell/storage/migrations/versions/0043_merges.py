"""The tables of merges: what was merged into what, and the journal by which it can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0038"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("survivor_id", TEXT, nullable=False),
        sa.Column("merged_by", TEXT, nullable=True),
        sa.Column("moved", TEXT, nullable=False),
        sa.Column("taken", TEXT, nullable=True),
        sa.Column("contact_phone", TEXT, nullable=True),
        sa.Column("contact_phone_key", TEXT, nullable=True),
        sa.Column("contact_email", TEXT, nullable=True),
        sa.Column("contact_email_key", TEXT, nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("undone_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_table(
        "merged_customers",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("merge_id", TEXT, nullable=False),
        sa.Column("survivor_id", TEXT, nullable=False),
        sa.Column("merged_at", BIG, nullable=False),
        sa.Column("undone_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "customer_id", "merge_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merge_items",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("merge_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("value_before", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "merge_id", "kind", "record_id", "field"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect("merges", "SELECT, UPDATE")
        protect("merged_customers", "SELECT")
        protect("merge_items", "SELECT, DELETE")
    op.create_index("merges_by_survivor", "merges", ["tenant_id", "survivor_id", "id"])
    op.create_index(
        "merged_customers_by_merge", "merged_customers", ["tenant_id", "merge_id", "customer_id"]
    )


def protect(table: str, upkeep: str) -> None:
    """Row-level security and rights. The maintenance role removes what undoing no longer needs, and
    what was stored of a person who is erased."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO crm_app")
    op.execute(f"GRANT {upkeep} ON {table} TO crm_upkeep")
