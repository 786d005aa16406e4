"""The column `customers.assigned_at`: when somebody else made the owner of a customer its owner.
The table `calendar_feeds`: the tokens of the calendars of users, as hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0042"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ASSIGNED = sa.text("deleted_at IS NULL AND assigned_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("customers", sa.Column("assigned_at", BIG, nullable=True))
    op.create_index(
        "customers_by_owner_id_assigned_at",
        "customers",
        ["tenant_id", "owner_id", "assigned_at", "id"],
        sqlite_where=ASSIGNED,
        postgresql_where=ASSIGNED,
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "calendar_feeds_token_hash", "calendar_feeds", ["tenant_id", "token_hash"], unique=True
    )
    if op.get_bind().dialect.name == "postgresql":
        protect("calendar_feeds")


def protect(table: str) -> None:
    """Row-level security and rights. A token that is revoked is deleted."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO crm_app")
    op.execute(f"GRANT SELECT ON {table} TO crm_upkeep")
