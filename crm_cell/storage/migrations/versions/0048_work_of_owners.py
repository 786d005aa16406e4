"""Indexes for the customers of one owner in the order of what is to be done with them.

A new customer is in neither of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0046"

COLUMNS = ("last_follow_up_at", "next_contact_at")


def upgrade() -> None:
    for column in COLUMNS:
        where = sa.text(f"deleted_at IS NULL AND {column} IS NOT NULL")
        op.create_index(
            f"customers_by_owner_id_{column}",
            "customers",
            ["tenant_id", "owner_id", column, "id"],
            sqlite_where=where,
            postgresql_where=where,
        )
