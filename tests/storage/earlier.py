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
    """Whoever owns the tables migrates them: on PostgreSQL that is not the service."""
    if not isinstance(cell.datastore, PostgresDatastore):
        return cell.datastore.url
    [(owner,)] = cell.rows("SELECT tableowner FROM pg_tables WHERE tablename = 'customers'")
    return cell.datastore.url_for(str(owner))
