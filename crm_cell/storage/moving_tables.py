"""What moving needs to know of a table, and the statements that both kinds of database read alike.

Nothing here is written down for a certain table: the databases are asked what they have.
"""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from itertools import count
from typing import Any

import msgspec

from crm_cell.storage.engine import Row

Key = tuple[Any, ...]
"""The values of a row's primary key."""

Sums = dict[str, int]
"""By "rows" how many there are, and by column the sum of its numbers."""

# Sums are taken of the upper and the lower half of each number: a few million times would already
# be more than 64 bits hold.
_HALF = 32


class Column(msgspec.Struct, frozen=True):
    name: str
    type: str
    """As its database calls it."""


class Table(msgspec.Struct, frozen=True):
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns of its primary key, in which order it is copied and compared."""
    parents: frozenset[str]
    """The tables that its rows refer to."""

    @property
    def numbers(self) -> list[str]:
        return [column.name for column in self.columns if "int" in column.type.lower()]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def key_of(self, row: Row) -> Key:
        return tuple(row[self.names.index(name)] for name in self.key)


class Step(msgspec.Struct, frozen=True):
    """How much of a table has been copied, and where its rows come from."""

    source: str
    table: str
    rows: int
    done: int = 0
    last_key: str | None = None
    """The key of the last row that is there, as JSON."""

    @property
    def last(self) -> Key | None:
        return tuple(msgspec.json.decode(self.last_key)) if self.last_key else None

    def behind(self, rows: list[Row], table: Table) -> "Step":
        """The step after this one, once `rows` are there too."""
        last = msgspec.json.encode(table.key_of(rows[-1])).decode()
        return msgspec.structs.replace(self, done=self.done + len(rows), last_key=last)


class MoveRefused(Exception):
    """These two databases cannot become one; the text says why."""


def parents_first(tables: Iterable[Table]) -> list[Table]:
    """Each behind the tables that it refers to. Raises MoveRefused where no order is that."""
    by_name = {table.name: table for table in sorted(tables, key=lambda table: table.name)}
    others = {name: table.parents - {name} for name, table in by_name.items()}
    try:
        return [by_name[name] for name in TopologicalSorter(others).static_order()]
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise MoveRefused(f"tables refer to each other in a circle: {circle}") from error


def page_statement(table: Table, *, behind: bool, rows: int) -> str:
    """So many rows in the order of the key, from the first, or `behind` a key."""
    key = _list(table.key)
    values = ", ".join(f"${number}" for number in range(1, len(table.key) + 1))
    where = f" WHERE ({key}) > ({values})" if behind else ""
    return f'SELECT {_list(table.names)} FROM "{table.name}"{where} ORDER BY {key} LIMIT {rows}'


def insert_statement(table: Table) -> str:
    """Everything up to where the values come from."""
    return f'INSERT INTO "{table.name}" ({_list(table.names)}) '


def values_statement(table: Table, rows: int) -> str:
    """An INSERT of so many rows, each value a parameter of its column's type."""
    types = [column.type for column in table.columns]
    numbers = count(1)
    one = (", ".join(f"${next(numbers)}::{kind}" for kind in types) for _ in range(rows))
    return f"{insert_statement(table)} VALUES {', '.join(f'({values})' for values in one)}"


def sums_statement(table: Table) -> str:
    halves = "".join(
        f', coalesce(sum(CAST("{name}" AS BIGINT) >> {_HALF}), 0)'
        f', coalesce(sum(CAST("{name}" AS BIGINT) & {2**_HALF - 1}), 0)'
        for name in table.numbers
    )
    return f'SELECT count(*){halves} FROM "{table.name}"'


def sums_of(table: Table, row: Row) -> Sums:
    """What the statement above gave."""
    count, *halves = (int(value) for value in row)
    pairs = zip(halves[::2], halves[1::2], strict=True)
    sums = {
        name: (high << _HALF) + low for name, (high, low) in zip(table.numbers, pairs, strict=True)
    }
    return {"rows": count} | sums


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
