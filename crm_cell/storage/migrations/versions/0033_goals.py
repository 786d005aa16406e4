"""The table `goals`, and an index of closed deals by when they were closed."""

import sqlalchemy as sa
from alembic import op

from crm_cell.storage.migrations.new_tables import distribute_new_tables

revision = "0033"
down_revision = "0027"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = "deleted_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "goals",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=True),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("amount_cents", BIG, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("remark", TEXT, nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("deleted_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.CheckConstraint("amount_cents >= 0", name="goals_amount"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect()
    distribute_new_tables(op.get_bind())
    index("goals", "by_owner", ["user_id"], LIVE)
    index("goals", "by_period", ["period"], LIVE)
    index("goals", "live", [], LIVE)
    index("goals", "deleted", ["deleted_at"], "deleted_at IS NOT NULL")
    has_value = f"{LIVE} AND closed_at IS NOT NULL"
    index("opportunities", "by_stage_closed_at", ["stage", "closed_at"], has_value)


def index(table: str, name: str, columns: list[str], where: str) -> None:
    op.create_index(
        f"{table}_{name}",
        table,
        ["tenant_id", *columns, "id"],
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def protect() -> None:
    """Row-level security and rights. Only erasure deletes rows."""
    op.execute("ALTER TABLE goals ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE goals FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY one_tenant ON goals TO crm_app USING (tenant_id = named_tenant())")
    op.execute("CREATE POLICY every_tenant ON goals TO crm_upkeep USING (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON goals TO crm_app")
    op.execute("GRANT SELECT, UPDATE, DELETE ON goals TO crm_upkeep")
