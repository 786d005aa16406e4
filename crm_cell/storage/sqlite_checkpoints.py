"""Checkpoints beside the commits: the write-ahead log is copied into the database file by a thread.

SQLite by itself copies inside the commit that fills the log, and every write of that commit waits.
Here a connection of its own copies what is there while commits append to the log. The log begins
anew only when all of it is copied and nobody reads from it, which never happens while somebody
writes. So the last few pages are copied between two commits, which takes a moment.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import structlog

from crm_cell.storage.sqlite_connection import connect

log = structlog.get_logger()

# Pages that wait to be copied (16 MiB). Pages that many commits change are copied once, so copying
# less often is faster; the log is then larger.
_CHECKPOINT_PAGES = 4_000
# Few enough to be copied between two commits: that takes some milliseconds.
_FEW_PAGES = 1_000
# Where the writers outrun the copying, they wait for it once the log is four times as large.
_AHEAD_PAGES = 12_000
# A log of 256 MiB is worth a warning: somebody has been reading one snapshot for a long time.
_LARGE_PAGES = 64_000
# A log that a busy hour has made large is cut when nothing was written for so long.
_IDLE_SECONDS = 5.0


class Checkpoints:
    """Those of one writer. Used on the event loop; it copies on a thread."""

    def __init__(self, path: Path, writer: apsw.Connection) -> None:
        self._connection = connect(path)
        self._connection.wal_autocheckpoint(0)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._loop = asyncio.get_running_loop()
        self._pages = 0
        """In the log after the last commit."""
        self._copied = 0
        """Of them, what is in the database file as well."""
        self._goal = _CHECKPOINT_PAGES
        """Pages at which to begin. Where the log could not begin anew, as many more: somebody reads
        from it, and to try after each commit would make each wait."""
        self._copying: asyncio.Future[None] | None = None
        self._written = 0.0
        self._is_cut = True
        writer.set_wal_hook(self._committed)  # in place of SQLite's own checkpoints

    def start_if_due(self) -> None:
        """Call it after each commit, which costs a comparison."""
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
        """While nothing is written: the next commit then begins the log anew."""
        await self._loop.run_in_executor(self._thread, self._copy)
        self._goal = self._pages + _CHECKPOINT_PAGES
        if self._pages > _LARGE_PAGES:
            log.warning("large_write_ahead_log", pages=self._pages)

    async def cut_if_idle(self) -> None:
        """Give the disk back what the log took, once writing has ended. Call it now and then."""
        idle = self._loop.time() - self._written
        if not self._is_cut and self._copying is None and idle > _IDLE_SECONDS:
            self._is_cut = True
            await self._loop.run_in_executor(self._thread, self._cut)

    def close(self) -> None:
        self._thread.shutdown()
        self._connection.close()

    def _committed(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        """SQLite's word after each commit, on the thread that commits."""
        if pages < self._pages:  # the log has begun anew
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

    def _cut(self) -> None:
        self._copy()  # first, since to cut keeps writers out
        self._checkpoint(apsw.SQLITE_CHECKPOINT_TRUNCATE)  # gives (0, 0), and both are so

    def _checkpoint(self, mode: int) -> None:
        try:
            _, copied = self._connection.wal_checkpoint(mode=mode)
        except apsw.BusyError:  # another process copies, or reads what would be cut off
            return
        except apsw.Error:  # commits say so too, if it is the disk
            log.exception("checkpoint_failed")
            return
        self._copied = min(copied, self._pages)
