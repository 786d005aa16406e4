"""Exact search for phone numbers and email addresses, encryption keys, and a count of reveals.

The columns that end in `_key` hold search keys, equal for equal values: the digits of a plaintext
number, or a keyed hash of an encrypted one.
"""

import re
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

SOUGHT = {"customers": ("contact_phone", "contact_email"), "contacts": ("phone", "email")}
APP, UPKEEP = "crm_app", "crm_upkeep"
_ROWS = 2_000


def upgrade() -> None:
    for table, columns in SOUGHT.items():
        for column in columns:
            op.add_column(table, sa.Column(f"{column}_key", TEXT, nullable=True))
        give_keys(table, columns)
        for column in columns:
            index(table, column)
    tenant_keys()
    reveal_counts()
    if is_postgres():
        wall("tenant_keys")
        op.execute(f"GRANT DELETE ON tenant_keys TO {UPKEEP}")
        wall("reveal_counts")


def index(table: str, column: str) -> None:
    """The index ends with the id, so that results are in the order of the list."""
    found = sa.text(f"deleted_at IS NULL AND {column}_key IS NOT NULL")
    op.create_index(
        f"{table}_by_{column}",
        table,
        ["tenant_id", f"{column}_key", "id"],
        sqlite_where=found,
        postgresql_where=found,
    )


def give_keys(table: str, columns: tuple[str, str]) -> None:
    """Fill in the keys of existing rows. The tables' owner may read every tenant as a member of the
    maintenance role, but since PostgreSQL 16 only if it inherits. So row-level security is not
    forced in the meantime."""
    if is_postgres():
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    phone, email = columns
    update = sa.text(
        f"UPDATE {table} SET {phone}_key = :phone, {email}_key = :email"
        " WHERE tenant_id = :tenant AND id = :id"
    )
    for rows in batches(table, columns):
        op.get_bind().execute(update, rows)
    if is_postgres():
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def batches(table: str, columns: tuple[str, str]) -> Iterator[list[dict[str, object]]]:
    phone, email = columns
    select = sa.text(
        f"SELECT tenant_id, id, {phone}, {email} FROM {table}"
        f" WHERE (tenant_id, id) > (:tenant, :id) ORDER BY tenant_id, id LIMIT {_ROWS}"
    )
    tenant = identifier = ""
    while True:
        found = op.get_bind().execute(select, {"tenant": tenant, "id": identifier}).fetchall()
        if not found:
            return
        tenant, identifier = found[-1][:2]
        yield [
            {"tenant": row[0], "id": row[1], "phone": digits(row[2]), "email": folded(row[3])}
            for row in found
        ]


def digits(number: str | None) -> str | None:
    if number is None:
        return None
    return "+" * number.startswith("+") + re.sub(r"[^0-9]", "", number)


def folded(address: str | None) -> str | None:
    return None if address is None else address.casefold()


def tenant_keys() -> None:
    """The keys of tenants, encrypted with the master key."""
    op.create_table(
        "tenant_keys",
        text("tenant_id"),
        sa.Column("number", SMALL, nullable=False),
        text("cipher"),
        text("master"),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("index_key", sa.LargeBinary(), nullable=False),
        sa.Column("complete", SMALL, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("retired_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "number"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def reveal_counts() -> None:
    """How often a user has revealed full values on the day of the last reveal."""
    op.create_table(
        "reveal_counts",
        text("tenant_id"),
        text("actor"),
        sa.Column("day", BIG, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "actor"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def wall(table: str) -> None:
    """The row-level security of revision 0002."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO {APP} USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO {UPKEEP} USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP}")
    op.execute(f"GRANT SELECT ON {table} TO {UPKEEP}")


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"
