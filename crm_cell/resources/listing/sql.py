"""Shapes of filters as SQLAlchemy expressions, their values as named parameters."""

from collections.abc import Callable, Iterator
from itertools import count, product
from string import ascii_lowercase
from typing import Any, Final, cast

import msgspec
import sqlalchemy as sa

from crm_cell.resources.listing.conditions import ALL, Shape
from crm_cell.resources.listing.order import NEWEST_FIRST, Order, Stream, ordered, unindexed
from crm_cell.resources.scope import Scope, Way

_COMPARE: Final[dict[str, Callable[[Any, Any], sa.ColumnElement[bool]]]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_LETTERS: Final = ["".join(each) for each in product(ascii_lowercase, repeat=3)]
_DAY_LENGTH: Final = 10
_RECORD_TAGS: Final = sa.table(
    "record_tags", sa.column("tenant_id"), sa.column("tag_id"), sa.column("record_id")
)


Grouping = Callable[[sa.Select[Any], sa.Table], sa.Select[Any]]
"""A function at module level that makes sums, for example, of the rows of a list."""


class ListShape(msgspec.Struct, frozen=True):
    """All that decides the text of the statement that reads a part of a list."""

    condition: Shape = ALL
    order: Order = NEWEST_FIRST
    stream: Stream = "all"
    seek: tuple[bool, ...] | None = None
    grouping: Grouping | None = None
    """Makes something else of the rows that meet the condition."""
    way: Way = Way.PLANNED
    owners: int = 0
    """How many owners the filter names; the condition is then the rest of it."""

    @property
    def owner_parameters(self) -> list[sa.BindParameter[Any]]:
        return [sa.bindparam(_owner(number)) for number in range(self.owners)]

    def is_of_several(self, scope: Scope) -> bool:
        """Whether SQLite is to read all records of several owners: no index has their order."""
        return self.way.is_by_owner and (
            self.owners > 1 or (scope is Scope.TEAM and not self.owners)
        )

    def _narrowed(self, found: sa.Select[Any], table: sa.Table, *, few: bool) -> sa.Select[Any]:
        by = unindexed if few and self.way is Way.BY_OWNER else None
        return found.where(condition(table, self.condition, by))

    def page(self, found: sa.Select[Any], table: sa.Table, *, few: bool = False) -> sa.Select[Any]:
        narrowed = self._narrowed(found, table, few=few)
        if self.grouping is not None:
            return self.grouping(narrowed, table)
        rows = ordered(narrowed, table, self.order, self.stream, self.seek, few=few)
        return rows.limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))

    def ids(self, found: sa.Select[Any], table: sa.Table, *, few: bool = False) -> sa.Select[Any]:
        """Of the first rows, up to `most`."""
        narrowed = self._narrowed(found.with_only_columns(table.c.id), table, few=few)
        rows = ordered(narrowed, table, self.order, self.stream, self.seek, few=few)
        # Without it, SQLAlchemy would add an OFFSET with a parameter for SQLite.
        return rows.limit(sa.bindparam("most")).offset(sa.literal_column("0"))

    def count(self, found: sa.Select[Any], table: sa.Table, *, few: bool = False) -> sa.Select[Any]:
        """Of the stream, no more than `limit`."""
        some: sa.Select[Any] = found.with_only_columns(sa.literal_column("1").label("one"))
        some = self._narrowed(some, table, few=few)
        if self.stream != "all":
            column = table.c[self.order.keys[0].column]
            some = some.where(column.is_(None) if self.stream == "empty" else column.is_not(None))
        limited = some.limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))
        return sa.select(sa.func.count()).select_from(limited.subquery("some"))


def parameter(number: int) -> str:
    """Parameters have no digits in their names."""
    return f"v_{_LETTERS[number]}"


def named_owners(values: list[Any]) -> dict[str, Any]:
    return {_owner(number): value for number, value in enumerate(values)}


def _owner(number: int) -> str:
    return f"o_{_LETTERS[number]}"


def named(values: list[Any]) -> dict[str, Any]:
    return {parameter(number): value for number, value in enumerate(values)}


def condition(
    table: sa.Table, shape: Shape, by: Callable[[Any], sa.ColumnElement[Any]] | None = None
) -> sa.ColumnElement[bool]:
    """`by`: what to make of each column."""
    columns = table.c if by is None else {name: by(table.c[name]) for name in table.c.keys()}  # noqa: SIM118
    return _condition(table, shape, count(), columns)


def _condition(
    table: sa.Table, shape: Shape, numbers: Iterator[int], columns: Any
) -> sa.ColumnElement[bool]:
    match shape:
        case ("and" | "or", *parts):
            found = [_condition(table, part, numbers, columns) for part in parts]
            return sa.and_(sa.true(), *found) if shape[0] == "and" else sa.or_(sa.false(), *found)
        case ("null", column):
            return cast(sa.ColumnElement[bool], columns[column].is_(None))
        case ("set", column):
            return cast(sa.ColumnElement[bool], columns[column].is_not(None))
        case ("by_length", column, operator):
            # Of two conditions on lengths, PostgreSQL would expect that they leave next to nothing.
            is_day = sa.func.length(columns[column]) == sa.literal_column(str(_DAY_LENGTH))
            other = sa.case((is_day, _next(numbers)), else_=_next(numbers))
            return _COMPARE[operator](columns[column], other)
        case ("compare", column, operator):
            return _COMPARE[operator](columns[column], _next(numbers))
        case ("in" | "not in", column, many):
            values = [_next(numbers) for _ in range(many)]
            member = columns[column]
            among = member.in_(values) if shape[0] == "in" else member.not_in(values)
            return cast(sa.ColumnElement[bool], among)
        case ("tagged" | "untagged", many):
            return _tagged(table, many, numbers, holds=shape[0] == "tagged")
    raise AssertionError(shape)


def _tagged(
    table: sa.Table, many: int, numbers: Iterator[int], *, holds: bool
) -> sa.ColumnElement[bool]:
    """Whether a record has one of so many tags, or none of them."""
    tags = [_next(numbers) for _ in range(many)]
    found = sa.select(_RECORD_TAGS.c.record_id).where(
        _RECORD_TAGS.c.tenant_id == sa.bindparam("tenant"), _RECORD_TAGS.c.tag_id.in_(tags)
    )
    return table.c.id.in_(found) if holds else table.c.id.not_in(found)


def _next(numbers: Iterator[int]) -> sa.BindParameter[Any]:
    return sa.bindparam(parameter(next(numbers)))
