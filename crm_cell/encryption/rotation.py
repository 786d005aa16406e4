"""Key rotation beside a running service.

For each tenant, one transaction creates new keys and retires the old ones, after waiting for
writers that use them. From then on no write uses the old keys, so one pass over the rows
re-encrypts everything. An interrupted rotation continues where it stopped: it is marked by keys
that are not `complete`. Retired keys are deleted when the stored answers that they encrypt have
expired.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from crm_cell.encryption import store
from crm_cell.encryption.database import EncryptedDatabase
from crm_cell.encryption.keyless import POLL_SECONDS
from crm_cell.encryption.store import Wrapped
from crm_cell.encryption.tenant_cipher import TenantCipher
from crm_cell.storage.engine import EVERY_TENANT, Reader, Tx
from crm_cell.storage.field_encryption import EncryptedTable

# Rows per transaction. They take a few hundredths of a second, for which other writers wait.
_ROWS = 500
# The service retries every 10 ms while it waits for a file's lock.
_PAUSE_SECONDS = 0.02


class RotationResult(msgspec.Struct):
    """What a rotation has done."""

    rewrapped: int = 0
    """Keys of tenants that are now encrypted with the new master key."""
    tenants: int = 0
    rows: int = 0
    finished: bool = False
    """It only finished an earlier rotation, or encrypted rows that were plaintext."""


class ConcurrentRotation(Exception):
    """Another rotation is running."""


Rewritten = Callable[[Tx, str, str, list[str]], Awaitable[None]]
"""Of a tenant, a table and ids of its rows."""


async def _nothing_more(_tx: Tx, _tenant: str, _table: str, _ids: list[str]) -> None: ...


class Rotation:
    def __init__(
        self,
        database: EncryptedDatabase,
        *,
        on_total: Callable[[int], None] = lambda _: None,
        on_rows: Callable[[int], None] = lambda _: None,
        rewritten: Rewritten = _nothing_more,
    ) -> None:
        """Calls `on_total` with the number of rows to process and `on_rows` with each progress.
        `rewritten` is called in the transaction with a table and the ids of its rows that are under
        new keys: the search index has hashes under them too."""
        self._rewritten = rewritten
        self._database = database
        self._on_total = on_total
        self._on_rows = on_rows
        self._is_first_encryption = False
        self._is_serialized = False
        self.result = RotationResult()

    async def run(self, *, master_only: bool = False) -> RotationResult:
        """Raises ConcurrentRotation."""
        tenants = await self._database.read(
            "keys.tenants",
            EVERY_TENANT,
            lambda tx: store.tenants(tx, self._database.tables),
            long=True,
        )
        cipher = {tenant: await self._rewrap(tenant) for tenant in tenants}
        self._is_first_encryption = all(each.current is None for each in cipher.values())
        if not master_only:
            pending = _pending(cipher)
            self.result.finished = len(pending) < len(cipher) or not all(
                each.complete for each in pending
            )
            self._on_total(sum([await self._count(each.tenant) for each in pending]))
            for each in pending:
                await self._rotate(each)
        return self.result

    async def _rewrap(self, tenant: str) -> TenantCipher:
        """Encrypt all keys of the tenant with the current master key."""
        master_keys = self._database.master_keys

        async def unit(tx: Tx) -> list[Wrapped]:
            stored = await store.keys(tx, tenant)
            old = [wrapped for wrapped in stored if wrapped.master != master_keys.name]
            self._is_serialized = tx.serialized
            for wrapped in old:
                await store.rewrap(tx, master_keys.rewrapped(wrapped))
            return old

        self.result.rewrapped += len(await self._database.write("keys.rewrap", tenant, unit))
        return await self._database.load(tenant)

    async def _rotate(self, cipher: TenantCipher) -> None:
        if cipher.current is None:
            cipher = await self._database.make_keys(cipher.tenant)
            await self._wait_for_keyless_processes()
        elif cipher.complete:
            cipher = await self._new_keys(cipher.tenant, cipher.current)
        number = cipher.current
        assert number is not None, "the tenant has keys now"
        for table in self._database.tables:
            await self._reencrypt_table(cipher.tenant, number, table)
        await self._finish(cipher.tenant, number)
        self.result.tenants += 1

    async def _wait_for_keyless_processes(self) -> None:
        """A process without the key may write plaintext until it notices that there are keys. On
        SQLite each of its transactions notices."""
        if self._is_first_encryption and not self._is_serialized:
            await asyncio.sleep(2 * POLL_SECONDS)
        self._is_first_encryption = False

    async def _new_keys(self, tenant: str, before: int) -> TenantCipher:
        made = self._database.master_keys.new_keys(tenant, before + 1, complete=False)

        async def unit(tx: Tx) -> None:
            await _lock_current(tx, tenant, before)
            await store.retire(tx, tenant)
            await store.add(tx, made)

        await self._database.write("keys.renew", tenant, unit)
        return await self._database.load(tenant)

    async def _reencrypt_table(self, tenant: str, number: int, table: EncryptedTable) -> None:
        after = ""
        while True:
            seen, last = await self._database.write(
                "keys.rotate",
                tenant,
                lambda tx, after=after: self._reencrypt_batch(  # type: ignore[misc]
                    tx, number, table, after
                ),
                long=True,
            )
            self._on_rows(seen)
            self.result.rows += seen
            if last is None:
                return
            after = last
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _reencrypt_batch(
        self, tx: Tx, number: int, table: EncryptedTable, after: str
    ) -> tuple[int, str | None]:
        """Re-encrypt the next rows. Returns their number and the last id, None at the end."""
        cipher = tx.cipher
        assert isinstance(cipher, TenantCipher), "the database is encrypted"
        if cipher.current != number:
            raise ConcurrentRotation
        rows = await store.batch(tx, cipher.tenant, table, after, _ROWS)
        old = [row for row in rows if not all(map(cipher.is_current, row[2:]))]
        if old:
            opened = [cipher.opened(table, row) for row in old]
            await store.replace(tx, table, await cipher.encrypt_rows(tx, table, opened))
            await self._rewritten(tx, cipher.tenant, table.name, [row[1] for row in old])
        return len(rows), rows[-1][1] if len(rows) == _ROWS else None

    async def _finish(self, tenant: str, number: int) -> None:
        async def unit(tx: Tx) -> None:
            await _lock_current(tx, tenant, number)
            await store.complete(tx, tenant, number)

        await self._database.write("keys.complete", tenant, unit)

    async def _count(self, tenant: str) -> int:
        async def unit(tx: Reader) -> int:
            return sum([await store.count(tx, tenant, table) for table in self._database.tables])

        return await self._database.read("keys.count", tenant, unit, long=True)


def _pending(cipher: dict[str, TenantCipher]) -> list[TenantCipher]:
    """The tenants to process. Plaintext rows come first, and alone. Then an interrupted rotation is
    finished: it went by tenant in order, so tenants before the interrupted one are done."""
    unencrypted = [
        each for each in cipher.values() if not each.complete and not each.is_interrupted
    ]
    if unencrypted:
        return unencrypted
    interrupted = [tenant for tenant, each in cipher.items() if each.is_interrupted]
    first = min(interrupted, default="")
    return [each for tenant, each in cipher.items() if tenant >= first]


async def _lock_current(tx: Tx, tenant: str, number: int) -> None:
    if not await store.lock_current(tx, tenant, number):
        raise ConcurrentRotation
