"""API keys. Only a hash of each token is stored."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

APP, UPKEEP = "crm_app", "crm_upkeep"


def upgrade() -> None:
    op.create_table(
        "api_keys",
        text("tenant_id"),
        text("id"),
        big("version"),
        big("created_at"),
        big("updated_at"),
        text("name"),
        text("user_id"),
        text("scopes"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        big("expires_at", null=True),
        big("revoked_at", null=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        wall("api_keys", "SELECT, INSERT, UPDATE")


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def big(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, BIG, nullable=null)


def wall(table: str, rights: str) -> None:
    """The row-level security of revision 0002."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO {APP} USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO {UPKEEP} USING (true)")
    op.execute(f"GRANT {rights} ON {table} TO {APP}")
    op.execute(f"GRANT SELECT ON {table} TO {UPKEEP}")
