"""Connections to an SQLite file, and a transaction on one of them."""

from collections.abc import Awaitable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import apsw
import msgspec
import structlog

from crm_cell.kernel.errors import Unavailable
from crm_cell.storage.engine import NO_KEYS, ChainKeys, LateUnit, Params, ReadUnit, Row, Tally
from crm_cell.storage.errors import CannotOpen, UniqueViolation
from crm_cell.storage.page_boundaries import Boundaries
from crm_cell.storage.seals import UNSEALED, Seals

T = TypeVar("T")
Appended = list[tuple[str, Iterable[Params]]]
"""Statements and their rows, to be written at the end."""
Late = dict[LateUnit, list[Any]]
"""What is to be called at the end, and with what."""
log = structlog.get_logger()

# What disks and files do: nobody's mistake, and perhaps over when the caller tries again.
WEATHER = (
    apsw.BusyError,
    apsw.CantOpenError,
    apsw.CorruptError,
    apsw.FullError,
    apsw.IOError,
    apsw.NoMemError,
    apsw.NotADBError,
)
DAMAGE = (apsw.CorruptError, apsw.NotADBError)
# Pages kept in memory by each connection, in KiB.
_CACHE_KIB = 8_192
# One thread at a time uses a connection, so SQLite need not lock it for each row it reads.
# Migrations make the file. Without CREATE no stray one appears where it was deleted.
_FLAGS = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX
_BUSY_MILLISECONDS = 1_000
# Pages in the write-ahead log (16 MiB) before they are copied into the file. Each copy makes one
# commit wait for it, and pages that many commits change are copied once: fewer is faster.
_CHECKPOINT_PAGES = 4_000


class SqliteReader:
    """Reads whose awaits complete at once."""

    __slots__ = ("_execute", "boundaries", "may_take_long", "now", "seals")
    # There is one writer, so nothing that it reads can change under it.
    for_update = for_share = ""
    near = True

    def __init__(
        self,
        cursor: apsw.Cursor,
        now: int,
        boundaries: Boundaries | None,
        *,
        may_take_long: bool = False,
    ) -> None:
        # One for all statements: to make another takes a quarter of a point read's time.
        self._execute = cursor.execute
        self.boundaries = boundaries
        self.may_take_long = may_take_long
        self.now = now
        self.seals: Seals = UNSEALED

    async def one(self, sql: str, /, **params: object) -> Row | None:
        rows = self._execute(sql, params).fetchall()
        return rows[0] if rows else None

    async def all(self, sql: str, /, **params: object) -> list[Row]:
        return self._execute(sql, params).fetchall()


class Writer(msgspec.Struct):
    """The connection that writes, and what its transactions have in common."""

    connection: apsw.Connection
    indexes: dict[str, str]
    """Unique indexes by their columns."""
    chain_keys: ChainKeys = NO_KEYS
    hints: dict[str, Any] = {}


class SqliteTx(SqliteReader):
    """A transaction whose awaits complete at once."""

    __slots__ = (
        "_connection",
        "_indexes",
        "appended",
        "chain_keys",
        "hints",
        "id_time",
        "late",
        "tally",
    )
    for_deletion = ""
    stripe = 0
    alone = True

    def __init__(self, writer: "Writer", now: int, id_time: int) -> None:
        super().__init__(writer.connection.cursor(), now, None)
        self.id_time = id_time
        self._connection = writer.connection
        self._indexes = writer.indexes
        self.chain_keys = writer.chain_keys
        self.hints = writer.hints
        self.tally: Tally = {}
        self.appended: Appended = []
        self.late: Late = {}

    async def run(self, sql: str, /, **params: object) -> int:
        try:
            self._execute(sql, params)
        except apsw.ConstraintError as error:
            self._translate(error)
            raise
        return self._connection.changes()

    async def many(self, sql: str, rows: Iterable[Params], /) -> list[Row]:
        try:
            return self._connection.executemany(sql, rows).fetchall()
        except apsw.ConstraintError as error:
            self._translate(error)
            raise

    async def append(self, sql: str, rows: Iterable[Params], /) -> None:
        self.appended.append((sql, rows))

    async def finish(self, unit: LateUnit, rows: Iterable[Any], /) -> None:
        self.late.setdefault(unit, []).extend(rows)

    def _translate(self, error: apsw.ConstraintError) -> None:
        _, unique, columns = str(error).partition("UNIQUE constraint failed: ")
        if unique:
            raise UniqueViolation(self._indexes.get(columns, columns)) from error


def connect(path: Path, *, read_only: bool = False) -> apsw.Connection:
    """A connection that answers a commit only when it is on disk. Raises CannotOpen."""
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
    # A plan is made once. Without this SQLite plans anew for each value of some parameters, which
    # makes a list a third dearer.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    return connection


def unique_indexes(connection: apsw.Connection) -> dict[str, str]:
    """SQLite names the columns of a violated index; this gives the index's name for them."""
    rows = connection.execute(
        "SELECT i.name, (SELECT group_concat(t.name || '.' || c.name, ', ')"
        "  FROM pragma_index_info(i.name) AS c)"
        " FROM sqlite_schema AS t JOIN pragma_index_list(t.name) AS i"
        " WHERE t.type = 'table' AND i.\"unique\" = 1"
    ).fetchall()
    return {str(columns): str(index) for index, columns in rows}


def is_half_moved(connection: apsw.Connection) -> bool:
    """Whether a move into the file was stopped before its end."""
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'unfinished_move'")
    return bool(found.fetchall())


def integrity_faults(path: Path) -> list[str]:
    """What SQLite finds wrong with the file, nothing for a sound one."""
    try:
        with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    except apsw.Error as error:  # too broken even to be checked
        return [str(error)]
    found += [f"dangling reference: {row}" for row in dangling]
    return [fault for fault in found if fault != "ok"]


def read_on(
    connection: apsw.Connection, name: str, unit: ReadUnit[T], now: int, boundaries: Boundaries
) -> T:
    """Run `unit` on one snapshot, off the event loop. Raises Unavailable where the file cannot be
    read."""
    try:
        connection.execute("BEGIN")
        try:
            return drive(
                unit(SqliteReader(connection.cursor(), now, boundaries, may_take_long=True))
            )
        finally:
            connection.execute("COMMIT")
    except WEATHER as error:
        log.exception("read_failed", unit=name)
        raise Unavailable from error


def drive(unit: Awaitable[T]) -> T:
    """Run a unit to its end here and now: on SQLite its awaits all complete at once."""
    steps: Any = unit
    try:
        steps.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    steps.close()
    raise RuntimeError("a unit of work may await nothing but its transaction")
