"""The search key of a phone number is its normal form instead of the typed digits.

Most keys do not change. Encrypted numbers cannot be read here: a search finds such rows by both
keys, and `crm-cell keys rotate` writes the new one.
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
        # Forced row-level security also applies to the tables' owner.
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
    """Rows whose number is neither a plain mobile number nor encrypted."""
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
