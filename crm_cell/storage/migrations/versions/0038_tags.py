"""The tables `tags`, `tag_revisions` and `record_tags`, and the tags of three kinds of records.

A record keeps the ids of its tags; a row of `record_tags` is what a filter finds it by.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("color", TEXT, nullable=False),
        sa.Column("active", SMALL, nullable=False),
        sa.Column("merged_into", TEXT, nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_table(
        "tag_revisions",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("revision", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "record_tags",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("tag_id", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "tag_id", "record_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("tags", "tag_revisions", "record_tags"):
            protect(table)
    unmerged = sa.text("merged_into IS NULL")
    op.create_index(
        "tags_name",
        "tags",
        ["tenant_id", "name_key"],
        unique=True,
        sqlite_where=unmerged,
        postgresql_where=unmerged,
    )
    for table in ("customers", "contacts", "opportunities"):
        op.add_column(table, sa.Column("tags", TEXT, nullable=True))


def protect(table: str) -> None:
    """Row-level security and rights. A tag is never deleted; records lose theirs."""
    changes = "DELETE" if table == "record_tags" else "UPDATE"
    # Erasing a person deletes the rows of records that are gone.
    maintained = ", DELETE" if table == "record_tags" else ""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT SELECT, INSERT, {changes} ON {table} TO crm_app")
    op.execute(f"GRANT SELECT{maintained} ON {table} TO crm_upkeep")
