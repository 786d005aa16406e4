"""Opening the database that the settings name, with their key or without one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crm_cell.audit import chain
from crm_cell.contacts import service as contacts
from crm_cell.customers import service as customers
from crm_cell.kernel.masking import mask_emails
from crm_cell.secrets.keyless import KeylessDatabase
from crm_cell.secrets.sources import KeyRefused
from crm_cell.settings import Settings
from crm_cell.storage.across_tenants import ask
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader
from crm_cell.storage.open import open_database as open_plainly

SEALED_TABLES = (customers.SEALED, contacts.SEALED)
"""All that hold numbers and addresses."""


def open_database(settings: Settings) -> Database:
    """Raises KeyRefused. What is masked follows the same settings: with a key no record of what
    happened has an address that is sealed elsewhere."""
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
    # Imported here because a service without a key need not pay for what it does not use.
    from crm_cell.secrets.database import SealedDatabase
    from crm_cell.secrets.masters import Masters

    return SealedDatabase(database, Masters(settings.keys), SEALED_TABLES)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database for one piece of work. Raises as `start` does."""
    database = open_database(settings)
    asking = await start(database, settings)
    try:
        yield database
    finally:
        for task in asking:
            task.cancel()
        await database.stop()


async def start(database: Database, settings: Settings) -> list[asyncio.Task[None]]:
    """Raises CannotOpen, and KeyRefused where data is under a key that is not there. Gives what
    goes on looking where a part of the tenants is away, to be cancelled before the database is
    stopped."""
    await database.start()
    try:
        task = await ask(database, "audit.check", lambda: _check_keys(database, settings))
    except KeyRefused:
        await database.stop()
        raise
    if task is None:
        return []
    return [task, asyncio.create_task(_stop_if_refused(database, task))]


async def _stop_if_refused(database: Database, asking: asyncio.Task[None]) -> None:
    """What is written under a wrong key cannot be verified, so nothing more is: all requests get
    503, and the log says why."""
    try:
        await asking
    except KeyRefused:
        await database.stop()


async def _check_keys(database: Database, settings: Settings) -> None:
    async def chain_fits(tx: Reader) -> bool:
        return await chain.fits(tx, settings.chain_keys)

    if not await database.read("audit.check", EVERY_TENANT, chain_fits):
        raise KeyRefused(
            "CRM_AUDIT_KEY: the audit trail is under another key;"
            " give that one, or list it in CRM_AUDIT_OLD_KEYS"
        )
