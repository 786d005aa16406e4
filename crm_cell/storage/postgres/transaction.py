"""A transaction on a PostgreSQL connection.

BEGIN is sent with the first statement where the parameters can be written as text. Deferred rows
are sent in one statement, together with the rows that are written conditionally. Each saved round
trip shortens the time for which the transaction holds its locks.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from itertools import chain
from typing import Any, TypeVar

import asyncpg

from crm_cell.kernel.errors import ClientError
from crm_cell.storage import counters
from crm_cell.storage.engine import (
    NO_KEYS,
    BeforeCommit,
    ChainKeys,
    CounterDeltas,
    Dialect,
    Params,
    Row,
)
from crm_cell.storage.errors import TakesLong, TooSlow, UniqueViolation
from crm_cell.storage.field_encryption import NO_ENCRYPTION, FieldCipher
from crm_cell.storage.paging.rank_index import RankIndex
from crm_cell.storage.postgres.session import Session
from crm_cell.storage.postgres.statements import (
    batch,
    fits,
    is_conditional,
    positional,
    positional_of_many,
)

T = TypeVar("T")
Begin = Callable[[str], Awaitable[str]]
"""Sends BEGIN and, if it is not empty, a statement in the same message. Returns the server's status
of the last one."""

# A statement that is not done by then goes on where connections are for long work.
_SHORT_SECONDS = 0.25
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(:tenant || ' ' || :name, 0))"
# Citus names the constraint of a shard, not of the table: customers_name_key_102012.
_SHARD = re.compile(r"_\d+$")
_NAMED = re.compile(r'constraint "([^"]+)"')


class PostgresTx:
    """Implements Reader (without locks) and Tx. `seconds` is the timeout of a statement. With
    `begin` the transaction begins with its first statement; without, it has begun already."""

    serialized = False
    in_process = False
    dialect: Dialect = "postgresql"

    __slots__ = (
        "_before_commit",
        "_begin",
        "_completing",
        "_connection",
        "_deferred",
        "_seconds",
        "begun",
        "chain_keys",
        "cipher",
        "connection_cache",
        "for_deletion",
        "for_share",
        "for_update",
        "held",
        "id_time",
        "may_take_long",
        "now",
        "pending_deltas",
        "rank_index",
        "settings",
        "stripe",
    )

    def __init__(
        self,
        connection: Session,
        now: int,
        seconds: float,
        *,
        id_time: int = 0,
        rank_index: RankIndex | None = None,
        may_take_long: bool = False,
        chain_keys: ChainKeys = NO_KEYS,
        begin: Begin | None = None,
    ) -> None:
        self._connection = connection
        self.connection_cache = connection.connection_cache
        self.stripe = connection.stripe
        self.chain_keys = chain_keys
        self._seconds = seconds
        self.now = now
        self.id_time = id_time
        self.cipher: FieldCipher = NO_ENCRYPTION
        self.rank_index = rank_index
        self.may_take_long = may_take_long
        self.pending_deltas: CounterDeltas = {}
        self.held: set[str] = set()
        self.settings: dict[Any, Any] = {}
        self.for_update = " FOR NO KEY UPDATE" if begin else ""
        self.for_share = " FOR SHARE" if begin else ""
        self.for_deletion = " FOR UPDATE" if begin else ""
        self._begin = begin
        self.begun = begin is None
        self._deferred: dict[str, list[Params]] = {}
        self._before_commit: dict[BeforeCommit, list[Any]] = {}
        self._completing = False

    async def fetch_one(self, sql: str, /, **params: object) -> Row | None:
        if not self.begun:
            await self._open()
        text, names = positional(sql)
        values = [params[name] for name in names]
        try:
            row = await self._connection.fetchrow(text, *values, timeout=self._seconds)
        except asyncpg.UniqueViolationError as error:
            raise UniqueViolation(constraint_of(error)) from error
        return None if row is None else tuple(row)

    async def fetch_all(self, sql: str, /, **params: object) -> list[Row]:
        if not self.begun:
            await self._open()
        text, names = positional(sql)
        values = [params[name] for name in names]
        rows = await self._connection.fetch(text, *values, timeout=self._seconds)
        return [tuple(row) for row in rows]

    async def fetch_within(self, seconds: float, sql: str, /, **params: object) -> list[Row]:
        """The driver cancels the statement on the server."""
        if not self.begun:
            await self._open()
        text, names = positional_of_many(sql)
        values = [params[name] for name in names]
        if not self.may_take_long:
            seconds = min(seconds, _SHORT_SECONDS)
        try:
            found = await self._connection.fetch(text, *values, timeout=seconds)
        except TimeoutError:
            raise TooSlow if self.may_take_long else TakesLong from None
        return [tuple(row) for row in found]

    async def execute(self, sql: str, /, **params: object) -> int:
        if not self.begun:
            await self._open()
        text, names = positional(sql)
        values = [params[name] for name in names]
        try:
            status = await self._connection.execute(text, *values, timeout=self._seconds)
        except asyncpg.UniqueViolationError as error:
            raise UniqueViolation(constraint_of(error)) from error
        return _changed(status)

    async def execute_first(self, sql: str, /, **params: object) -> int:
        """Where prepared statements can be reused, the text is an EXECUTE with literals."""
        if self.begun or self._begin is None or not self._connection.joins_begin:
            return await self.execute(sql, **params)
        text, names = positional(sql)
        values = [params[name] for name in names]
        try:
            if self._connection.is_callable(text):
                self.begun = True
                return _changed(await self._begin(self._connection.call(text, values)))
            await self._open()
            await self._connection.prepare_call(text, self._seconds)
            call = self._connection.call(text, values)
            return _changed(await self._connection.execute(call, timeout=self._seconds))
        except asyncpg.UniqueViolationError as error:
            raise UniqueViolation(constraint_of(error)) from error

    async def execute_many(self, sql: str, rows: Iterable[Params], /) -> list[Row]:
        """Sends all rows in one round trip. Most calls have a single row, for which `execute` costs
        a fifth less."""
        if not self.begun:
            await self._open()
        text, names = positional(sql)
        values = [row if isinstance(row, tuple) else [row[name] for name in names] for row in rows]
        try:
            if " RETURNING " in text:
                found = await self._connection.fetchmany(text, values, timeout=self._seconds)
                return [tuple(row) for row in found]
            if len(values) == 1:
                await self._connection.execute(text, *values[0], timeout=self._seconds)
            else:
                await self._connection.executemany(text, values, timeout=self._seconds)
        except asyncpg.UniqueViolationError as error:
            raise UniqueViolation(constraint_of(error)) from error
        return []

    async def insert_deferred(self, sql: str, rows: Iterable[Params], /) -> None:
        if some := list(rows):
            self._deferred.setdefault(sql, []).extend(some)

    async def execute_deferred(self, sql: str, /, **params: object) -> None:
        self._deferred.setdefault(sql, []).append(params)

    async def insert_if(
        self, guard: str, guard_params: dict[str, object], sql: str, rows: Iterable[Params], /
    ) -> bool:
        rows = list(rows)
        if self._connection.batches and is_conditional(sql) and fits(sql, len(rows)):
            return await self._execute_batch(guard, guard_params, sql, rows)
        if not await self.execute(guard, **guard_params):
            return False
        await self.execute_many(sql, rows)
        return True

    async def lock(self, name: str, /, *, tenant: str) -> None:
        await self.fetch_one(_LOCK, tenant=tenant, name=name)

    async def savepoint(self, unit: Callable[[], Awaitable[T]], /) -> T:
        if not self.begun:
            await self._open()
        deltas = dict(self.pending_deltas)
        deferred = {sql: len(rows) for sql, rows in self._deferred.items()}
        calls = {each: len(rows) for each, rows in self._before_commit.items()}
        await self._connection.execute("SAVEPOINT part", timeout=self._seconds)
        try:
            result = await unit()
        except (ClientError, UniqueViolation):
            undo = "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part"
            await self._connection.execute(undo, timeout=self._seconds)
            self.pending_deltas = deltas
            self._deferred = {sql: self._deferred[sql][:many] for sql, many in deferred.items()}
            self._before_commit = {
                each: self._before_commit[each][:many] for each, many in calls.items()
            }
            raise
        await self._connection.execute("RELEASE SAVEPOINT part", timeout=self._seconds)
        return result

    async def before_commit(self, unit: BeforeCommit, rows: Iterable[Any], /) -> None:
        self._before_commit.setdefault(unit, []).extend(rows)

    async def complete(self, ended: int) -> None:
        """Write everything that was deferred. `ended` is when the unit returned, as an id time."""
        self._completing = True
        deltas = counters.settled(self.pending_deltas, self.id_time, ended)
        # All transactions update counters in the same order, which avoids deadlocks.
        if counted := counters.rows(deltas, self.stripe):
            self._deferred[counters.ADD] = [*sorted(counted)]
        for unit, rows in self._before_commit.items():
            await unit(self, rows)
        for sql, some in self._deferred.items():
            await self.execute_many(sql, some)

    async def _execute_batch(
        self, guard: str, guard_params: Params, sql: str, rows: list[Params]
    ) -> bool:
        """`insert_if`, which also writes deferred rows once the unit has returned."""
        if not self.begun:
            await self._open()
        along = [
            (sql, some)
            for sql, some in (self._deferred.items() if self._completing else ())
            if fits(sql, len(some))
        ]
        statements = [(sql, rows), *along]
        whole = batch(guard, tuple([(sql, len(some)) for sql, some in statements]))
        every_row = chain([guard_params], *[some for _, some in statements])
        values: list[object] = []
        for names, row in zip(whole.names, every_row, strict=True):
            values += row if isinstance(row, tuple) else map(row.__getitem__, names)
        try:
            found = await self._connection.fetchrow(whole.text, *values, timeout=self._seconds)
        except asyncpg.UniqueViolationError as error:
            raise UniqueViolation(constraint_of(error)) from error
        changed = bool(found and found[0])
        for done, _ in along:
            if changed or not is_conditional(done):
                del self._deferred[done]
        return changed

    async def _open(self) -> None:
        assert self._begin is not None, "a transaction without a BEGIN of its own has begun"
        self.begun = True
        await self._begin("")


def constraint_of(error: asyncpg.PostgresError) -> str:
    """The violated index's name in the migrations."""
    name = error.constraint_name
    if not name:
        named = _NAMED.search(str(error))
        name = named[1] if named else ""
    return _SHARD.sub("", name)


def _changed(status: str) -> int:
    """The number of rows in the server's status, for example `UPDATE 3`."""
    return int(count) if (count := status.rpartition(" ")[2]).isdigit() else 0
