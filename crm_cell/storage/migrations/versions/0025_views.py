"""The table `views`."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0026"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "views",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("resource", TEXT, nullable=False),
        sa.Column("layout", TEXT, nullable=False),
        sa.Column("filter", TEXT, nullable=True),
        sa.Column("sort", TEXT, nullable=True),
        sa.Column("columns", TEXT, nullable=False),
        sa.Column("group_by", TEXT, nullable=True),
        sa.Column("visibility", TEXT, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("owner_id", TEXT, nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("deleted_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect()
    op.create_index(
        "views_by_owner",
        "views",
        ["tenant_id", "owner_id", "id"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "views_live",
        "views",
        ["tenant_id", "id"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def protect() -> None:
    """Row-level security and rights. Only erasure deletes rows."""
    op.execute("ALTER TABLE views ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE views FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY one_tenant ON views TO crm_app USING (tenant_id = named_tenant())")
    op.execute("CREATE POLICY every_tenant ON views TO crm_upkeep USING (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON views TO crm_app")
    op.execute("GRANT SELECT, UPDATE, DELETE ON views TO crm_upkeep")
