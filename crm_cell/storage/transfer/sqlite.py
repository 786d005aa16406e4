"""An SQLite file as source or target of a transfer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

from crm_cell.storage.engine import Row
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.sqlite.connection import connect, has_unfinished_transfer
from crm_cell.storage.transfer.tables import (
    DERIVED,
    Column,
    Key,
    Step,
    Sums,
    Table,
    TransferRefused,
    insert_statement,
    page_statement,
    sums_of,
    sums_statement,
)


@contextmanager
def sqlite_endpoint(path: Path) -> Iterator["SqliteEndpoint"]:
    """Raises CannotOpen for all errors of the file."""
    endpoint = SqliteEndpoint(path)
    try:
        yield endpoint
    finally:
        endpoint.close()


class SqliteEndpoint:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect(path)

    def close(self) -> None:
        self._connection.close()

    async def tables(self) -> list[Table]:
        names = self._run(
            "SELECT t.name FROM pragma_table_list AS t WHERE t.schema = 'main' AND t.type = 'table'"
            " AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'tenant_id')"
        )
        return [self._table(name) for (name,) in names if name not in DERIVED]

    def _table(self, name: str) -> Table:
        columns = self._run("SELECT name, type, pk FROM pragma_table_info($1)", [name])
        parents = self._run('SELECT "table" FROM pragma_foreign_key_list($1)', [name])
        key = sorted((place, column) for column, _, place in columns if place)
        return Table(
            name,
            tuple(Column(column, kind) for column, kind, _ in columns),
            tuple(column for _, column in key),
            frozenset(parent for (parent,) in parents),
        )

    async def sums(self, table: Table) -> Sums:
        return sums_of(table, self._run(sums_statement(table))[0])

    async def page(self, table: Table, last: Key | None, rows: int) -> list[Row]:
        return self._run(page_statement(table, behind=last is not None, rows=rows), last or ())

    async def lock(self) -> None:
        self._run("BEGIN IMMEDIATE")

    async def unfinished(self) -> list[Step]:
        if not has_unfinished_transfer(self._connection):
            return []
        rows = self._run("SELECT source, table_name, rows, done, last_key FROM unfinished_move")
        return [Step(*row) for row in rows]

    async def begin(self, steps: list[Step]) -> None:
        with self._transaction():
            self._run(
                "CREATE TABLE unfinished_move (table_name TEXT PRIMARY KEY, source TEXT NOT NULL,"
                " rows INTEGER NOT NULL, done INTEGER NOT NULL, last_key TEXT) STRICT"
            )
            for step in steps:
                self._run(
                    "INSERT INTO unfinished_move (table_name, source, rows, done)"
                    " VALUES ($1, $2, $3, 0)",
                    [step.table, step.source, step.rows],
                )

    async def add(self, table: Table, rows: list[Row], before: Step, after: Step) -> None:
        values = ", ".join("?" for _ in table.columns)
        with self._transaction():
            self._run(
                "UPDATE unfinished_move SET done = $1, last_key = $2"
                " WHERE table_name = $3 AND done = $4",
                [after.done, after.last_key, table.name, before.done],
            )
            if self._connection.changes() != 1:
                raise TransferRefused("another move into the same target is under way")
            self._connection.executemany(f"{insert_statement(table)} VALUES ({values})", rows)

    async def gather_statistics(self, _tables: list[Table]) -> None:
        self._run("ANALYZE")

    async def finish(self) -> None:
        self._run("DROP TABLE unfinished_move")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE")
        try:
            with self._translated_errors():
                yield
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _run(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with self._translated_errors():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise CannotOpen(f"{self._path}: {error}") from error
