"""An SQLite file to move out of, or into."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

from crm_cell.storage.engine import Row
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.moving_tables import (
    Column,
    Key,
    MoveRefused,
    Step,
    Sums,
    Table,
    insert_statement,
    page_statement,
    sums_of,
    sums_statement,
)
from crm_cell.storage.sqlite_connection import connect, is_half_moved


@contextmanager
def sqlite_house(path: Path) -> Iterator["SqliteHouse"]:
    """Raises CannotOpen for all that goes wrong with the file."""
    house = SqliteHouse(path)
    try:
        yield house
    finally:
        house.close()


class SqliteHouse:
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
        return [self._table(name) for (name,) in names]

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

    async def hold(self) -> None:
        self._run("BEGIN IMMEDIATE")

    async def unfinished(self) -> list[Step]:
        if not is_half_moved(self._connection):
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
                raise MoveRefused("another move into the same target is under way")
            self._connection.executemany(f"{insert_statement(table)} VALUES ({values})", rows)

    async def gather_statistics(self, _tables: list[Table]) -> None:
        self._run("ANALYZE")

    async def finish(self) -> None:
        self._run("DROP TABLE unfinished_move")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE")
        try:
            with self._told():
                yield
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _run(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with self._told():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise CannotOpen(f"{self._path}: {error}") from error
