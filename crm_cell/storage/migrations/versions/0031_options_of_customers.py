"""Level, source and industry of a customer: ids of options."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LEVELLED = sa.text("deleted_at IS NULL AND level IS NOT NULL")


def upgrade() -> None:
    for name in ("level", "source", "industry"):
        op.add_column("customers", sa.Column(name, TEXT, nullable=True))
    op.create_index(
        "customers_by_level",
        "customers",
        ["tenant_id", "level", "id"],
        sqlite_where=LEVELLED,
        postgresql_where=LEVELLED,
    )
