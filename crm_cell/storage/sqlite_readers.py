"""Reads that take long (exports, raw reports) run on threads, each with its own connection."""

import threading
from pathlib import Path
from typing import TypeVar, cast

import apsw

from crm_cell.storage.engine import Reader, ReadUnit, Tenant
from crm_cell.storage.long_work import LongWork
from crm_cell.storage.page_boundaries import Boundaries
from crm_cell.storage.sqlite_connection import connect, read_on

T = TypeVar("T")

# How often a statement looks whether its caller has gone: about every millisecond.
_INSTRUCTIONS = 20_000


class LongReaders:
    def __init__(self, path: Path, boundaries: Boundaries) -> None:
        self._path = path
        self._boundaries = boundaries
        self.work = LongWork("long-read")
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []

    async def run(self, name: str, tenant: Tenant, unit: ReadUnit[T], now: int) -> T:
        """Raises RateLimited. Statements of whoever is cancelled are stopped."""
        gone = threading.Event()
        return await self.work.run(tenant, self._read, name, unit, now, gone, stop=gone.set)

    def close(self) -> None:
        self.work.close()
        for connection in self._connections:
            connection.close()

    def _read(self, name: str, unit: ReadUnit[T], now: int, gone: threading.Event) -> T:
        connection = self._connection()

        async def stoppable(tx: Reader) -> T:
            connection.set_progress_handler(gone.is_set, _INSTRUCTIONS)
            try:
                return await unit(tx)
            finally:  # before the transaction ends, which nothing may stop
                connection.set_progress_handler(None)

        return read_on(connection, name, stoppable, now, self._boundaries)

    def _connection(self) -> apsw.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = connect(self._path, read_only=True)
            self._connections.append(self._local.connection)
        return cast(apsw.Connection, self._local.connection)
