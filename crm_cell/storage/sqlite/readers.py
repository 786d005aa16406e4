"""Long reads (exports, raw reports) on threads, each with its own connection."""

import threading
from pathlib import Path
from typing import TypeVar, cast

import apsw

from crm_cell.storage.engine import Reader, ReadUnit, Tenant
from crm_cell.storage.paging.rank_index import RankIndex
from crm_cell.storage.sqlite.connection import connect, read_on
from crm_cell.storage.worker_threads import WorkerThreads

T = TypeVar("T")

# How often a statement checks whether its caller was cancelled: about every millisecond.
_INSTRUCTIONS = 20_000


class LongReaders:
    def __init__(self, path: Path, rank_index: RankIndex) -> None:
        self._path = path
        self._rank_index = rank_index
        self.work = WorkerThreads("long-read")
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []

    async def run(self, name: str, tenant: Tenant, unit: ReadUnit[T], now: int) -> T:
        """Raises RateLimited. Cancelling the caller interrupts the running statement."""
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
            finally:  # the end of the transaction must not be interrupted
                connection.set_progress_handler(None)

        return read_on(connection, name, stoppable, now, self._rank_index)

    def _connection(self) -> apsw.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = connect(self._path, read_only=True)
            self._connections.append(self._local.connection)
        return cast(apsw.Connection, self._local.connection)
