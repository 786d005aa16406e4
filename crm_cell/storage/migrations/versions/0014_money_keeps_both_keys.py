"""Contracts and payments keep the X-Request-ID beside the idempotency key, each unique for ever.

A record that is there already gets its one key for both: which of the two it was is not known, and
refusing a request id too often is better than entering money twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TABLES = ("contracts", "payments")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("request_id", TEXT, nullable=True))
        # An owner that does not inherit from the upkeep role is held by it while it is forced.
        _force(table, "NO FORCE")
        op.execute(f"UPDATE {table} SET request_id = request_key")
        _force(table, "FORCE")
        op.create_index(f"{table}_request_id", table, ["tenant_id", "request_id"], unique=True)


def _force(table: str, how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")
