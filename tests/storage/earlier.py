"""Bringing a database back to an earlier schema, to migrate it again with rows in it."""

import asyncio

from crm_cell.storage.migrate import migrate
from tests.databases import PostgresDatastore
from tests.world import Running

UNDO = {
    "0012": ["ALTER TABLE follow_ups DROP COLUMN created_by"],
    "0014": [
        statement
        for table in ("contracts", "payments")
        for statement in (
            f"DROP INDEX {table}_request_id",
            f"ALTER TABLE {table} DROP COLUMN request_id",
        )
    ],
    "0015": ["DROP TABLE dry_run_counts"],
    "0016": [
        "ALTER TABLE contacts DROP COLUMN deleted_with",
        "ALTER TABLE opportunities DROP COLUMN deleted_with",
        "ALTER TABLE follow_ups DROP COLUMN deleted_with",
        "ALTER TABLE customers DROP COLUMN erased_at",
        "ALTER TABLE contacts DROP COLUMN erased_at",
    ],
    "0017": ["DROP TABLE audit_register"],
    "0018": ["DROP TABLE tasks"],
    "0019": ["DROP TABLE search_entries"],
    "0021": [
        "DROP TABLE external_ids",
        "ALTER TABLE audit_logs DROP COLUMN origin",
        "ALTER TABLE events DROP COLUMN origin",
    ],
    "0022": [
        "DROP INDEX events_by_change_no",
        "DROP INDEX events_unnumbered",
        "ALTER TABLE events DROP COLUMN change_no",
        "ALTER TABLE events DROP COLUMN details",
        "DROP TABLE change_heads",
    ],
    "0024": [
        f"DROP INDEX {table}_by_{column}"
        for table, columns in {
            "customers": ["updated_at"],
            "opportunities": ["stage", "amount_cents", "updated_at"],
            "tasks": ["due_on", "due_at", "status"],
            "contracts": ["signed_at"],
            "payments": ["payment_at"],
        }.items()
        for column in columns
    ],
    "0025": ["DROP TABLE views"],
    "0032": [
        *(
            f"DROP INDEX opportunities_by_{name}"
            for name in (
                "stage_since",
                "expected_close_on",
                "stage_expected_close_on",
                "probability",
            )
        ),
        *(
            f"ALTER TABLE opportunities DROP COLUMN {name}"
            for name in (
                "expected_close_on",
                "probability",
                "lost_reason",
                "lost_note",
                "competitor",
                "source",
                "closed_at",
                "stage_since",
                "pushed_count",
            )
        ),
    ],
    "0046": ["DROP TABLE duplicate_pairs", "DROP TABLE duplicate_searches"],
    "0044": ["DROP TABLE duplicate_policies", "DROP TABLE duplicate_keys"],
    "0043": [f"DROP TABLE {table}" for table in ("merges", "merged_customers", "merge_items")],
    "0027": ["DROP TABLE handovers", "DROP TABLE handover_items"],
    "0026": [f"DROP TABLE {table}" for table in ("users", "teams", "team_members", "team_reach")],
    "0048": [
        f"DROP INDEX customers_by_owner_id_{column}"
        for column in ("last_follow_up_at", "next_contact_at")
    ],
    "0041": [
        "DROP INDEX customers_by_owner_id_assigned_at",
        "ALTER TABLE customers DROP COLUMN assigned_at",
        "DROP TABLE calendar_feeds",
    ],
    "0047": ["DROP INDEX customers_by_parent", "ALTER TABLE customers DROP COLUMN parent_id"],
    "0045": [
        "DROP TABLE customer_members",
        "DROP INDEX opportunities_by_owner_id_stage_expected_close_on",
        "DROP INDEX opportunities_by_owner_id_stage_closed_at",
    ],
    "0040": ["DROP TABLE notifications", "DROP TABLE task_reminders"],
    "0036": ["DROP TABLE duplicate_check_counts"],
    "0038": [
        *(f"DROP TABLE {table}" for table in ("tags", "tag_revisions", "record_tags")),
        *(
            f"ALTER TABLE {table} DROP COLUMN tags"
            for table in ("customers", "contacts", "opportunities")
        ),
    ],
    "0037": ["DROP TABLE options", "DROP TABLE option_revisions"],
    "0035": [
        "DROP INDEX follow_ups_by_customer_id_followed_at",
        "DROP INDEX tasks_by_customer_id_done_at",
        *(
            f"DROP INDEX {table}_deleted"
            for table in ("customers", "contacts", "opportunities", "follow_ups", "tasks", "views")
        ),
    ],
    "0034": [
        "DROP INDEX tasks_by_status_due",
        "DROP INDEX tasks_by_assignee_id_status_due",
        "ALTER TABLE tasks DROP COLUMN due",
        "ALTER TABLE tasks DROP COLUMN remind_at",
        "ALTER TABLE tasks DROP COLUMN repeat",
    ],
    "0031": [
        "DROP INDEX customers_by_level",
        *(f"ALTER TABLE customers DROP COLUMN {name}" for name in ("level", "source", "industry")),
    ],
    "0033": ["DROP INDEX opportunities_by_stage_closed_at", "DROP TABLE goals"],
    "0030": [
        *(
            f"DROP INDEX customers_by_{name}"
            for name in (
                "last_follow_up_at",
                "next_contact_at",
                "open_opportunity_cents",
                "outstanding_cents",
            )
        ),
        *(
            f"ALTER TABLE customers DROP COLUMN {name}"
            for name in (
                "last_follow_up_at",
                "last_follow_up_by",
                "next_contact_at",
                "open_opportunity_count",
                "open_opportunity_cents",
                "outstanding_cents",
            )
        ),
    ],
    "0029": [
        *(
            f"DROP INDEX {name}"
            for name in (
                "customers_by_uscc",
                "customers_by_region",
                "contacts_by_wechat",
                "contacts_by_birthday",
                "follow_ups_by_followed_at",
            )
        ),
        *(
            f"ALTER TABLE {table} DROP COLUMN {column}"
            for table, columns in {
                "customers": "short_name uscc region address website remark",
                "contacts": "title department wechat wechat_key role birthday birthday_key remark",
                "follow_ups": "followed_at duration_min participants place",
            }.items()
            for column in columns.split()
        ),
    ],
}
"""By revision, what takes back what it adds. Those that only change rows need nothing."""


def go_back(cell: Running, revision: str) -> None:
    """To the schema of `revision`."""
    for statement in way_back(revision):
        cell.change(statement)


def way_back(revision: str) -> list[str]:
    later = [number for number in sorted(UNDO, reverse=True) if number > revision]
    version = f"UPDATE alembic_version SET version_num = '{revision}'"
    return [*(statement for number in later for statement in UNDO[number]), version]


async def upgrade_from(cell: Running, revision: str) -> None:
    """As an upgrade goes: nothing is served while the file is migrated."""
    await cell.service.stop()
    go_back(cell, revision)
    await migrate_again(cell)


async def migrate_again(cell: Running) -> None:
    await asyncio.to_thread(migrate, _owners_url(cell))


def _owners_url(cell: Running) -> str:
    """The owner of the tables migrates them: on PostgreSQL that is not the service."""
    if not isinstance(cell.datastore, PostgresDatastore):
        return cell.datastore.url
    [(owner,)] = cell.rows("SELECT tableowner FROM pg_tables WHERE tablename = 'customers'")
    return cell.datastore.url_for(str(owner))
