"""Tasks remind and repeat, and have one column to sort by when they are due."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = sa.text("deleted_at IS NULL")
# As the service writes times: in UTC, with milliseconds.
SQLITE_TIME = """strftime('%Y-%m-%dT%H:%M:%S', due_at / 1000 - (due_at % 1000 < 0), 'unixepoch')
 || printf('.%03dZ', (due_at % 1000 + 1000) % 1000)"""
POSTGRES_TIME = """to_char(to_timestamp(floor(due_at / 1000.0)) AT TIME ZONE 'UTC',
 'YYYY-MM-DD"T"HH24:MI:SS') || '.' || lpad(((due_at % 1000 + 1000) % 1000)::text, 3, '0') || 'Z'"""


def upgrade() -> None:
    op.add_column("tasks", sa.Column("due", TEXT, nullable=True))
    op.add_column("tasks", sa.Column("remind_at", BIG, nullable=True))
    op.add_column("tasks", sa.Column("repeat", TEXT, nullable=True))
    postgres = op.get_bind().dialect.name == "postgresql"
    # Forced row-level security also applies to the owner of the table.
    force("NO FORCE", postgres=postgres)
    op.execute(f"UPDATE tasks SET due = coalesce(due_on, {time(postgres=postgres)})")
    force("FORCE", postgres=postgres)
    for columns in (["status", "due"], ["assignee_id", "status", "due"]):
        op.create_index(
            f"tasks_by_{'_'.join(columns)}",
            "tasks",
            ["tenant_id", *columns, "id"],
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        )


def time(*, postgres: bool) -> str:
    return POSTGRES_TIME if postgres else SQLITE_TIME


def force(how: str, *, postgres: bool) -> None:
    if postgres:
        op.execute(f"ALTER TABLE tasks {how} ROW LEVEL SECURITY")
