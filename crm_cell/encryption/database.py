"""A database whose transactions encrypt and decrypt with the keys of their tenant."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

import structlog

from crm_cell.encryption import store
from crm_cell.encryption.key_source import InvalidKey, unknown
from crm_cell.encryption.master_keys import MasterKeys
from crm_cell.encryption.tenant_cipher import DecryptedValues, KeysMissing, StaleKeys, TenantCipher
from crm_cell.kernel.errors import Unavailable
from crm_cell.storage.citus.across_tenants import ask
from crm_cell.storage.engine import (
    EVERY_TENANT,
    Database,
    ReadUnit,
    Tenant,
    Tx,
    WriteUnit,
)
from crm_cell.storage.field_encryption import EncryptedTable
from crm_cell.storage.wrapped import WrappedDatabase

T = TypeVar("T")
log = structlog.get_logger()

# A cached cipher takes a few hundred bytes. When there are more, the cache is cleared.
_MOST_TENANTS = 10_000
# Keys change so rarely that one request hardly ever meets two changes.
_TRIES = 5


class EncryptedDatabase(WrappedDatabase):
    """Keys are created and read in separate transactions, so that the rollback of a unit never
    removes keys that this process has cached."""

    def __init__(
        self, inner: Database, master_keys: MasterKeys, tables: Sequence[EncryptedTable]
    ) -> None:
        super().__init__(inner)
        self.master_keys = master_keys
        self.tables = tables
        self._cipher: dict[str, TenantCipher] = {}
        self._decrypted_values: DecryptedValues = {}
        self._key_check: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises CannotOpen, and InvalidKey if data is encrypted with a key that is missing."""
        await self._inner.start()
        try:
            self._key_check = await ask(self._inner, "keys.check", self._check_keys)
        except InvalidKey:
            await self._inner.stop()
            raise

    async def _check_keys(self) -> None:
        """On a cluster some tenants may be unavailable here; `load` checks their keys later."""
        names = await self._inner.read("keys.check", EVERY_TENANT, store.master_names)
        if missing := [name for name in names if not self.master_keys.knows(name)]:
            raise InvalidKey(unknown(missing))

    async def stop(self) -> None:
        if self._key_check is not None:
            self._key_check.cancel()
        await super().stop()

    async def read(
        self, name: str, tenant: Tenant, unit: ReadUnit[T], /, *, long: bool | None = False
    ) -> T:
        if tenant is None:
            return await self._inner.read(name, tenant, unit, long=long)
        for _ in range(_TRIES):
            cipher = self._cipher.get(tenant) or await self.load(tenant)
            try:
                return await self._inner.read(name, tenant, cipher.bound(unit), long=long)
            except StaleKeys:
                await self.load(tenant)
        raise Unavailable

    async def write(
        self,
        name: str,
        tenant: Tenant,
        unit: WriteUnit[T],
        /,
        *,
        long: bool = False,
        now: int | None = None,
    ) -> T:
        if tenant is None:
            return await self._inner.write(name, tenant, unit, long=long, now=now)
        for _ in range(_TRIES):
            cipher = self._cipher.get(tenant) or await self.load(tenant)
            try:
                return await self._inner.write(name, tenant, cipher.bound(unit), long=long, now=now)
            except StaleKeys:
                await self.load(tenant)
            except KeysMissing:
                await self.make_keys(tenant)
        raise Unavailable

    async def load(self, tenant: str) -> TenantCipher:
        """Read the tenant's current keys. Raises Unavailable if their master key is unknown."""
        stored = await self._inner.read("keys.load", tenant, lambda tx: store.keys(tx, tenant))
        try:
            cipher = TenantCipher(tenant, stored, self.master_keys, self._decrypted_values)
        except InvalidKey as refused:
            log.exception("key_refused")
            raise Unavailable from refused
        if len(self._cipher) >= _MOST_TENANTS:
            self._cipher.clear()
        self._cipher[tenant] = cipher
        return cipher

    async def make_keys(self, tenant: str) -> TenantCipher:
        """Create the tenant's first keys, unless another process was faster."""

        async def unit(tx: Tx) -> None:
            if not await store.keys(tx, tenant):
                rows = [await store.has_rows(tx, tenant, table) for table in self.tables]
                made = self.master_keys.new_keys(tenant, 1, complete=not any(rows))
                await store.add(tx, made)

        await self._inner.write("keys.make", tenant, unit)
        return await self.load(tenant)
