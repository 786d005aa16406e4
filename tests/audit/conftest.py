"""A service whose audit trail is chained with a key, and a look at the chains."""

import pytest

from crm_cell.audit.verifying import Verdict, verify
from crm_cell.settings import Settings
from crm_cell.storage.engine import ChainKeys
from tests.databases import Datastore
from tests.world import Running

KEY = "11" * 32
NEW_KEY = "22" * 32
KEYS: ChainKeys = (bytes.fromhex(KEY),)


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    return Settings(database_url=datastore.url, demo=False, audit_key=KEY)


async def verdict(cell: Running, keys: ChainKeys = KEYS, tenant: str = "acme") -> Verdict:
    return await cell.service.database.read(
        "verify", tenant, lambda tx: verify(tx, tenant, keys, {}, lambda many: None), long=True
    )


async def faults(cell: Running, keys: ChainKeys = KEYS) -> list[str]:
    return [fault.what for fault in (await verdict(cell, keys)).faults]
