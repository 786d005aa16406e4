"""Reads that take long (exports, raw reports) run on threads, each with its own connection."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

import apsw

from crm_cell.kernel.errors import RateLimited
from crm_cell.storage.engine import ReadUnit
from crm_cell.storage.page_boundaries import Boundaries
from crm_cell.storage.sqlite_connection import connect, read_on

T = TypeVar("T")

_THREADS = 2
# Long reads waiting for a thread; past it the caller is told to come back.
_MAX_WAITING = 64


class LongReaders:
    def __init__(self, path: Path, boundaries: Boundaries) -> None:
        self._path = path
        self._boundaries = boundaries
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="long-read")
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []
        self._running = 0

    async def run(self, name: str, unit: ReadUnit[T], now: int) -> T:
        if self._running >= _MAX_WAITING:
            raise RateLimited
        self._running += 1
        try:
            loop = asyncio.get_running_loop()
            return cast(T, await loop.run_in_executor(self._threads, self._read, name, unit, now))
        finally:
            self._running -= 1

    def close(self) -> None:
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()

    def _read(self, name: str, unit: ReadUnit[Any], now: int) -> Any:
        return read_on(self._connection(), name, unit, now, self._boundaries)

    def _connection(self) -> apsw.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = connect(self._path, read_only=True)
            self._connections.append(self._local.connection)
        return cast(apsw.Connection, self._local.connection)
