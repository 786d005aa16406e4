"""The first schema.

Every primary, foreign and unique key begins with tenant_id, so that all tables can be distributed
by it. Times are milliseconds since 1970. Ids are UUIDv7 as text, so a primary key is also the
order of a list. `owner_id` in tables without an owner of their own is a copy of the customer's,
so that a caller's scope is one comparison in every table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
BYTES = sa.LargeBinary()
# Ids, keys and codes are compared byte by byte, whatever the locale of the database.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    customers()
    contacts()
    opportunities()
    follow_ups()
    contracts()
    payments()
    counters()
    idempotency_keys()
    records()


def customers() -> None:
    table(
        "customers",
        text("name"),
        text("name_key"),
        text("contact_phone", null=True),
        text("contact_email", null=True),
        small("status"),
        text("owner_id", null=True),
        *versioned(),
        big("deleted_at", null=True),
    )
    live_index("customers_live", "customers")
    live_index("customers_name_key", "customers", "name_key", unique=True)
    live_index("customers_by_owner", "customers", "owner_id", "id")


def contacts() -> None:
    table(
        "contacts",
        text("customer_id"),
        text("owner_id", null=True),
        text("name"),
        text("phone", null=True),
        text("email", null=True),
        small("is_primary"),
        *versioned(),
        big("deleted_at", null=True),
        reference("customer_id", "customers"),
    )
    live_index("contacts_live", "contacts")
    live_index("contacts_by_customer", "contacts", "customer_id", "id")
    live_index("contacts_by_owner", "contacts", "owner_id", "id")
    op.create_index(
        "contacts_one_primary",
        "contacts",
        ["tenant_id", "customer_id"],
        unique=True,
        sqlite_where=sa.text("is_primary = 1 AND deleted_at IS NULL"),
        postgresql_where=sa.text("is_primary = 1 AND deleted_at IS NULL"),
    )


def opportunities() -> None:
    table(
        "opportunities",
        text("customer_id"),
        text("title"),
        big("amount_cents"),
        text("currency"),
        small("stage"),
        small("status"),
        text("owner_id", null=True),
        *versioned(),
        big("deleted_at", null=True),
        reference("customer_id", "customers"),
        sa.CheckConstraint("amount_cents >= 0", name="opportunities_amount"),
        sa.CheckConstraint("stage BETWEEN 1 AND 6", name="opportunities_stage"),
        sa.CheckConstraint("status BETWEEN 1 AND 3", name="opportunities_status"),
    )
    live_index("opportunities_live", "opportunities")
    live_index("opportunities_by_customer", "opportunities", "customer_id", "id")
    live_index("opportunities_by_owner", "opportunities", "owner_id", "id")
    table(
        "opportunity_changes",
        text("opportunity_id"),
        small("from_stage", null=True),
        small("to_stage"),
        small("from_status", null=True),
        small("to_status"),
        text("actor", null=True),
        big("created_at"),
        reference("opportunity_id", "opportunities"),
    )
    op.create_index(
        "opportunity_changes_by_opportunity",
        "opportunity_changes",
        ["tenant_id", "opportunity_id", "id"],
    )


def follow_ups() -> None:
    table(
        "follow_ups",
        text("customer_id", null=True),
        text("opportunity_id", null=True),
        text("contact_id", null=True),
        text("owner_id", null=True),
        text("content"),
        text("follow_up_type"),
        *versioned(),
        big("deleted_at", null=True),
        reference("customer_id", "customers"),
        reference("opportunity_id", "opportunities"),
        reference("contact_id", "contacts"),
    )
    live_index("follow_ups_live", "follow_ups")
    live_index("follow_ups_by_customer", "follow_ups", "customer_id", "id")
    live_index("follow_ups_by_opportunity", "follow_ups", "opportunity_id", "id")
    live_index("follow_ups_by_owner", "follow_ups", "owner_id", "id")


def contracts() -> None:
    table(
        "contracts",
        text("customer_id"),
        text("opportunity_id", null=True),
        text("owner_id", null=True),
        text("contract_no"),
        text("contract_no_key"),
        big("amount_cents"),
        text("currency"),
        small("status"),
        text("signed_at", null=True),
        big("paid_cents"),
        text("request_key", null=True),
        *versioned(),
        reference("customer_id", "customers"),
        reference("opportunity_id", "opportunities"),
        sa.CheckConstraint("amount_cents >= 0", name="contracts_amount"),
    )
    index("contracts_contract_no_key", "contracts", "contract_no_key", unique=True)
    index("contracts_request_key", "contracts", "request_key", unique=True)
    index("contracts_by_customer", "contracts", "customer_id", "id")
    index("contracts_by_owner", "contracts", "owner_id", "id")


def payments() -> None:
    table(
        "payments",
        text("contract_id"),
        text("owner_id", null=True),
        big("amount_cents"),
        text("currency"),
        text("payment_at"),
        text("remark", null=True),
        text("request_key", null=True),
        *versioned(),
        reference("contract_id", "contracts"),
        sa.CheckConstraint("amount_cents > 0", name="payments_amount"),
    )
    index("payments_request_key", "payments", "request_key", unique=True)
    index("payments_by_contract", "payments", "contract_id", "id")
    index("payments_by_owner", "payments", "owner_id", "id")


def counters() -> None:
    op.create_table(
        "counters",
        text("tenant_id"),
        text("name"),
        text("key"),
        small("stripe"),
        big("value"),
        sa.PrimaryKeyConstraint("tenant_id", "name", "key", "stripe"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "funnel",
        text("tenant_id"),
        text("owner_id"),
        text("currency"),
        small("stage"),
        small("status"),
        small("stripe"),
        big("count"),
        big("amount_high"),
        big("amount_low"),
        sa.PrimaryKeyConstraint("tenant_id", "owner_id", "currency", "stage", "status", "stripe"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        text("tenant_id"),
        text("method"),
        text("path"),
        text("key"),
        sa.Column("fingerprint", BYTES, nullable=False),
        small("status", null=True),
        sa.Column("body", BYTES, nullable=True),
        text("location", null=True),
        text("etag", null=True),
        text("resource_id", null=True),
        big("created_at"),
        sa.PrimaryKeyConstraint("tenant_id", "method", "path", "key"),
        # With a rowid, answers are appended, and only their small keys go to random places.
        sqlite_strict=True,
    )
    op.create_index("idempotency_keys_by_age", "idempotency_keys", ["created_at"])


def records() -> None:
    table(
        "audit_logs",
        text("actor", null=True),
        text("action"),
        text("resource_type"),
        text("resource_id"),
        text("changes"),
        text("request_id", null=True),
        text("trace_id", null=True),
        big("created_at"),
    )
    index("audit_logs_by_resource", "audit_logs", "resource_type", "resource_id", "id")
    index("audit_logs_by_actor", "audit_logs", "actor", "id")
    table(
        "events",
        text("event_type"),
        text("trace_id", null=True),
        text("data"),
        big("created_at"),
    )


def table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        text("tenant_id"),
        text("id"),
        *columns,
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )


def versioned() -> list[sa.Column[int]]:
    return [big("version"), big("created_at"), big("updated_at")]


def reference(column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{parent}.tenant_id", f"{parent}.id"])


def index(name: str, on: str, *columns: str, unique: bool = False) -> None:
    op.create_index(name, on, ["tenant_id", *columns], unique=unique)


def live_index(name: str, on: str, *columns: str, unique: bool = False) -> None:
    """An index over rows that are not deleted. Without further columns it gives the list order."""
    op.create_index(
        name,
        on,
        ["tenant_id", *(columns or ("id",))],
        unique=unique,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=null)


def small(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, SMALL, nullable=null)


def big(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, BIG, nullable=null)
