"""Deleted records can be restored, together with records that were deleted with them.

`deleted_with` is the customer that a record was deleted with, NULL if it was deleted by itself.
`erased_at` marks persons that are being erased or have been erased: they cannot be restored.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
DELETED_WITH = ("contacts", "opportunities", "follow_ups")
ERASED = ("customers", "contacts")

# One transaction deletes a customer and its records, with the same time.
TOGETHER = """
UPDATE {table} SET deleted_with = customer_id WHERE deleted_at IS NOT NULL AND deleted_at = (
    SELECT c.deleted_at FROM customers AS c
    WHERE c.tenant_id = {table}.tenant_id AND c.id = {table}.customer_id)
"""
# The name of an erased customer whose row remains because of contracts.
ANONYMOUS = """
UPDATE customers SET erased_at = updated_at WHERE name = '已抹除 ' || substr(id, 25)
"""


def upgrade() -> None:
    for table in DELETED_WITH:
        op.add_column(table, sa.Column("deleted_with", TEXT, nullable=True))
    for table in ERASED:
        op.add_column(table, sa.Column("erased_at", BIG, nullable=True))
    force("NO FORCE")
    for table in DELETED_WITH:
        op.execute(TOGETHER.format(table=table))
    op.execute(ANONYMOUS)
    force("FORCE")


def force(how: str) -> None:
    """Forced row-level security also applies to an owner that does not inherit from the maintenance
    role."""
    if op.get_bind().dialect.name == "postgresql":
        for table in {*DELETED_WITH, *ERASED}:
            op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")
