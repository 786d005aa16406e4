"""Checkpoints on a thread: they copy the write-ahead log into the database file beside commits.

By default SQLite runs a checkpoint inside the commit that fills the log, and every write of that
commit waits. Here a second connection copies pages while commits append to the log. SQLite can
reuse the log from its start only when all of it is copied and no reader needs it, which never
happens while writes go on. So the last few pages are copied between two commits, which takes some
milliseconds.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import structlog

from crm_cell.storage.sqlite.connection import connect

log = structlog.get_logger()

# Pages in the log at which a checkpoint begins (16 MiB). A page that many commits change is copied
# once, so fewer checkpoints are faster, but the log grows larger.
_CHECKPOINT_PAGES = 4_000
# So few pages are copied between two commits, which takes some milliseconds.
_FEW_PAGES = 1_000
# If commits append faster than the thread copies, they wait once the log is four times as large.
_AHEAD_PAGES = 12_000
# A log of 256 MiB is logged as a warning: some reader has held one snapshot for a long time.
_LARGE_PAGES = 64_000
# The log is truncated after so long without a write.
_IDLE_SECONDS = 5.0


class Checkpoints:
    """The checkpoints of one writer. Called on the event loop; copies on a thread."""

    def __init__(self, path: Path, writer: apsw.Connection) -> None:
        self._connection = connect(path)
        self._connection.wal_autocheckpoint(0)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._loop = asyncio.get_running_loop()
        self._pages = 0
        """Pages in the log after the last commit."""
        self._copied = 0
        """How many of them are also in the database file."""
        self._goal = _CHECKPOINT_PAGES
        """The number of pages at which the next checkpoint begins. It is raised while a reader
        keeps SQLite from reusing the log, because a new try after each commit would delay each."""
        self._copying: asyncio.Future[None] | None = None
        self._written = 0.0
        self._is_cut = True
        writer.set_wal_hook(self._committed)  # in place of SQLite's own checkpoints

    def start_if_due(self) -> None:
        """Call this after each commit; it is cheap."""
        if self._pages >= self._goal and self._copying is None and self._rest > _FEW_PAGES:
            self._copying = self._loop.run_in_executor(self._thread, self._copy_beside)
            self._copying.add_done_callback(self._copied_beside)

    @property
    def want_a_pause(self) -> bool:
        """Whether `copy_rest` should run before the next commit begins."""
        ahead = self._pages - self._goal
        return (ahead >= 0 and self._copying is None and self._rest <= _FEW_PAGES) or (
            ahead >= _AHEAD_PAGES
        )

    async def copy_rest(self) -> None:
        """Call this between transactions: the next commit then reuses the log from its start."""
        await self._loop.run_in_executor(self._thread, self._copy)
        self._goal = self._pages + _CHECKPOINT_PAGES
        if self._pages > _LARGE_PAGES:
            log.warning("large_write_ahead_log", pages=self._pages)

    async def truncate_if_idle(self) -> None:
        """Free the disk space of the log when writes have stopped. Call this periodically."""
        idle = self._loop.time() - self._written
        if not self._is_cut and self._copying is None and idle > _IDLE_SECONDS:
            self._is_cut = True
            await self._loop.run_in_executor(self._thread, self._truncate)

    def close(self) -> None:
        self._thread.shutdown()
        self._connection.close()

    def _committed(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        """SQLite calls this after each commit, on the thread that commits."""
        if pages < self._pages:  # SQLite reuses the log from its start
            self._copied, self._goal = 0, _CHECKPOINT_PAGES
        self._pages = pages
        self._written = self._loop.time()
        self._is_cut = False
        return apsw.SQLITE_OK

    @property
    def _rest(self) -> int:
        return self._pages - self._copied

    def _copied_beside(self, copying: asyncio.Future[None]) -> None:
        self._copying = None
        copying.result()

    def _copy_beside(self) -> None:
        before = self._copied
        self._copy()
        if self._copied <= before:
            self._goal = self._pages + _CHECKPOINT_PAGES

    def _copy(self) -> None:
        self._checkpoint(apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _truncate(self) -> None:
        self._copy()  # first, because truncating blocks writers
        self._checkpoint(apsw.SQLITE_CHECKPOINT_TRUNCATE)  # returns (0, 0): the log is empty

    def _checkpoint(self, mode: int) -> None:
        try:
            _, copied = self._connection.wal_checkpoint(mode=mode)
        except apsw.BusyError:  # another process runs a checkpoint or still reads the log
            return
        except apsw.Error:  # if the disk is the cause, commits report it too
            log.exception("checkpoint_failed")
            return
        self._copied = min(copied, self._pages)
