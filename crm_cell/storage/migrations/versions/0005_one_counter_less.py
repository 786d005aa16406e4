"""Removes the counter of the whole audit log, which is the sum over its types."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:  # for an owner that does not inherit from the maintenance role
        op.execute("ALTER TABLE counters NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM counters WHERE name IN ('audit_logs', 'audit_logs.moves')")
    if postgres:
        op.execute("ALTER TABLE counters FORCE ROW LEVEL SECURITY")
