"""The column `customers.parent_id`: the company that a customer is a subsidiary of."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0043"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NAMED = sa.text("parent_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("customers", sa.Column("parent_id", TEXT, nullable=True))
    op.create_index(
        "customers_by_parent",
        "customers",
        ["tenant_id", "parent_id", "id"],
        sqlite_where=NAMED,
        postgresql_where=NAMED,
    )
