"""Follow-ups store their author, and maintenance may purge events.

Existing follow-ups get their author from the audit log, if it still has the entry.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UPKEEP = "crm_upkeep"
READ_AND_WRITTEN = ("follow_ups", "audit_logs")

AUTHORS = """
UPDATE follow_ups SET created_by = (
    SELECT actor FROM audit_logs AS a WHERE a.tenant_id = follow_ups.tenant_id
    AND a.resource_type = 'follow_up' AND a.resource_id = follow_ups.id AND a.action = 'created')
"""


def upgrade() -> None:
    op.add_column("follow_ups", sa.Column("created_by", TEXT, nullable=True))
    # Forced row-level security also applies to the tables' owner.
    force("NO FORCE")
    op.execute(AUTHORS)
    force("FORCE")
    if is_postgres():
        op.execute(f"GRANT DELETE ON events TO {UPKEEP}")


def force(how: str) -> None:
    for table in READ_AND_WRITTEN if is_postgres() else ():
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


def is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"
