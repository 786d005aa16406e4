"""Opens the configured database, with or without encryption."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crm_cell.audit import chain
from crm_cell.encryption.key_source import InvalidKey
from crm_cell.encryption.keyless import KeylessDatabase
from crm_cell.kernel.masking import mask_emails
from crm_cell.merges.store import MERGES
from crm_cell.people.users.store import USERS
from crm_cell.registry import make_registry
from crm_cell.resources.reading import encryption_of
from crm_cell.settings import Settings
from crm_cell.storage.citus.across_tenants import ask
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader
from crm_cell.storage.open import open_database as open_plainly

ENCRYPTED_TABLES = (
    *(encryption_of(resource) for resource in make_registry() if resource.encrypted),
    USERS,
    MERGES,
)
"""The tables with encrypted contact details."""


def open_database(settings: Settings) -> Database:
    """Also configures masking: with a key, events and the audit log mask e-mail addresses, which
    are encrypted in their tables. Raises InvalidKey."""
    mask_emails(
        in_answers=settings.mask_email, in_records=settings.mask_email or settings.keys.is_set
    )
    database = open_plainly(
        settings.database_url,
        connections=settings.database_connections,
        chain_keys=settings.chain_keys,
    )
    if not settings.keys.is_set:
        return KeylessDatabase(database)
    # Imported here because the cryptography library is slow to load.
    from crm_cell.encryption.database import EncryptedDatabase
    from crm_cell.encryption.master_keys import MasterKeys

    return EncryptedDatabase(database, MasterKeys(settings.keys), ENCRYPTED_TABLES)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database, started, for a command. Raises as `start` does."""
    database = open_database(settings)
    asking = await start(database, settings)
    try:
        yield database
    finally:
        for task in asking:
            task.cancel()
        await database.stop()


async def start(database: Database, settings: Settings) -> list[asyncio.Task[None]]:
    """Raises CannotOpen, and InvalidKey if the data needs another key. If some tenants are
    unavailable, returns tasks that continue the check, to cancel before the database is stopped."""
    await database.start()
    try:
        task = await ask(database, "audit.check", lambda: _check_keys(database, settings))
    except InvalidKey:
        await database.stop()
        raise
    if task is None:
        return []
    return [task, asyncio.create_task(_stop_if_refused(database, task))]


async def _stop_if_refused(database: Database, asking: asyncio.Task[None]) -> None:
    """Stops the database if the key is wrong, because nobody could verify the new entries. All
    requests then get 503, and the log has the reason."""
    try:
        await asking
    except InvalidKey:
        await database.stop()


async def _check_keys(database: Database, settings: Settings) -> None:
    async def chain_fits(tx: Reader) -> bool:
        return await chain.matches_keys(tx, settings.chain_keys)

    if not await database.read("audit.check", EVERY_TENANT, chain_fits):
        raise InvalidKey(
            "CRM_AUDIT_KEY: the audit log was written with another key;"
            " set that key, or list it in CRM_AUDIT_OLD_KEYS"
        )
