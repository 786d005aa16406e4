"""Connections to an SQLite file, and a transaction on one of them."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import apsw
import msgspec
import structlog

from crm_cell.kernel.errors import ClientError, Unavailable
from crm_cell.storage.engine import (
    NO_KEYS,
    BeforeCommit,
    ChainKeys,
    CounterDeltas,
    Dialect,
    Params,
    ReadUnit,
    Row,
)
from crm_cell.storage.errors import CannotOpen, TakesLong, TooSlow, UniqueViolation
from crm_cell.storage.field_encryption import NO_ENCRYPTION, FieldCipher
from crm_cell.storage.paging.rank_index import RankIndex

T = TypeVar("T")
Deferred = list[tuple[str, Iterable[Params]]]
"""Statements and their rows, to be executed before the commit."""
BeforeCommitCalls = dict[BeforeCommit, list[Any]]
"""Functions to call before the commit, with their rows."""
log = structlog.get_logger()

# Disk and file errors. No statement causes them, and a retry may succeed.
DATABASE_ERRORS = (
    apsw.BusyError,
    apsw.CantOpenError,
    apsw.CorruptError,
    apsw.FullError,
    apsw.IOError,
    apsw.NoMemError,
    apsw.NotADBError,
)
DAMAGE = (apsw.CorruptError, apsw.NotADBError)
# The page cache of each connection, in KiB.
_CACHE_KIB = 8_192
# One thread at a time uses a connection, so SQLite need not lock it for each row it reads.
# Migrations create the file. Without CREATE, no empty file appears where it was deleted.
_FLAGS = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX
_BUSY_MILLISECONDS = 1_000
# Pages in the write-ahead log (16 MiB) at which a checkpoint runs. Each checkpoint delays one
# commit, and a page that many commits change is copied once, so fewer checkpoints are faster.
_CHECKPOINT_PAGES = 4_000
# How often a statement looks whether its time is up: about ten times a millisecond.
_DEADLINE_INSTRUCTIONS = 2_000
_DEADLINE = "deadline"
# A statement that is not done by then, after some 3 ms, starts again off the event loop.
_INLINE_INSTRUCTIONS = 100_000


class SqliteReader:
    """Reads whose awaits complete at once."""

    __slots__ = ("_execute", "cipher", "may_take_long", "now", "rank_index", "settings")
    # There is only one writer, so no row needs a lock.
    for_update = for_share = ""
    in_process = True
    dialect: Dialect = "sqlite"

    def __init__(
        self,
        cursor: apsw.Cursor,
        now: int,
        rank_index: RankIndex | None,
        *,
        may_take_long: bool = False,
    ) -> None:
        # One cursor for all statements: creating one takes a quarter of the time of a point read.
        self._execute = cursor.execute
        self.rank_index = rank_index
        self.may_take_long = may_take_long
        self.now = now
        self.settings: dict[Any, Any] = {}
        self.cipher: FieldCipher = NO_ENCRYPTION

    async def fetch_one(self, sql: str, /, **params: object) -> Row | None:
        rows = self._execute(sql, params).fetchall()
        return rows[0] if rows else None

    async def fetch_all(self, sql: str, /, **params: object) -> list[Row]:
        return self._execute(sql, params).fetchall()

    async def fetch_within(self, seconds: float, sql: str, /, **params: object) -> list[Row]:
        connection: apsw.Connection = self._execute.__self__.connection  # type: ignore[attr-defined]
        ends = perf_counter() + seconds
        # On the event loop it is stopped after the same work each time, however busy the machine.
        steps = _DEADLINE_INSTRUCTIONS if self.may_take_long else _INLINE_INSTRUCTIONS
        # Beside the handler of a long read that waits for a thread: see `storage.sqlite.readers`.
        connection.set_progress_handler(
            lambda: not self.may_take_long or perf_counter() > ends, steps, id=_DEADLINE
        )
        try:
            return self._execute(sql, params).fetchall()
        except apsw.InterruptError:
            if not self.may_take_long:
                raise TakesLong from None
            if perf_counter() > ends:
                raise TooSlow from None
            raise  # its caller has gone
        finally:
            connection.set_progress_handler(None, id=_DEADLINE)


class Writer(msgspec.Struct):
    """The writing connection and the state that its transactions share."""

    connection: apsw.Connection
    indexes: dict[str, str]
    """The names of unique indexes by their columns."""
    chain_keys: ChainKeys = NO_KEYS
    connection_cache: dict[str, Any] = {}


class SqliteTx(SqliteReader):
    """A transaction whose awaits complete at once."""

    __slots__ = (
        "_connection",
        "_indexes",
        "before_commit_calls",
        "chain_keys",
        "connection_cache",
        "deferred",
        "held",
        "id_time",
        "pending_deltas",
    )
    for_deletion = ""
    stripe = 0
    serialized = True

    def __init__(self, writer: "Writer", now: int, id_time: int) -> None:
        super().__init__(writer.connection.cursor(), now, None)
        self.id_time = id_time
        self._connection = writer.connection
        self._indexes = writer.indexes
        self.chain_keys = writer.chain_keys
        self.connection_cache = writer.connection_cache
        self.pending_deltas: CounterDeltas = {}
        self.held: set[str] = set()
        self.deferred: Deferred = []
        self.before_commit_calls: BeforeCommitCalls = {}

    async def execute(self, sql: str, /, **params: object) -> int:
        try:
            self._execute(sql, params)
        except apsw.ConstraintError as error:
            self._translate(error)
            raise
        return self._connection.changes()

    async def execute_first(self, sql: str, /, **params: object) -> int:
        return await self.execute(sql, **params)

    async def execute_many(self, sql: str, rows: Iterable[Params], /) -> list[Row]:
        try:
            return self._connection.executemany(sql, rows).fetchall()
        except apsw.ConstraintError as error:
            self._translate(error)
            raise

    async def insert_deferred(self, sql: str, rows: Iterable[Params], /) -> None:
        self.deferred.append((sql, rows))

    async def execute_deferred(self, sql: str, /, **params: object) -> None:
        self.deferred.append((sql, [params]))

    async def insert_if(
        self, guard: str, guard_params: dict[str, object], sql: str, rows: Iterable[Params], /
    ) -> bool:
        if not await self.execute(guard, **guard_params):
            return False
        await self.execute_many(sql, rows)
        return True

    async def lock(self, name: str, /, *, tenant: str) -> None:
        """Does nothing: one transaction writes at a time."""

    async def savepoint(self, unit: Callable[[], Awaitable[T]], /) -> T:
        deltas, deferred = dict(self.pending_deltas), len(self.deferred)
        calls = {each: len(rows) for each, rows in self.before_commit_calls.items()}
        self._connection.execute("SAVEPOINT part")
        try:
            result = await unit()
        except (ClientError, UniqueViolation):
            self._connection.execute("ROLLBACK TO part")
            self._connection.execute("RELEASE part")
            self.pending_deltas = deltas
            del self.deferred[deferred:]
            self.before_commit_calls = {
                each: self.before_commit_calls[each][:many] for each, many in calls.items()
            }
            raise
        self._connection.execute("RELEASE part")
        return result

    async def before_commit(self, unit: BeforeCommit, rows: Iterable[Any], /) -> None:
        self.before_commit_calls.setdefault(unit, []).extend(rows)

    def _translate(self, error: apsw.ConstraintError) -> None:
        _, unique, columns = str(error).partition("UNIQUE constraint failed: ")
        if unique:
            raise UniqueViolation(self._indexes.get(columns, columns)) from error


def connect(path: Path, *, read_only: bool = False) -> apsw.Connection:
    """A connection whose commits return only when they are on disk. Raises CannotOpen."""
    try:
        connection = _connect(path)
        connection.execute(f"PRAGMA query_only = {int(read_only)}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    except apsw.Error as error:
        raise CannotOpen(f"{path}: {error}") from error
    return connection


def _connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=_FLAGS)
    # Only the writer's BEGIN IMMEDIATE may wait, and it does so without blocking the event loop.
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA busy_timeout = 0")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    # Plan each statement once. Otherwise SQLite plans it again for each value of some parameters,
    # which makes a list a third more expensive.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    return connection


def unique_indexes(connection: apsw.Connection) -> dict[str, str]:
    """Index names by columns, because SQLite reports the columns of a violated index."""
    rows = connection.execute(
        "SELECT i.name, (SELECT group_concat(t.name || '.' || c.name, ', ')"
        "  FROM pragma_index_info(i.name) AS c)"
        " FROM sqlite_schema AS t JOIN pragma_index_list(t.name) AS i"
        " WHERE t.type = 'table' AND i.\"unique\" = 1"
    ).fetchall()
    return {str(columns): str(index) for index, columns in rows}


def has_unfinished_transfer(connection: apsw.Connection) -> bool:
    """Whether the file holds an unfinished transfer."""
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'unfinished_move'")
    return bool(found.fetchall())


def integrity_faults(path: Path) -> list[str]:
    """The faults that SQLite finds in the file, none for a sound one."""
    try:
        with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    except apsw.Error as error:  # too broken even to be checked
        return [str(error)]
    found += [f"dangling reference: {row}" for row in dangling]
    return [fault for fault in found if fault != "ok"]


def read_on(
    connection: apsw.Connection, name: str, unit: ReadUnit[T], now: int, rank_index: RankIndex
) -> T:
    """Run `unit` on one snapshot, outside the event loop. Raises Unavailable when the file cannot
    be read."""
    try:
        connection.execute("BEGIN")
        try:
            return drive(
                unit(SqliteReader(connection.cursor(), now, rank_index, may_take_long=True))
            )
        finally:
            connection.execute("COMMIT")
    except DATABASE_ERRORS as error:
        log.exception("read_failed", unit=name)
        raise Unavailable from error


def drive(unit: Awaitable[T]) -> T:
    """Run a unit synchronously to its end, which works because its awaits complete at once."""
    steps: Any = unit
    try:
        steps.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    steps.close()
    raise RuntimeError("a unit of work may await nothing but its transaction")
