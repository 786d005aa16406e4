"""Opening the database that the settings name, with their key or without one."""

from crm_cell.audit import chain
from crm_cell.contacts import service as contacts
from crm_cell.customers import service as customers
from crm_cell.kernel.masking import mask_emails
from crm_cell.secrets.keyless import KeylessDatabase
from crm_cell.secrets.sources import KeyRefused
from crm_cell.settings import Settings
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


async def start(database: Database, settings: Settings) -> None:
    """Raises CannotOpen, and KeyRefused where data is under a key that is not there."""
    await database.start()
    try:
        await _check_keys(database, settings)
    except KeyRefused:
        await database.stop()
        raise


async def _check_keys(database: Database, settings: Settings) -> None:
    async def chain_fits(tx: Reader) -> bool:
        return await chain.fits(tx, settings.chain_keys)

    if not await database.read("audit.check", EVERY_TENANT, chain_fits):
        raise KeyRefused(
            "CRM_AUDIT_KEY: the audit trail is under another key;"
            " give that one, or list it in CRM_AUDIT_OLD_KEYS"
        )
