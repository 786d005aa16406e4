"""What it takes to delete rows for good: indexes for those that refer to them, and the right to it.

Whether something refers to a row is asked when that is deleted, of all rows, hidden ones too. The
indexes by which the lists of a customer are read now hold those as well: one index serves both.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

UPKEEP = "crm_upkeep"
# By table and index, the column of what is referred to. The lists among them are read by id.
OF_LISTS = {
    ("contacts", "contacts_by_customer"): "customer_id",
    ("opportunities", "opportunities_by_customer"): "customer_id",
    ("follow_ups", "follow_ups_by_customer"): "customer_id",
    ("follow_ups", "follow_ups_by_opportunity"): "opportunity_id",
}
# Most rows name none of these, and are not in the index.
NAMED = {
    ("follow_ups", "follow_ups_by_contact"): "contact_id",
    ("contracts", "contracts_by_opportunity"): "opportunity_id",
}
# What erasing a person does (docs/operating/personal-data.md). No request may do any of it but
# what 0002 lets it.
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
