"""Units of work that share a commit, one after another in one transaction.

Nearly all succeed, or are refused before they have written anything, so they run without
savepoints: a savepoint copies every page that its unit changes, which costs as much as the unit's
statements. If a unit fails after it has written, the transaction is rolled back and the group runs
again with a savepoint for each unit.
"""

import asyncio
from time import perf_counter
from typing import Any

import structlog

from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import Unavailable
from crm_cell.kernel.messages import COMMIT_UNKNOWN
from crm_cell.storage import counters
from crm_cell.storage.engine import CounterDeltas, Params, Tenant, WriteUnit
from crm_cell.storage.sqlite.connection import (
    DATABASE_ERRORS,
    BeforeCommitCalls,
    SqliteTx,
    Writer,
    drive,
)

log = structlog.get_logger()

# How long a unit may wait for the file's lock. A request is answered or refused within 25 s, and a
# retry with the same idempotency key may have waited 10 s for the first request before it.
_PATIENCE_SECONDS = 14.0


class MustRunAgain(Exception):
    """The group's transaction contains writes of a failed unit, so the group has to run again."""


class PendingWrite:
    """A unit of work on its way through the writer."""

    def __init__(
        self,
        name: str,
        tenant: Tenant,
        unit: WriteUnit[Any],
        answer: asyncio.Future[Any],
        *,
        long: bool,
        now: int | None,
    ) -> None:
        self.name, self.tenant, self.unit, self.answer = name, tenant, unit, answer
        self.long, self.now = long, now
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
    def __init__(self, writer: Writer, clock: Clock, *, with_savepoints: bool) -> None:
        self.writes: list[PendingWrite] = []
        self._writer = writer
        self._connection = writer.connection
        self._clock = clock
        self._with_savepoints = with_savepoints
        self._pending_deltas: CounterDeltas = {}
        self._deferred: dict[str, list[Params]] = {}
        self._before_commit_calls: BeforeCommitCalls = {}

    def run(self, write: PendingWrite, now: int, id_time: int) -> None:
        """Run one unit. An error in it fails only this unit; a database error is raised and fails
        the whole group. Raises MustRunAgain."""
        self.writes.append(write)
        write.error = None
        tx = SqliteTx(self._writer, now, id_time)
        tx.may_take_long = write.long
        if self._with_savepoints or write.long:
            self._run_in_a_savepoint(write, tx)
        else:
            self._run_directly(write, tx)

    def _run_directly(self, write: PendingWrite, tx: SqliteTx) -> None:
        changes = self._connection.total_changes()
        try:
            write.result = drive(write.unit(tx))
        except DATABASE_ERRORS:
            raise
        except Exception as error:
            if self._connection.total_changes() != changes:
                raise MustRunAgain from error
            write.error = error
            return
        for sql, rows in tx.deferred:
            self._deferred.setdefault(sql, []).extend(rows)
        for unit, left in tx.before_commit_calls.items():
            self._before_commit_calls.setdefault(unit, []).extend(left)
        self._add_deltas(tx)

    def _run_in_a_savepoint(self, write: PendingWrite, tx: SqliteTx) -> None:
        self._connection.execute("SAVEPOINT unit")
        try:
            write.result = drive(write.unit(tx))
            for sql, rows in tx.deferred:
                self._connection.executemany(sql, rows)
            _call_before_commit(tx, tx.before_commit_calls)
            self._add_deltas(tx)
        except Exception as error:
            if isinstance(error, DATABASE_ERRORS):
                raise
            write.error = error
            self._connection.execute("ROLLBACK TO unit")
        self._connection.execute("RELEASE unit")

    def _add_deltas(self, tx: SqliteTx) -> None:
        ended = self._clock.id_time(self._clock.now())
        counters.merge(self._pending_deltas, counters.settled(tx.pending_deltas, tx.id_time, ended))

    def write_deferred(self) -> None:
        """Write the deferred rows and counters of all units together: one statement for many rows
        costs half, and most units change the same few counters. Raises MustRunAgain."""
        try:
            for sql, deferred in self._deferred.items():
                self._connection.executemany(sql, deferred)
            now = self._clock.now()
            _call_before_commit(
                SqliteTx(self._writer, now, self._clock.id_time(now)), self._before_commit_calls
            )
        except DATABASE_ERRORS:
            raise
        except Exception as error:  # the next run, with savepoints, finds the unit that failed
            raise MustRunAgain from error
        if rows := counters.rows(self._pending_deltas, SqliteTx.stripe):
            self._connection.executemany(counters.ADD, rows)

    def fail(self, why: str, cause: Exception | None = None) -> None:
        """Fail every unit: the outcome of the commit is unknown, and a retry with the same
        idempotency key is safe.

        This includes units that were refused, since the reason may have been rolled back.
        """
        log.error("commit_failed", error=why, units=[write.name for write in self.writes])
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._writer.connection_cache.clear()
        for write in self.writes:
            write.error = with_cause(cause, Unavailable(COMMIT_UNKNOWN))

    def settle(self) -> None:
        for write in self.writes:
            write.settle()


def with_cause(cause: Exception | None, error: Unavailable) -> Unavailable:
    error.__cause__ = cause
    return error


def _call_before_commit(tx: SqliteTx, before_commit_calls: BeforeCommitCalls) -> None:
    for unit, rows in before_commit_calls.items():
        drive(unit(tx, rows))
