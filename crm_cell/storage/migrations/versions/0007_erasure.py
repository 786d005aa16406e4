"""Hard deletion: indexes for foreign keys, and the rights that erasure needs.

When a row is deleted, the database searches all rows that refer to it, including soft-deleted ones.
The indexes for the lists of a customer now contain those too, so that one index serves both.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

UPKEEP = "crm_upkeep"
# The referring column, by table and index. Lists are read in the order of ids.
OF_LISTS = {
    ("contacts", "contacts_by_customer"): "customer_id",
    ("opportunities", "opportunities_by_customer"): "customer_id",
    ("follow_ups", "follow_ups_by_customer"): "customer_id",
    ("follow_ups", "follow_ups_by_opportunity"): "opportunity_id",
}
# Most rows have no such reference, and are not in the index.
NAMED = {
    ("follow_ups", "follow_ups_by_contact"): "contact_id",
    ("contracts", "contracts_by_opportunity"): "opportunity_id",
}
# The rights for erasing a person (docs/operating/personal-data.md). Requests have only those of
# revision 0002.
RIGHTS = {
    "customers": "UPDATE, DELETE",
    "contacts": "UPDATE, DELETE",
    "opportunities": "UPDATE, DELETE",
    "opportunity_changes": "DELETE",
    "follow_ups": "UPDATE, DELETE",
    "funnel": "INSERT, UPDATE",
    "idempotency_keys": "UPDATE",
    "audit_heads": "INSERT",
    "audit_logs": "INSERT",
    "events": "INSERT, UPDATE",
}


def upgrade() -> None:
    for (table, name), column in OF_LISTS.items():
        op.drop_index(name, table)
        op.create_index(name, table, ["tenant_id", column, "id"])
    for (table, name), column in NAMED.items():
        named = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            name, table, ["tenant_id", column, "id"], sqlite_where=named, postgresql_where=named
        )
    if op.get_bind().dialect.name == "postgresql":
        for table, rights in RIGHTS.items():
            op.execute(f"GRANT {rights} ON {table} TO {UPKEEP}")
