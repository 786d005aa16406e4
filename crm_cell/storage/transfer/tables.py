"""Descriptions of tables for a transfer, and statements that both databases understand.

Nothing here is specific to a table: descriptions come from the catalogs of the databases.
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
"""The number of rows as "rows", and the sum of each column of integers."""

# The upper and lower halves of integers are summed separately, because the sum of a few million
# large integers would exceed 64 bits.
_HALF = 32


DERIVED = frozenset({"search_entries"})
"""Tables that are made of others, in another form on each database."""


class Column(msgspec.Struct, frozen=True):
    name: str
    type: str
    """The type's name in its database."""


class Table(msgspec.Struct, frozen=True):
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns of the primary key, which is the order of copying and comparing."""
    parents: frozenset[str]
    """The tables that its foreign keys refer to."""

    @property
    def numbers(self) -> list[str]:
        return [column.name for column in self.columns if "int" in column.type.lower()]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def key_of(self, row: Row) -> Key:
        return tuple(row[self.names.index(name)] for name in self.key)


class Step(msgspec.Struct, frozen=True):
    """The progress of copying a table, and the source of its rows."""

    source: str
    table: str
    rows: int
    done: int = 0
    last_key: str | None = None
    """The key of the last copied row, as JSON."""

    @property
    def last(self) -> Key | None:
        return tuple(msgspec.json.decode(self.last_key)) if self.last_key else None

    def behind(self, rows: list[Row], table: Table) -> "Step":
        """The next step, after `rows` have been copied."""
        last = msgspec.json.encode(table.key_of(rows[-1])).decode()
        return msgspec.structs.replace(self, done=self.done + len(rows), last_key=last)


class TransferRefused(Exception):
    """The transfer is not possible; the text says why."""


def parents_first(tables: Iterable[Table]) -> list[Table]:
    """Sort tables after those that they refer to. Raises TransferRefused for a cycle."""
    by_name = {table.name: table for table in sorted(tables, key=lambda table: table.name)}
    others = {name: table.parents - {name} for name, table in by_name.items()}
    try:
        return [by_name[name] for name in TopologicalSorter(others).static_order()]
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise TransferRefused(f"tables refer to each other in a circle: {circle}") from error


def page_statement(table: Table, *, behind: bool, rows: int) -> str:
    """A SELECT of `rows` rows in the order of the key, from the first one or `behind` a key."""
    key = _list(table.key)
    values = ", ".join(f"${number}" for number in range(1, len(table.key) + 1))
    where = f" WHERE ({key}) > ({values})" if behind else ""
    return f'SELECT {_list(table.names)} FROM "{table.name}"{where} ORDER BY {key} LIMIT {rows}'


def insert_statement(table: Table) -> str:
    """An INSERT without its values."""
    return f'INSERT INTO "{table.name}" ({_list(table.names)}) '


def values_statement(table: Table, rows: int) -> str:
    """An INSERT of `rows` rows, with a parameter of the column's type for each value."""
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
    """The sums from a row of `sums_statement`."""
    count, *halves = (int(value) for value in row)
    pairs = zip(halves[::2], halves[1::2], strict=True)
    sums = {
        name: (high << _HALF) + low for name, (high, low) in zip(table.numbers, pairs, strict=True)
    }
    return {"rows": count} | sums


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
