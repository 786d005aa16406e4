"""The table `tasks`."""

import sqlalchemy as sa
from alembic import op

from crm_cell.storage.migrations.new_tables import distribute_new_tables

revision = "0018"
down_revision = "0017"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
REFERENCES = {
    "contact_id": "contacts",
    "contract_id": "contracts",
    "customer_id": "customers",
    "follow_up_id": "follow_ups",
    "opportunity_id": "opportunities",
}


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "tasks",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("due_on", TEXT, nullable=True),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("customer_id", TEXT, nullable=True),
        sa.Column("opportunity_id", TEXT, nullable=True),
        sa.Column("contract_id", TEXT, nullable=True),
        sa.Column("contact_id", TEXT, nullable=True),
        sa.Column("follow_up_id", TEXT, nullable=True),
        sa.Column("assignee_id", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("done_at", BIG, nullable=True),
        sa.Column("done_by", TEXT, nullable=True),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("deleted_at", BIG, nullable=True),
        sa.Column("deleted_with", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        *(() if postgres else map(foreign_key, REFERENCES)),
        sqlite_strict=True,
    )
    if postgres:
        protect()
        distribute_new_tables(op.get_bind())  # before its foreign keys
        for column, parent in REFERENCES.items():
            op.create_foreign_key(None, "tasks", parent, ["tenant_id", column], ["tenant_id", "id"])
    op.create_index(
        "tasks_by_contact",
        "tasks",
        ["tenant_id", "contact_id", "id"],
        sqlite_where=sa.text("contact_id IS NOT NULL"),
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )
    op.create_index(
        "tasks_by_contract",
        "tasks",
        ["tenant_id", "contract_id", "id"],
        sqlite_where=sa.text("contract_id IS NOT NULL"),
        postgresql_where=sa.text("contract_id IS NOT NULL"),
    )
    op.create_index("tasks_by_customer", "tasks", ["tenant_id", "customer_id", "id"])
    op.create_index(
        "tasks_by_follow_up",
        "tasks",
        ["tenant_id", "follow_up_id", "id"],
        sqlite_where=sa.text("follow_up_id IS NOT NULL"),
        postgresql_where=sa.text("follow_up_id IS NOT NULL"),
    )
    op.create_index(
        "tasks_by_opportunity",
        "tasks",
        ["tenant_id", "opportunity_id", "id"],
        sqlite_where=sa.text("opportunity_id IS NOT NULL"),
        postgresql_where=sa.text("opportunity_id IS NOT NULL"),
    )
    op.create_index(
        "tasks_by_owner",
        "tasks",
        ["tenant_id", "assignee_id", "id"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "tasks_live",
        "tasks",
        ["tenant_id", "id"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def foreign_key(column: str) -> sa.ForeignKeyConstraint:
    parent = [f"{REFERENCES[column]}.tenant_id", f"{REFERENCES[column]}.id"]
    return sa.ForeignKeyConstraint(["tenant_id", column], parent)


def protect() -> None:
    """Row-level security and rights. Only erasure deletes rows."""
    op.execute("ALTER TABLE tasks ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE tasks FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY one_tenant ON tasks TO crm_app USING (tenant_id = named_tenant())")
    op.execute("CREATE POLICY every_tenant ON tasks TO crm_upkeep USING (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON tasks TO crm_app")
    op.execute("GRANT SELECT, UPDATE, DELETE ON tasks TO crm_upkeep")
