"""The table `customer_members`: users beside its owner who read or change a customer; and indexes
for the columns of an owner's board."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0040"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "customer_members"
LIVE = "deleted_at IS NULL"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("customer_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "customer_id", "user_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect(TABLE)
    op.create_index("customer_members_by_user", TABLE, ["tenant_id", "user_id", "customer_id"])
    board = ["tenant_id", "owner_id", "stage"]
    for column, where in (
        ("expected_close_on", LIVE),
        ("closed_at", f"{LIVE} AND closed_at IS NOT NULL"),
    ):
        op.create_index(
            f"opportunities_by_owner_id_stage_{column}",
            "opportunities",
            [*board, column, "id"],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def protect(table: str) -> None:
    """Row-level security and rights. Those of a customer that is erased or purged are deleted."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO crm_app")
    op.execute(f"GRANT SELECT, DELETE ON {table} TO crm_upkeep")
