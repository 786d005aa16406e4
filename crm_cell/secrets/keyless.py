"""A database that is opened without a key, while another process may turn encryption on.

A process without the key can read nothing that is sealed, and must write nothing in the open once
others seal. So it refuses all work from the moment it finds keys in the database: it looks once a
second, in each row that it reads, and on SQLite in each transaction that writes a number.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import structlog

from crm_cell.kernel.errors import CrmError, Unavailable
from crm_cell.secrets import store
from crm_cell.secrets.sources import KeyRefused
from crm_cell.storage.across_tenants import ask
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, ReadUnit, Tenant, Tx, WriteUnit
from crm_cell.storage.seals import MARK, Column, SealedTable, Unsealed, Values

T = TypeVar("T")
log = structlog.get_logger()

LOOK_SECONDS = 1.0
_ANSWER_MARK = MARK.encode()


class KeyMissing(Unavailable):
    """Something is sealed, and this process has no key."""


class KeylessDatabase:
    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self._refuses = False
        self._asking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises CannotOpen, and KeyRefused where data is under a key already."""
        await self._inner.start()
        try:
            self._asking = await ask(self._inner, "keys.check", self._check_keys)
        except KeyRefused:
            await self._inner.stop()
            raise
        self._watch = asyncio.create_task(self._look_forever())

    @property
    def spread(self) -> bool:
        return self._inner.spread

    async def _check_keys(self) -> None:
        if names := await self._inner.read("keys.check", EVERY_TENANT, store.masters):
            raise KeyRefused(
                "CRM_ENCRYPTION_KEY: must be set: the data is under a key,"
                f" called {', '.join(names)}"
            )

    async def stop(self) -> None:
        self._watch.cancel()
        if self._asking is not None:
            self._asking.cancel()
        await self._inner.stop()

    async def ping(self) -> None:
        if self._refuses:
            raise KeyMissing
        await self._inner.ping()

    async def ready(self) -> None:
        if self._refuses:
            raise KeyMissing
        await self._inner.ready()

    async def run_long(self, tenant: Tenant, function: Callable[[], T], /) -> T:
        return await self._inner.run_long(tenant, function)

    async def overwrite_deleted(self) -> None:
        await self._inner.overwrite_deleted()

    async def refresh_statistics(self) -> None:
        await self._inner.refresh_statistics()

    async def read(
        self, name: str, tenant: Tenant, unit: ReadUnit[T], /, *, long: bool | None = False
    ) -> T:
        if self._refuses:
            raise KeyMissing
        try:
            return await self._inner.read(
                name, tenant, _reading(unit, tenant, bool(long)), long=long
            )
        except KeyMissing:
            self._refuse()
            raise

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
        if self._refuses:
            raise KeyMissing
        try:
            return await self._inner.write(name, tenant, _guarded(unit), long=long, now=now)
        except KeyMissing:
            self._refuse()
            raise

    async def _look_forever(self) -> None:
        while not self._refuses:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                found = await self._inner.read("keys.look", EVERY_TENANT, store.any_keys)
            except CrmError as error:  # the database is away: look again in a second
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


class _Guard(Unsealed):
    """Everything lies open, and nothing that is sealed is taken for that."""

    async def keep(
        self,
        tx: Tx,
        table: SealedTable,
        rows: Iterable[Values],
        columns: Sequence[Column] | None = None,
        /,
    ) -> list[Values]:
        # Where others write at the same time, looking costs a round trip and proves nothing.
        if tx.alone and await store.any_keys(tx):
            raise KeyMissing
        return await super().keep(tx, table, rows, columns)

    def opening(self, table: SealedTable, make: Callable[..., T], /) -> Callable[..., T]:
        first, *others = [column.place for column in table.columns]

        def opened(*row: Any) -> T:
            if (value := row[first]) is not None and value[0] == MARK:
                raise KeyMissing
            for place in others:
                if (value := row[place]) is not None and value[0] == MARK:
                    raise KeyMissing
            return make(*row)

        return opened

    def open_answer(self, about: str, kept: bytes, /) -> bytes:
        if kept[:1] == _ANSWER_MARK:
            raise KeyMissing
        return super().open_answer(about, kept)

    def same_digest(self, kept: bytes, digest: bytes, /) -> bool:
        if len(kept) != len(digest):
            raise KeyMissing
        return super().same_digest(kept, digest)


class _Unguarded(_Guard):
    """For a snapshot in which the tenant has no keys."""

    def opening(self, _table: SealedTable, make: Callable[..., T], /) -> Callable[..., T]:
        return make


_GUARD = _Guard()
_UNGUARDED = _Unguarded()


def _reading(unit: ReadUnit[T], tenant: Tenant, long: bool) -> ReadUnit[T]:
    """Looks at each row of a few, and once for many."""
    if not long or tenant is None:
        return _guarded(unit)

    async def looked(tx: Reader) -> T:
        if await store.has_keys(tx, tenant):
            raise KeyMissing
        tx.seals = _UNGUARDED
        return await unit(tx)

    return looked


def _guarded(unit: Callable[[Any], Awaitable[T]]) -> Callable[[Any], Awaitable[T]]:
    def guarded(tx: Any) -> Awaitable[T]:
        tx.seals = _GUARD
        return unit(tx)

    return guarded
