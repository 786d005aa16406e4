"""The table `search_entries`: the terms under which records are found.

On SQLite the terms are in a full-text table beside it, see storage/sqlite/search_terms.py.
`crm-cell reindex` makes the entries of records that are there already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from crm_cell.storage.migrations.new_tables import distribute_new_tables

revision = "0019"
down_revision = "0018"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = ["tenant_id", "kind", "record_id"]


def upgrade() -> None:
    columns = [sa.Column(name, TEXT, nullable=False) for name in KEY]
    if op.get_bind().dialect.name == "postgresql":
        op.create_table(
            "search_entries",
            *columns,
            sa.Column("terms", ARRAY(sa.Integer), nullable=False),
            sa.PrimaryKeyConstraint(*KEY),
        )
        protect()
        distribute_new_tables(op.get_bind())
        op.create_index(
            "search_entries_by_term", "search_entries", ["terms"], postgresql_using="gin"
        )
    else:
        # A number of its own, which VACUUM leaves as it is.
        op.create_table(
            "search_entries",
            *columns,
            sa.Column("entry", sa.Integer, primary_key=True),
            sqlite_strict=True,
        )
        op.create_index("search_entries_key", "search_entries", KEY, unique=True)


def protect() -> None:
    """Row-level security and rights. PostgreSQL uses no index over terms for rows that a policy
    may hide, since `@>` is not leakproof. So SELECT hides none: see decision 36. Only
    erasing a person deletes rows."""
    op.execute("ALTER TABLE search_entries ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE search_entries FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY all_entries ON search_entries FOR SELECT TO crm_app USING (true)")
    op.execute(
        "CREATE POLICY one_tenant_adds ON search_entries FOR INSERT TO crm_app"
        " WITH CHECK (tenant_id = named_tenant())"
    )
    op.execute(
        "CREATE POLICY one_tenant_changes ON search_entries FOR UPDATE TO crm_app"
        " USING (tenant_id = named_tenant())"
    )
    op.execute("CREATE POLICY every_tenant ON search_entries TO crm_upkeep USING (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON search_entries TO crm_app")
    op.execute("GRANT SELECT, DELETE ON search_entries TO crm_upkeep")
