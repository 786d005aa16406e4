"""SQLite by group commit: one process, one writer, many acknowledged writes per fsync.

Units of work that arrive while a commit is under way run one after another inside the next
transaction, each in a savepoint of its own; the COMMIT, which waits for the disk, happens off the
event loop; then all of them are answered. Reads run inline: a point read costs less than handing
it to a thread.
"""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar, cast

import apsw
import structlog

from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.storage import counters
from crm_cell.storage.engine import EVERY_TENANT, ReadUnit, Tally, Tenant, WriteUnit
from crm_cell.storage.sqlite_connection import (
    WEATHER,
    SqliteTx,
    connect,
    drive,
    unique_indexes,
)
from crm_cell.storage.sqlite_readers import LongReaders

T = TypeVar("T")
log = structlog.get_logger()

# A group ends after this long, so that reads waiting for the event loop never notice it.
_GROUP_SECONDS = 0.005
# Units waiting for a commit: beyond this the disk is hopelessly behind, and callers are told.
_MAX_WAITING = 4096
# How long a unit may wait for the file's lock. A request is answered within 25 s or refused, and
# a copy of a request may have waited 10 s for the first before it comes here.
_PATIENCE_SECONDS = 14.0
_LOCK_RETRY_SECONDS = 0.01
# An inline read that takes this long holds everybody up, and should have been declared long.
_SLOW_SECONDS = 0.05


class _Job:
    """A unit of work on its way through the writer."""

    def __init__(self, name: str, unit: WriteUnit[Any], *, long: bool, now: int | None) -> None:
        self.name, self.unit, self.long, self.now = name, unit, long, now
        self.arrived = perf_counter()
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.result: Any = None
        self.error: BaseException | None = None

    def is_too_late(self) -> bool:
        return perf_counter() - self.arrived > _PATIENCE_SECONDS

    def settle(self) -> None:
        if self.answer.done():  # the caller has gone away
            return
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self.result)

    def fail(self, error: Exception) -> None:
        self.error = error
        self.settle()


class SqliteDatabase:
    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path = path
        self._clock = clock or Clock()
        self._waiting: deque[_Job] = deque()
        self._arrived = asyncio.Event()
        self._stopping = False
        self._tally: Tally = {}
        self._commit_thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._long_readers = LongReaders(path)

    async def start(self) -> None:
        self._writer = connect(self._path)
        self._reader = connect(self._path, read_only=True)
        self._indexes = unique_indexes(self._reader)
        self._write_task = asyncio.create_task(self._write_forever())

    async def stop(self) -> None:
        """Finish what is waiting, then close."""
        self._stopping = True
        self._arrived.set()
        await self._write_task
        self._commit_thread.shutdown()
        self._long_readers.close()
        self._reader.close()
        self._writer.close()

    async def ping(self) -> None:
        try:
            self._reader.execute("SELECT 1 FROM alembic_version").fetchall()
        except apsw.Error as error:
            raise Unavailable from error

    async def read(
        self, name: str, _tenant: Tenant, unit: ReadUnit[T], /, *, long: bool = False
    ) -> T:
        if long:
            return await self._long_readers.run(name, unit, self._clock.now())
        started = perf_counter()
        self._open_snapshot()
        try:
            return drive(unit(SqliteTx(self._reader, self._clock.now(), self._indexes)))
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
            self._reader.execute("BEGIN")
            asyncio.get_running_loop().call_soon(self._end_snapshot)

    def _end_snapshot(self) -> None:
        try:
            self._reader.execute("COMMIT")
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
        if len(self._waiting) >= _MAX_WAITING:
            raise RateLimited
        job = _Job(name, unit, long=long, now=now)
        self._waiting.append(job)
        self._arrived.set()
        return cast(T, await job.answer)

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
                if await self._begin():
                    await self._run_group()

    async def _begin(self) -> bool:
        """Take the file's write lock; another process (an import, a backup) may hold it."""
        while self._waiting:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except apsw.BusyError:
                self._give_up_on_the_oldest()
                await asyncio.sleep(_LOCK_RETRY_SECONDS)
            except apsw.Error:
                job = self._waiting.popleft()
                log.exception("begin_failed", unit=job.name)
                job.fail(Unavailable())
            else:
                return True
        return False

    def _give_up_on_the_oldest(self) -> None:
        while self._waiting and self._waiting[0].is_too_late():
            self._waiting.popleft().fail(Unavailable())

    async def _run_group(self) -> None:
        group: list[_Job] = []
        changes = self._writer.total_changes()
        ends = perf_counter() + _GROUP_SECONDS
        try:
            while self._waiting and perf_counter() < ends:
                job = self._waiting.popleft()
                if job.is_too_late():
                    job.fail(RateLimited())
                    continue
                group.append(job)
                if job.long:
                    await self._off_the_loop(self._run, job)
                else:
                    self._run(job)
            self._write_tally()
            if self._writer.total_changes() == changes:
                self._writer.execute("COMMIT")
            else:
                await self._off_the_loop(self._writer.execute, "COMMIT")
        except apsw.Error as error:
            self._fail_group(group, error)
        for job in group:
            job.settle()

    def _write_tally(self) -> None:
        """All units of the group together: most of them move the same few counters."""
        tally, self._tally = self._tally, {}
        if rows := counters.rows(tally, SqliteTx.stripe):
            self._writer.executemany(counters.ADD, rows)

    async def _off_the_loop(self, function: Any, *args: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(self._commit_thread, function, *args)

    def _run(self, job: _Job) -> None:
        """Run one unit in its savepoint. What goes wrong inside concerns only that unit, unless
        it is the disk: then it concerns the group."""
        now = job.now if job.now is not None else self._clock.now()
        self._writer.execute("SAVEPOINT unit")
        try:
            tx = SqliteTx(self._writer, now, self._indexes)
            job.result = drive(job.unit(tx))
            counters.merge(self._tally, tx.tally)
        except Exception as error:
            if isinstance(error, WEATHER):
                raise
            job.error = error
            self._writer.execute("ROLLBACK TO unit")
        self._writer.execute("RELEASE unit")

    def _fail_group(self, group: list[_Job], error: apsw.Error) -> None:
        """None of the group is on disk, or nobody can tell: a retry with the same id settles it.

        Also those who were refused, since it may have been for what is now undone.
        """
        log.error("commit_failed", error=str(error), units=[job.name for job in group])
        self._tally = {}
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        for job in group:
            job.error = Unavailable("commit_unknown")
