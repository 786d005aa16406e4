"""Indexes for what people sort and filter lists by."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"

LIVE = sa.text("deleted_at IS NULL")
OF_DELETABLE = {
    "customers": ["updated_at"],
    "opportunities": ["stage", "amount_cents", "updated_at"],
    "tasks": ["due_on", "due_at", "status"],
}
OF_OTHERS = {"contracts": ["signed_at"], "payments": ["payment_at"]}


def upgrade() -> None:
    for columns_of, where in ((OF_DELETABLE, LIVE), (OF_OTHERS, None)):
        for table, columns in columns_of.items():
            for column in columns:
                op.create_index(
                    f"{table}_by_{column}",
                    table,
                    ["tenant_id", column, "id"],
                    sqlite_where=where,
                    postgresql_where=where,
                )
