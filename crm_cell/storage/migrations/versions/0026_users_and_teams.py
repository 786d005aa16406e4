"""The tables `users`, `teams`, `team_members` and `team_reach`.

A row of `team_reach` says that a leader sees the records of a user. The service writes it again
when teams change, so that a list asks for one index and not for a tree.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0034"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("locale", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("email_key", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_table(
        "teams",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("parent_id", TEXT, nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_table(
        "team_members",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("team_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "team_id", "user_id", "role"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "team_reach",
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("leader_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "leader_id", "user_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("users", "teams", "team_members", "team_reach"):
            protect(table)
    op.create_index("users_user_id", "users", ["tenant_id", "user_id"], unique=True)
    op.create_index("users_by_status", "users", ["tenant_id", "status", "id"])
    op.create_index("team_members_by_user", "team_members", ["tenant_id", "user_id"])


def protect(table: str) -> None:
    """Row-level security and rights. A user is never deleted: records name them for ever."""
    deletes = "" if table == "users" else ", DELETE"
    updates = ", UPDATE" if table in ("users", "teams") else ""
    maintained = ", UPDATE" if table == "users" else ""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO crm_app USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO crm_upkeep USING (true)")
    op.execute(f"GRANT SELECT, INSERT{updates}{deletes} ON {table} TO crm_app")
    # The rotation of keys encrypts e-mail addresses again.
    op.execute(f"GRANT SELECT{maintained} ON {table} TO crm_upkeep")
