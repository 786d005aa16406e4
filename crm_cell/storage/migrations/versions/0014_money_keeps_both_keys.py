"""Contracts and payments store the X-Request-ID beside the idempotency key, both unique for ever.

An existing record gets its one key for both, because it is unknown which of the two it was, and
refusing a request id too often is better than recording money twice.
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
        # Forced row-level security also applies to an owner outside the maintenance role.
        _force(table, "NO FORCE")
        op.execute(f"UPDATE {table} SET request_id = request_key")
        _force(table, "FORCE")
        op.create_index(f"{table}_request_id", table, ["tenant_id", "request_id"], unique=True)


def _force(table: str, how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")
