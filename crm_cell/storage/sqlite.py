"""SQLite by group commit: one process, one writer, many acknowledged writes per fsync.

Units of work that arrive while a commit is under way run one after another inside the next
transaction; the COMMIT, which waits for the disk, happens off the event loop; then all of them are
answered. Reads run inline: a point read costs less than handing it to a thread.
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
from crm_cell.storage.condition import TRIAL_TENANT, Condition, trial
from crm_cell.storage.engine import EVERY_TENANT, NO_KEYS, ChainKeys, ReadUnit, Tenant, WriteUnit
from crm_cell.storage.errors import HALF_MOVED, CannotOpen, FileHeld, TakesLong
from crm_cell.storage.page_boundaries import Boundaries
from crm_cell.storage.sqlite_checkpoints import Checkpoints
from crm_cell.storage.sqlite_connection import (
    DAMAGE,
    WEATHER,
    SqliteReader,
    Writer,
    connect,
    drive,
    is_half_moved,
    unique_indexes,
)
from crm_cell.storage.sqlite_files import LOST, FileLost, OpenFiles
from crm_cell.storage.sqlite_group import Group, Job, Spoilt, caused_by
from crm_cell.storage.sqlite_readers import LongReaders

T = TypeVar("T")
log = structlog.get_logger()

# A group ends after this long, so that reads waiting for the event loop never notice it.
_GROUP_SECONDS = 0.005
# Units waiting for a commit: beyond this the disk is hopelessly behind, and callers are told.
_MAX_WAITING = 4096
_LOCK_RETRY_SECONDS = 0.01
# A unit that fails after it has written makes its group run again. Who is refused once is often
# refused again: this many groups are then prepared for it.
_CAREFUL_GROUPS = 100
# How often the files are looked at while nothing is written.
_WATCH_SECONDS = 0.5
# An inline read that takes this long holds everybody up, and should have been declared long.
_SLOW_SECONDS = 0.05


class SqliteDatabase:
    spread = False

    def __init__(
        self, path: Path, clock: Clock | None = None, *, chain_keys: ChainKeys = NO_KEYS
    ) -> None:
        self._path = path
        self._chain_keys = chain_keys
        self._clock = clock or Clock()
        self._waiting: deque[Job] = deque()
        self._arrived = asyncio.Event()
        self._stopping = False
        self._careful_groups = 0
        self._commit_thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._boundaries = Boundaries()
        self._condition = Condition(DAMAGE)
        self._long_readers = LongReaders(path, self._boundaries)

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()  # finding it costs a system call each time
        self._writer = connect(self._path)
        self._reader = connect(self._path, read_only=True)
        self._cursor = self._reader.cursor()
        if is_half_moved(self._reader):
            raise CannotOpen(f"{self._path}: {HALF_MOVED}")
        self._shared = Writer(self._writer, unique_indexes(self._reader), self._chain_keys)
        self._files = OpenFiles(self._path)
        self._checkpoints = Checkpoints(self._path, self._writer)
        self._watch_task = asyncio.create_task(self._watch_files())
        self._write_task = asyncio.create_task(self._write_forever())

    async def stop(self) -> None:
        """Finish what is waiting, then close."""
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
        await self._condition.check(lambda: self.write("readiness", TRIAL_TENANT, trial))

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
            self._condition.read_failed(error)
            raise

    def _read_inline(self, name: str, unit: ReadUnit[T]) -> T:
        started = perf_counter()
        self._open_snapshot()
        try:
            return drive(unit(SqliteReader(self._cursor, self._clock.now(), self._boundaries)))
        except WEATHER as error:
            log.exception("read_failed", unit=name)
            raise Unavailable from error
        finally:
            if (seconds := perf_counter() - started) > _SLOW_SECONDS:
                log.warning("slow_read", unit=name, ms=round(seconds * 1000))

    def _open_snapshot(self) -> None:
        """One snapshot serves the reads of one turn of the event loop: taking one costs as much as
        a point read. It ends before anybody hears of a commit that it does not show, because the
        loop runs what was scheduled first, first."""
        if not self._reader.in_transaction:
            self._cursor.execute("BEGIN")
            self._loop.call_soon(self._end_snapshot)

    def _end_snapshot(self) -> None:
        try:
            self._cursor.execute("COMMIT")
        except apsw.Error:  # its reads have failed already, and it ends all the same
            log.exception("snapshot_failed")

    async def write(
        self,
        name: str,
        _tenant: Tenant,
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
        job = Job(name, unit, self._loop.create_future(), long=long, now=now)
        self._waiting.append(job)
        self._arrived.set()
        try:
            return cast(T, await job.answer)
        except Unavailable as error:
            self._condition.write_failed(error)
            raise

    async def run_long(self, tenant: Tenant, function: Callable[[], T], /) -> T:
        return await self._long_readers.work.run(tenant, function, stop=_let_it_end)

    async def overwrite_deleted(self) -> None:
        """Only here, where a person is erased: it costs every write that deletes or shortens."""
        await self.write(
            "overwrite_deleted", EVERY_TENANT, lambda tx: tx.all("PRAGMA secure_delete = ON")
        )

    async def refresh_statistics(self) -> None:
        """In line with the writes: no connection serves two threads at once."""
        await self.write(
            "statistics", EVERY_TENANT, lambda tx: tx.all("PRAGMA optimize"), long=True
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
        """Take the file's write lock; another process (an import, a backup) may hold it."""
        while self._waiting:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except apsw.BusyError:
                self._give_up_on_the_oldest()
                await asyncio.sleep(_LOCK_RETRY_SECONDS)
            except apsw.Error as error:
                job = self._waiting.popleft()
                log.exception("begin_failed", unit=job.name)
                job.fail(caused_by(error, Unavailable()))
            else:
                return True
        return False

    def _give_up_on_the_oldest(self) -> None:
        while self._waiting and self._waiting[0].is_too_late():
            self._waiting.popleft().fail(FileHeld())

    async def _run_group(self) -> None:
        group = Group(self._shared, self._clock, careful=self._careful_groups > 0)
        self._careful_groups = max(0, self._careful_groups - 1)
        changes = self._writer.total_changes()
        try:
            await self._run_waiting(group)
            group.write_what_was_put_off()
            if self._writer.total_changes() == changes:
                self._writer.execute("COMMIT")
            else:
                await self._off_the_loop(self._writer.execute, "COMMIT")
        except Spoilt:
            self._writer.execute("ROLLBACK")
            self._shared.hints.clear()
            self._waiting.extendleft(reversed(group.jobs))
            self._careful_groups = _CAREFUL_GROUPS
        except apsw.Error as error:
            group.fail(str(error), error)
            group.settle()
        else:
            if self._files.commit_is_lost():  # the commit went where nobody will find it
                group.fail(LOST, FileLost(LOST))
            group.settle()

    async def _run_waiting(self, group: Group) -> None:
        ends = perf_counter() + _GROUP_SECONDS
        while self._waiting and perf_counter() < ends:
            job = self._waiting.popleft()
            if job.is_too_late():
                job.fail(RateLimited())
                continue
            now, id_time = self._clock.of_write(job.now)
            if job.long:
                await self._off_the_loop(group.run, job, now, id_time)
            else:
                group.run(job, now, id_time)

    async def _watch_files(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if not self._files.are_lost():
                await self._checkpoints.cut_if_idle()

    async def _off_the_loop(self, function: Any, *args: Any) -> None:
        await self._loop.run_in_executor(self._commit_thread, function, *args)


def _let_it_end() -> None:
    """Nothing stops it: its caller waits."""
