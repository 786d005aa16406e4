"""Lets the service note in the search index that all of it is written.

The note belongs to no tenant, so maintenance writes it. Without it, the service rebuilds the
index.
"""

from alembic import op

revision = "0042"
down_revision = "0045"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("GRANT INSERT ON search_entries TO crm_upkeep")
