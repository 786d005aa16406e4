"""SQLite with group commit: one process, one writer, many acknowledged writes per fsync.

Units of work that arrive during a commit run one after another inside the next transaction. The
COMMIT, which waits for the disk, runs outside the event loop; after it all callers get their
results. Reads run inline, because a point read costs less than a switch to a thread.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar, cast

import apsw
import structlog

from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.storage.engine import (
    EVERY_TENANT,
    NO_KEYS,
    ChainKeys,
    OnCommit,
    ReadUnit,
    Tenant,
    WriteUnit,
)
from crm_cell.storage.errors import UNFINISHED_TRANSFER, CannotOpen, FileHeld, TakesLong
from crm_cell.storage.health import TRIAL_TENANT, DatabaseHealth, trial
from crm_cell.storage.paging.rank_index import RankIndex
from crm_cell.storage.sqlite import search_terms
from crm_cell.storage.sqlite.checkpoints import Checkpoints
from crm_cell.storage.sqlite.connection import (
    DAMAGE,
    DATABASE_ERRORS,
    SqliteReader,
    Writer,
    connect,
    drive,
    has_unfinished_transfer,
    unique_indexes,
)
from crm_cell.storage.sqlite.files import LOST, FileLost, OpenFiles
from crm_cell.storage.sqlite.group_commit import Group, MustRunAgain, PendingWrite, with_cause
from crm_cell.storage.sqlite.readers import LongReaders

T = TypeVar("T")
log = structlog.get_logger()

# A group ends after this long, so that it does not noticeably delay reads on the event loop.
_GROUP_SECONDS = 0.005
# So many units may wait for a commit. With more, the disk is far behind, and further writes fail
# with RateLimited.
_MAX_WAITING = 4096
_LOCK_RETRY_SECONDS = 0.01
# A unit that fails after it has written makes its group run again. Such failures often repeat, so
# the next groups run each unit in a savepoint.
_SAVEPOINT_GROUPS = 100
# How often the identity of the files is checked while nothing is written.
_WATCH_SECONDS = 0.5
# An inline read that takes this long delays all requests, and should have been declared long.
_SLOW_SECONDS = 0.05


class SqliteDatabase:
    spread = False

    def __init__(
        self, path: Path, clock: Clock | None = None, *, chain_keys: ChainKeys = NO_KEYS
    ) -> None:
        self._path = path
        self._chain_keys = chain_keys
        self._clock = clock or Clock()
        self._waiting: deque[PendingWrite] = deque()
        self._arrived = asyncio.Event()
        self._stopping = False
        self._on_commit: OnCommit = _notify_nobody
        self._savepoint_groups = 0
        self._commit_thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._rank_index = RankIndex()
        self._health = DatabaseHealth(DAMAGE)
        self._long_readers = LongReaders(path, self._rank_index)

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()  # each lookup would cost a system call
        self._writer = connect(self._path)
        self._reader = connect(self._path, read_only=True)
        self._cursor = self._reader.cursor()
        if has_unfinished_transfer(self._reader):
            raise CannotOpen(f"{self._path}: {UNFINISHED_TRANSFER}")
        search_terms.create(self._writer)
        self._shared = Writer(self._writer, unique_indexes(self._reader), self._chain_keys)
        self._files = OpenFiles(self._path)
        self._checkpoints = Checkpoints(self._path, self._writer)
        self._watch_task = asyncio.create_task(self._watch_files())
        self._write_task = asyncio.create_task(self._write_forever())

    async def stop(self) -> None:
        """Finish the waiting units, then close."""
        self._stopping = True
        self._arrived.set()
        await self._write_task
        self._watch_task.cancel()
        self._commit_thread.shutdown()
        self._long_readers.close()
        self._checkpoints.close()
        self._reader.close()
        self._writer.close()

    async def ping(self) -> None:
        if self._files.are_lost():
            raise Unavailable from FileLost(LOST)
        try:
            self._reader.execute("SELECT 1 FROM alembic_version").fetchall()
        except apsw.Error as error:
            raise Unavailable from error

    async def ready(self) -> None:
        await self.ping()
        await self._health.check(lambda: self.write("readiness", TRIAL_TENANT, trial))

    async def read(
        self, name: str, tenant: Tenant, unit: ReadUnit[T], /, *, long: bool | None = False
    ) -> T:
        if self._files.lost:
            raise Unavailable from FileLost(LOST)
        try:
            if not long:
                try:
                    return self._read_inline(name, unit)
                except TakesLong:
                    if long is None:
                        raise
                    log.debug("long_after_all", unit=name)
            return await self._long_readers.run(name, tenant, unit, self._clock.now())
        except Unavailable as error:
            self._health.read_failed(error)
            raise

    def _read_inline(self, name: str, unit: ReadUnit[T]) -> T:
        started = perf_counter()
        self._open_snapshot()
        try:
            return drive(unit(SqliteReader(self._cursor, self._clock.now(), self._rank_index)))
        except DATABASE_ERRORS as error:
            log.exception("read_failed", unit=name)
            raise Unavailable from error
        finally:
            if (seconds := perf_counter() - started) > _SLOW_SECONDS:
                log.warning("slow_read", unit=name, ms=round(seconds * 1000))

    def _open_snapshot(self) -> None:
        """Reads of one iteration of the event loop share a snapshot, which costs as much as a point
        read. It ends before any caller learns of a later commit, because the loop runs callbacks
        in the order in which they were scheduled."""
        if not self._reader.in_transaction:
            self._cursor.execute("BEGIN")
            self._loop.call_soon(self._end_snapshot)

    def _end_snapshot(self) -> None:
        try:
            self._cursor.execute("COMMIT")
        except apsw.Error:  # its reads have failed already, and the snapshot ends anyway
            log.exception("snapshot_failed")

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
        if self._stopping:
            raise Unavailable
        if self._files.lost:
            raise Unavailable from FileLost(LOST)
        if len(self._waiting) >= _MAX_WAITING:
            raise RateLimited
        write = PendingWrite(name, tenant, unit, self._loop.create_future(), long=long, now=now)
        self._waiting.append(write)
        self._arrived.set()
        try:
            return cast(T, await write.answer)
        except Unavailable as error:
            self._health.write_failed(error)
            raise

    def on_commit(self, call: OnCommit) -> None:
        self._on_commit = call

    async def run_long(self, tenant: Tenant, function: Callable[[], T], /) -> T:
        return await self._long_readers.work.run(tenant, function, stop=_cannot_stop)

    async def overwrite_deleted(self) -> None:
        """Only erasure switches this on, because it slows down every write that deletes or shortens
        a row."""
        await self.write(
            "overwrite_deleted", EVERY_TENANT, lambda tx: tx.fetch_all("PRAGMA secure_delete = ON")
        )

    async def refresh_statistics(self) -> None:
        """Runs as a write, because only the writer may use its connection."""
        await self.write(
            "statistics", EVERY_TENANT, lambda tx: tx.fetch_all("PRAGMA optimize"), long=True
        )

    async def _write_forever(self) -> None:
        while self._waiting or not self._stopping:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                if self._checkpoints.want_a_pause:
                    await self._checkpoints.copy_rest()
                if await self._begin():
                    await self._run_group()
                    self._checkpoints.start_if_due()

    async def _begin(self) -> bool:
        """Take the file's write lock, which another process (an import, a backup) may hold."""
        while self._waiting:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except apsw.BusyError:
                self._refuse_late_writes()
                await asyncio.sleep(_LOCK_RETRY_SECONDS)
            except apsw.Error as error:
                write = self._waiting.popleft()
                log.exception("begin_failed", unit=write.name)
                write.fail(with_cause(error, Unavailable()))
            else:
                return True
        return False

    def _refuse_late_writes(self) -> None:
        while self._waiting and self._waiting[0].is_too_late():
            self._waiting.popleft().fail(FileHeld())

    async def _run_group(self) -> None:
        group = Group(self._shared, self._clock, with_savepoints=self._savepoint_groups > 0)
        self._savepoint_groups = max(0, self._savepoint_groups - 1)
        changes = self._writer.total_changes()
        try:
            await self._run_writes(group)
            group.write_deferred()
            if self._writer.total_changes() == changes:
                self._writer.execute("COMMIT")
            else:
                await self._off_the_loop(self._writer.execute, "COMMIT")
        except MustRunAgain:
            self._writer.execute("ROLLBACK")
            self._shared.connection_cache.clear()
            self._waiting.extendleft(reversed(group.writes))
            self._savepoint_groups = _SAVEPOINT_GROUPS
        except apsw.Error as error:
            group.fail(str(error), error)
            group.settle()
        else:
            if self._files.commit_is_lost():  # the commit went into a file without a name
                group.fail(LOST, FileLost(LOST))
            group.settle()
            for tenant in {write.tenant for write in group.writes if write.tenant is not None}:
                self._on_commit(tenant)

    async def _run_writes(self, group: Group) -> None:
        ends = perf_counter() + _GROUP_SECONDS
        while self._waiting and perf_counter() < ends:
            write = self._waiting.popleft()
            if write.is_too_late():
                write.fail(RateLimited())
                continue
            now, id_time = self._clock.write_times(write.now)
            if write.long:
                await self._off_the_loop(group.run, write, now, id_time)
            else:
                group.run(write, now, id_time)

    async def _watch_files(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if not self._files.are_lost():
                await self._checkpoints.truncate_if_idle()

    async def _off_the_loop(self, function: Any, *args: Any) -> None:
        await self._loop.run_in_executor(self._commit_thread, function, *args)


def _notify_nobody(_tenant: str) -> None:
    """The default: no listener for commits."""


def _cannot_stop() -> None:
    """The function cannot be stopped, so a cancelled caller waits for its end."""
