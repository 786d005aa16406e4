"""The tables `options` and `option_revisions`: the options that a tenant has changed or added."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0041"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "options",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("option_id", TEXT, nullable=False),
        sa.Column("label_zh", TEXT, nullable=False),
        sa.Column("label_en", TEXT, nullable=False),
        sa.Column("color", TEXT, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("active", SMALL, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("removed", SMALL, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "field", "option_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "option_revisions",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("revision", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("options", "option_revisions"):
            protect(table)


def protect(table: str) -> None:
    """Row-level security and rights. Nothing is deleted: an option that was may be added again."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO crm_app")
    op.execute(f"GRANT SELECT ON {table} TO crm_upkeep")
