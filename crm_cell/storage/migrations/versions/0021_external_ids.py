"""The table `external_ids`, and in the audit log and in events the origin of a change.

What is there already has no origin.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "external_ids",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "source", "external_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect()
    # Not by the kind first: a planner without statistics would then take it for the other lookup.
    op.create_index("external_ids_by_record", "external_ids", ["tenant_id", "record_id", "kind"])
    for table in ("audit_logs", "events"):
        op.add_column(table, sa.Column("origin", TEXT, nullable=True))


def protect() -> None:
    """Row-level security and rights. Only erasing a person deletes rows."""
    op.execute("ALTER TABLE external_ids ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE external_ids FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_tenant ON external_ids TO crm_app USING (tenant_id = named_tenant())"
    )
    op.execute("CREATE POLICY every_tenant ON external_ids TO crm_upkeep USING (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON external_ids TO crm_app")
    op.execute("GRANT SELECT, DELETE ON external_ids TO crm_upkeep")
