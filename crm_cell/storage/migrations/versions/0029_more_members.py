"""What a business needs to know of customers, contacts and follow-ups.

Rows that were there happened when they were written down. All columns may be empty, since a
process of the release before writes rows without them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0024"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LIVE = "deleted_at IS NULL"
TEXTS = {
    "customers": ("short_name", "uscc", "region", "address", "website", "remark"),
    "contacts": (
        "title",
        "department",
        "wechat",
        "wechat_key",
        "role",
        "birthday",
        "birthday_key",
        "remark",
    ),
    "follow_ups": ("participants", "place"),
}
NUMBERS = ("followed_at", "duration_min")
# Rows that have no value are not in them.
FOUND_BY = (
    ("customers", "uscc", "uscc"),
    ("customers", "region", "region"),
    ("contacts", "wechat", "wechat_key"),
    ("contacts", "birthday", "birthday_key"),
)
HAPPENED = "UPDATE follow_ups SET followed_at = created_at"


def upgrade() -> None:
    for table, names in TEXTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, TEXT, nullable=True))
    for name in NUMBERS:
        op.add_column("follow_ups", sa.Column(name, BIG, nullable=True))
    # Forced row-level security also applies to the table's owner.
    force("NO FORCE")
    op.execute(HAPPENED)
    force("FORCE")
    for table, name, column in FOUND_BY:
        index(table, name, column, f"{LIVE} AND {column} IS NOT NULL")
    index("follow_ups", "followed_at", "followed_at", LIVE)


def index(table: str, name: str, column: str, among: str) -> None:
    where = sa.text(among)
    op.create_index(
        f"{table}_by_{name}",
        table,
        ["tenant_id", column, "id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def force(how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE follow_ups {how} ROW LEVEL SECURITY")
