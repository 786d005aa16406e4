"""The key of a telephone number is its normal form, no longer the digits as they were typed.

Most keys stay as they are. What is sealed cannot be read here: such rows are found under both keys,
and get the new one by `crm-cell keys rotate`.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from crm_cell.kernel.lookup import phone_key

revision = "0011"
down_revision = "0007"

NUMBERS = {"customers": "contact_phone", "contacts": "phone"}
_ROWS = 2_000


def upgrade() -> None:
    for table, column in NUMBERS.items():
        # The tables' owner is held by row-level security too, as long as it is forced.
        force(table, "NO FORCE")
        give_keys(table, column)
        force(table, "FORCE")


def force(table: str, how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


def give_keys(table: str, column: str) -> None:
    update = sa.text(
        f"UPDATE {table} SET {column}_key = :key WHERE tenant_id = :tenant AND id = :id"
    )
    for rows in batches(table, column):
        changed = [
            {"tenant": tenant, "id": identifier, "key": phone_key(number)}
            for tenant, identifier, number, key in rows
            if phone_key(number) != key
        ]
        if changed:
            op.get_bind().execute(update, changed)


def batches(table: str, column: str) -> Iterator[list[tuple[str, str, str, str]]]:
    """Those that are not plain mobile numbers and not sealed."""
    select = sa.text(
        f"SELECT tenant_id, id, {column}, {column}_key FROM {table}"
        f" WHERE (tenant_id, id) > (:tenant, :id) AND {column}_key IS NOT NULL"
        f" AND {column}_key NOT LIKE '\\:%'"
        f" AND NOT (length({column}_key) = 11 AND {column}_key >= '13' AND {column}_key < '2')"
        f" ORDER BY tenant_id, id LIMIT {_ROWS}"
    )
    tenant = identifier = ""
    while found := op.get_bind().execute(select, {"tenant": tenant, "id": identifier}).fetchall():
        tenant, identifier = found[-1][:2]
        yield [(row[0], row[1], row[2], row[3]) for row in found]
