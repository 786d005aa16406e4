"""The tables `notifications`, and `task_reminders` of those that have not come yet."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0036"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("occasion", BIG, nullable=False),
        sa.Column("sender", TEXT, nullable=True),
        sa.Column("many", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("read_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    # One notification for each occasion, however many processes see it.
    op.create_index(
        "notifications_once",
        "notifications",
        ["tenant_id", "user_id", "kind", "record_id", "occasion"],
        unique=True,
    )
    op.create_index("notifications_by_user", "notifications", ["tenant_id", "user_id", "id"])
    op.create_index(
        "notifications_unread",
        "notifications",
        ["tenant_id", "user_id", "id"],
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )
    op.create_table(
        "task_reminders",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("task_id", TEXT, nullable=False),
        sa.Column("remind_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "task_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    # For all tenants at once: what is due is at its beginning.
    op.create_index("task_reminders_due", "task_reminders", ["remind_at", "tenant_id", "task_id"])
    if op.get_bind().dialect.name == "postgresql":
        protect("notifications", app="SELECT, INSERT, UPDATE")
        protect("task_reminders", app="SELECT, INSERT, UPDATE, DELETE")


def protect(table: str, *, app: str) -> None:
    """Row-level security and rights. Maintenance purges what is old, and finds what is due."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT {app} ON {table} TO crm_app")
    op.execute(f"GRANT SELECT, DELETE ON {table} TO crm_upkeep")
