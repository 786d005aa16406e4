"""Indexes for what happened at a customer, newest first, and for deleted records."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0025"

LIVE = sa.text("deleted_at IS NULL")
DELETED = sa.text("deleted_at IS NOT NULL")
DELETABLE = ("customers", "contacts", "opportunities", "follow_ups", "tasks", "views")
HAPPENED_AT = {"follow_ups": "followed_at", "tasks": "done_at"}


def upgrade() -> None:
    for table, column in HAPPENED_AT.items():
        op.create_index(
            f"{table}_by_customer_id_{column}",
            table,
            ["tenant_id", "customer_id", column, "id"],
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        )
    for table in DELETABLE:
        op.create_index(
            f"{table}_deleted",
            table,
            ["tenant_id", "deleted_at", "id"],
            sqlite_where=DELETED,
            postgresql_where=DELETED,
        )
