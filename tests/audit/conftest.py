"""A service whose audit trail is chained with a key, and a look at the chains."""

import pytest

from crm_cell.audit.verification import Verdict, verify
from crm_cell.settings import Settings
from crm_cell.storage.engine import ChainKeys
from tests.databases import Datastore
from tests.world import Caller, Running

KEY = "11" * 32
NEW_KEY = "22" * 32
KEYS: ChainKeys = (bytes.fromhex(KEY),)
OPEN: ChainKeys = (b"",)

NOT_AS_WRITTEN = "the entry, or what came before it, is not as it was written"
CUT_OFF = "the chain does not end where its head says"
HEAD_CHANGED = "the head of the chain is not as it was written, or is under another key"
NO_HEAD = "the chain of this entry has no head"
GONE = "shard {} has been removed: its entries and its head are gone"
REGISTER_CHANGED = "the register is not as it was written, or is under another key"
COUNTED = "the counters tell of {} entries, and {} are there"
IN_NO_CHAIN = "the entry is in no chain, and came when there was one"


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    # With one connection there is one lane: which connection a write gets depends on what numbers
    # the events of the one before.
    plain = Settings(database_url=datastore.url, demo=False, audit_key=KEY)
    return plain.model_copy(update={"database_connections": 1})


@pytest.fixture
async def trail(cell: Running, acme: Caller) -> list[str]:
    """The ids of five entries, one lane, the oldest first."""
    for _ in range(5):
        await acme.customer()
    assert await faults(cell) == []
    rows = cell.rows("SELECT id, lane FROM audit_logs ORDER BY id")
    assert len({lane for _, lane in rows}) == 1
    return [row[0] for row in rows]


async def verdict(cell: Running, keys: ChainKeys = KEYS, tenant: str = "acme") -> Verdict:
    return await cell.service.database.read(
        "verify", tenant, lambda tx: verify(tx, tenant, keys, {}, lambda many: None), long=True
    )


async def faults(cell: Running, keys: ChainKeys = KEYS) -> list[str]:
    return [fault.what for fault in (await verdict(cell, keys)).faults]
