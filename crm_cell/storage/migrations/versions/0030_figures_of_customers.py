"""Figures of customers that follow from their follow-ups, tasks, opportunities and contracts.

Customers that have none have no value, and are in none of the indexes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0035"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LIVE = "deleted_at IS NULL"
FIGURES: dict[str, Any] = {
    "last_follow_up_at": BIG,
    "last_follow_up_by": TEXT,
    "next_contact_at": TEXT,
    "open_opportunity_count": BIG,
    "open_opportunity_cents": BIG,
    "outstanding_cents": BIG,
}
SORTED_BY = (
    "last_follow_up_at",
    "next_contact_at",
    "open_opportunity_cents",
    "outstanding_cents",
)


READ_AND_WRITTEN = ("customers", "follow_ups", "tasks", "opportunities", "contracts")
OF_CUSTOMER = "c.tenant_id = customers.tenant_id AND c.customer_id = customers.id"
LAST = f"""FROM follow_ups AS c WHERE {OF_CUSTOMER} AND c.deleted_at IS NULL
    AND c.followed_at IS NOT NULL ORDER BY c.followed_at DESC, c.id DESC LIMIT 1"""
OPEN_TASKS = f"FROM tasks AS c WHERE {OF_CUSTOMER} AND c.deleted_at IS NULL AND c.status = 'open'"
OPEN = f"FROM opportunities AS c WHERE {OF_CUSTOMER} AND c.deleted_at IS NULL AND c.status = 1"
OWED = f"""FROM contracts AS c WHERE {OF_CUSTOMER} AND c.status IN (2, 3) AND c.currency = 'CNY'
    AND c.paid_cents < c.amount_cents"""
# In parts, so that no sum leaves the range of an integer.
SUM = """CAST(nullif(CASE WHEN sum(({0}) / 1000000) >= 9223371036854 THEN 9223372036854775807
    ELSE sum(({0}) / 1000000) * 1000000 + sum(({0}) % 1000000) END, 0) AS BIGINT)"""
OPEN_CNY = SUM.format("CASE WHEN c.currency = 'CNY' THEN c.amount_cents ELSE 0 END")
LEFT_TO_PAY = SUM.format("c.amount_cents - c.paid_cents")


def upgrade() -> None:
    for name, kind in FIGURES.items():
        op.add_column("customers", sa.Column(name, kind, nullable=True))
    # Forced row-level security also applies to the tables' owner.
    force("NO FORCE")
    fill()
    force("FORCE")
    for name in SORTED_BY:
        index("customers", (name,), f"{LIVE} AND {name} IS NOT NULL")


def fill() -> None:
    set_figures(f"last_follow_up_at = (SELECT c.followed_at {LAST})", LAST)
    set_figures(f"last_follow_up_by = (SELECT c.created_by {LAST})", LAST)
    set_figures(f"next_contact_at = (SELECT min(c.due) {OPEN_TASKS})", OPEN_TASKS)
    set_figures(f"open_opportunity_count = (SELECT count(*) {OPEN})", OPEN)
    set_figures(f"open_opportunity_cents = (SELECT {OPEN_CNY} {OPEN})", OPEN)
    set_figures(f"outstanding_cents = (SELECT {LEFT_TO_PAY} {OWED})", OWED)


def set_figures(figures: str, rows: str) -> None:
    statement = f"UPDATE customers SET {figures} WHERE EXISTS (SELECT 1 {rows})"
    op.get_bind().exec_driver_sql(statement)


def force(how: str) -> None:
    for table in READ_AND_WRITTEN if op.get_bind().dialect.name == "postgresql" else ():
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


def index(table: str, columns: tuple[str, ...], among: str) -> None:
    where = sa.text(among)
    op.create_index(
        f"{table}_by_{'_'.join(columns)}",
        table,
        ["tenant_id", *columns, "id"],
        sqlite_where=where,
        postgresql_where=where,
    )
