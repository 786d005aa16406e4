"""Units of work that share a commit, one after another in one transaction.

Nearly all succeed, or are refused before they have written anything. So they run as they are: a
savepoint for each would copy every page that it changes, as dear as its own statements. When one
does fail after it has written, everything is rolled back and the group runs again, now each unit
in a savepoint of its own.
"""

import asyncio
from time import perf_counter
from typing import Any

import structlog

from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import Unavailable
from crm_cell.storage import counters
from crm_cell.storage.engine import Params, Tally, WriteUnit
from crm_cell.storage.sqlite_connection import WEATHER, Late, SqliteTx, Writer, drive

log = structlog.get_logger()

# How long a unit may wait for the file's lock. A request is answered within 25 s or refused, and
# a copy of a request may have waited 10 s for the first before it comes here.
_PATIENCE_SECONDS = 14.0


class Spoilt(Exception):
    """The group's transaction holds what should not be there: it has to be run again."""


class Job:
    """A unit of work on its way through the writer."""

    def __init__(
        self,
        name: str,
        unit: WriteUnit[Any],
        answer: asyncio.Future[Any],
        *,
        long: bool,
        now: int | None,
    ) -> None:
        self.name, self.unit, self.answer, self.long, self.now = name, unit, answer, long, now
        self.arrived = perf_counter()
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


class Group:
    def __init__(self, writer: Writer, clock: Clock, *, careful: bool) -> None:
        self.jobs: list[Job] = []
        self._writer = writer
        self._connection = writer.connection
        self._clock = clock
        self._careful = careful
        self._tally: Tally = {}
        self._appended: dict[str, list[Params]] = {}
        self._late: Late = {}

    def run(self, job: Job, now: int, id_time: int) -> None:
        """Run one unit. What goes wrong inside concerns only that unit, unless it is the disk:
        then it concerns the group. Raises Spoilt."""
        self.jobs.append(job)
        job.error = None
        tx = SqliteTx(self._writer, now, id_time)
        if self._careful or job.long:
            self._run_in_a_savepoint(job, tx)
        else:
            self._run_as_it_is(job, tx)

    def _run_as_it_is(self, job: Job, tx: SqliteTx) -> None:
        changes = self._connection.total_changes()
        try:
            job.result = drive(job.unit(tx))
        except WEATHER:
            raise
        except Exception as error:
            if self._connection.total_changes() != changes:
                raise Spoilt from error
            job.error = error
            return
        for sql, rows in tx.appended:
            self._appended.setdefault(sql, []).extend(rows)
        for unit, left in tx.late.items():
            self._late.setdefault(unit, []).extend(left)
        self._gather(tx)

    def _run_in_a_savepoint(self, job: Job, tx: SqliteTx) -> None:
        self._connection.execute("SAVEPOINT unit")
        try:
            job.result = drive(job.unit(tx))
            for sql, rows in tx.appended:
                self._connection.executemany(sql, rows)
            _finish(tx, tx.late)
            self._gather(tx)
        except Exception as error:
            if isinstance(error, WEATHER):
                raise
            job.error = error
            self._connection.execute("ROLLBACK TO unit")
        self._connection.execute("RELEASE unit")

    def _gather(self, tx: SqliteTx) -> None:
        ended = self._clock.id_time(self._clock.now())
        counters.merge(self._tally, counters.settled(tx.tally, tx.id_time, ended))

    def write_what_was_put_off(self) -> None:
        """For all units together: a statement that is run for many rows at once costs half, and
        most units move the same few counters. Raises Spoilt."""
        try:
            for sql, appended in self._appended.items():
                self._connection.executemany(sql, appended)
            now = self._clock.now()
            _finish(SqliteTx(self._writer, now, self._clock.id_time(now)), self._late)
        except WEATHER:
            raise
        except Exception as error:  # somebody's mistake: it is found out whose
            raise Spoilt from error
        if rows := counters.rows(self._tally, SqliteTx.stripe):
            self._connection.executemany(counters.ADD, rows)

    def fail(self, why: str, cause: Exception | None = None) -> None:
        """None of the group is on disk, or nobody can tell: a retry with the same id settles it.

        Also those who were refused, since it may have been for what is now undone.
        """
        log.error("commit_failed", error=why, units=[job.name for job in self.jobs])
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._writer.hints.clear()
        for job in self.jobs:
            job.error = caused_by(cause, Unavailable("commit_unknown"))

    def settle(self) -> None:
        for job in self.jobs:
            job.settle()


def caused_by(cause: Exception | None, error: Unavailable) -> Unavailable:
    error.__cause__ = cause
    return error


def _finish(tx: SqliteTx, late: Late) -> None:
    for unit, rows in late.items():
        drive(unit(tx, rows))
