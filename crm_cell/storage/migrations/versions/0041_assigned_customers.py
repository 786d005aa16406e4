"""The column `customers.assigned_at`: when somebody else made the owner of a customer its owner."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0042"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ASSIGNED = sa.text("deleted_at IS NULL AND assigned_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("customers", sa.Column("assigned_at", BIG, nullable=True))
    op.create_index(
        "customers_by_assigned_at",
        "customers",
        ["tenant_id", "assigned_at", "id"],
        sqlite_where=ASSIGNED,
        postgresql_where=ASSIGNED,
    )
