"""A database that is opened without a key, while another process may enable encryption.

A process without the key cannot read encrypted values, and must not write plaintext once other
processes encrypt. So it refuses all work as soon as it finds keys in the database. It checks once a
second, in each row that it reads, and on SQLite in each transaction that writes an encrypted field.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

import structlog

from crm_cell.encryption import store
from crm_cell.encryption.key_source import InvalidKey
from crm_cell.kernel.errors import CrmError, Unavailable
from crm_cell.storage.citus.across_tenants import ask
from crm_cell.storage.engine import (
    EVERY_TENANT,
    Database,
    Reader,
    ReadUnit,
    Tenant,
    Tx,
    WriteUnit,
)
from crm_cell.storage.field_encryption import MARK, Column, EncryptedTable, NoEncryption, Values
from crm_cell.storage.wrapped import WrappedDatabase

T = TypeVar("T")
log = structlog.get_logger()

POLL_SECONDS = 1.0
# Functions that make records of rows: a few for each resource.
_MAKERS = 256
_STORED_MARK = MARK.encode()


class KeyMissing(Unavailable):
    """The database contains encrypted data, and this process has no key."""


class KeylessDatabase(WrappedDatabase):
    def __init__(self, inner: Database) -> None:
        super().__init__(inner)
        self._guard = _Guard(self._refuse)
        self._refuses = False
        self._key_check: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises CannotOpen, and InvalidKey if data is encrypted already."""
        await self._inner.start()
        try:
            self._key_check = await ask(self._inner, "keys.check", self._check_keys)
        except InvalidKey:
            await self._inner.stop()
            raise
        self._watch = asyncio.create_task(self._poll())

    async def _check_keys(self) -> None:
        if names := await self._inner.read("keys.check", EVERY_TENANT, store.master_names):
            raise InvalidKey(
                "CRM_ENCRYPTION_KEY: must be set: the data is under a key,"
                f" called {', '.join(names)}"
            )

    async def stop(self) -> None:
        self._watch.cancel()
        if self._key_check is not None:
            self._key_check.cancel()
        await super().stop()

    async def ping(self) -> None:
        if self._refuses:
            raise KeyMissing
        await super().ping()

    async def ready(self) -> None:
        if self._refuses:
            raise KeyMissing
        await super().ready()

    # Plain functions: a coroutine around that of the inner database would cost each request more.

    def read(
        self, name: str, tenant: Tenant, unit: ReadUnit[T], /, *, long: bool | None = False
    ) -> Coroutine[Any, Any, T]:
        """Checks each row in a short read, and once whether there are keys in a long one."""
        if self._refuses:
            raise KeyMissing
        if long and tenant is not None:
            return self._inner.read(name, tenant, self._checking_once(unit, tenant), long=long)
        return self._inner.read(name, tenant, self._guarded(unit), long=long)

    def write(
        self,
        name: str,
        tenant: Tenant,
        unit: WriteUnit[T],
        /,
        *,
        long: bool = False,
        now: int | None = None,
    ) -> Coroutine[Any, Any, T]:
        if self._refuses:
            raise KeyMissing
        return self._inner.write(name, tenant, self._guarded(unit), long=long, now=now)

    def _guarded(self, unit: Callable[[Any], Awaitable[T]]) -> Callable[[Any], Awaitable[T]]:
        def guarded(tx: Any) -> Awaitable[T]:
            tx.cipher = self._guard
            return unit(tx)

        return guarded

    def _checking_once(self, unit: ReadUnit[T], tenant: str) -> ReadUnit[T]:
        async def checked_once(tx: Reader) -> T:
            if await store.has_keys(tx, tenant):
                self._guard.refuse()
            tx.cipher = _UNGUARDED
            return await unit(tx)

        return checked_once

    async def _poll(self) -> None:
        while not self._refuses:
            await asyncio.sleep(POLL_SECONDS)
            try:
                found = await self._inner.read("keys.look", EVERY_TENANT, store.any_keys)
            except CrmError as error:  # the database is unavailable: check again in a second
                log.debug("keys_not_looked_for", error=str(error))
            else:
                if found:
                    self._refuse()

    def _refuse(self) -> None:
        if not self._refuses:
            self._refuses = True
            log.error(
                "encryption_key_missing",
                why="another process has encrypted data: set CRM_ENCRYPTION_KEY and restart",
            )


class _Guard(NoEncryption):
    """Stores plaintext, and raises KeyMissing for any encrypted value."""

    def __init__(self, on_encrypted: Callable[[], None]) -> None:
        self._on_encrypted = on_encrypted
        self._checking = lru_cache(_MAKERS)(self._make_checking)

    def refuse(self) -> NoReturn:
        self._on_encrypted()
        raise KeyMissing

    async def _check_no_keys(self, tx: Tx, _: list[Any]) -> None:
        if await store.any_keys(tx):
            self.refuse()

    async def encrypt_rows(
        self,
        tx: Tx,
        table: EncryptedTable,
        rows: Iterable[Values],
        columns: Sequence[Column] | None = None,
        /,
    ) -> list[Values]:
        # With concurrent writers this check would cost a round trip and prove nothing.
        if tx.serialized:
            await tx.before_commit(self._check_no_keys, ())
        return await super().encrypt_rows(tx, table, rows, columns)

    def decrypting(self, table: EncryptedTable, make: Callable[..., T], /) -> Callable[..., T]:
        found: Callable[..., T] = self._checking(table, make)
        return found

    def _make_checking(self, table: EncryptedTable, make: Callable[..., T]) -> Callable[..., T]:
        first, *others = [column.place for column in table.columns]

        def opened(*row: Any) -> T:
            if (value := row[first]) is not None and value[0] == MARK:
                self.refuse()
            for place in others:
                if (value := row[place]) is not None and value[0] == MARK:
                    self.refuse()
            return make(*row)

        return opened

    def decrypt_body(self, about: str, stored: bytes, /) -> bytes:
        if stored[:1] == _STORED_MARK:
            self.refuse()
        return super().decrypt_body(about, stored)

    def matches_digest(self, stored: bytes, digest: bytes, /) -> bool:
        if len(stored) != len(digest):
            self.refuse()
        return super().matches_digest(stored, digest)


# For a snapshot in which the tenant has no keys, so that no row needs a check.
_UNGUARDED = NoEncryption()
