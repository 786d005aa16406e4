"""Translates statements for PostgreSQL: numbered parameters, and several statements as one."""

import re
from functools import cache, lru_cache

import msgspec

# A name after one colon; '::' is a cast, and a colon in quotes is text.
_PARAMETER = re.compile(r"'(?:[^']|'')*'|::|:([a-z_]+)")
# An INSERT without function calls among its values: a parenthesis would end the match too early.
_INSERT = re.compile(
    r"(\s*INSERT\s+INTO\s.*?)\sVALUES\s*\(([^()]*)\)(\s*|\s+ON\s+CONFLICT\s.*)", re.DOTALL
)
# Each number of rows makes another statement, which every connection prepares and caches.
_MOST_ROWS = 16
_MOST_BATCHES = 1_000
_MOST_SHAPES = 1_000


Part = tuple[str, int]
"""A statement of a batch and its number of parameter rows."""


class Batch(msgspec.Struct, frozen=True):
    """`names` holds the parameter names in the order of their numbers, for the guard and then for
    each row of each part. The statement returns how many rows the guard has changed."""

    text: str
    names: tuple[tuple[str, ...], ...]


@cache
def positional(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `$1` for `:name`, and the names in that order. The code contains a limited
    number of statements, so each is translated once and cached."""
    numbering = _Numbering()
    return numbering.row(sql), numbering.names[0]


@lru_cache(maxsize=_MOST_SHAPES)
def positional_of_many(sql: str) -> tuple[str, tuple[str, ...]]:
    """The same for statements whose shape callers decide: there is no end to them."""
    return positional.__wrapped__(sql)


@lru_cache(maxsize=_MOST_BATCHES)
def batch(guard: str, parts: tuple[Part, ...]) -> Batch:
    """One statement whose `WITH` clause holds the guard and all parts that fit.

    All of them see the database as it was before the statement. PostgreSQL runs the guard first,
    because the result is its count. An INSERT takes its rows from the guard's result, so it writes
    and locks nothing if the guard has changed nothing; any other part is always executed.
    """
    numbering = _Numbering()
    clauses = [f"guard AS ({numbering.row(guard)} RETURNING 1)"]
    for sql, rows in parts:
        text = _guarded_insert(sql) or sql
        for _ in range(rows):
            clauses.append(f"part_{len(clauses)} AS ({numbering.row(text)})")
    text = f"WITH {', '.join(clauses)} SELECT count(*) FROM guard"
    return Batch(text, tuple(numbering.names))


def fits(sql: str, rows: int) -> bool:
    """Whether a batch can contain the statement with this number of rows."""
    return rows == 1 or (rows <= _MOST_ROWS and is_conditional(sql))


def is_conditional(sql: str) -> bool:
    """Whether it is an INSERT, whose rows a batch makes depend on the guard."""
    return _guarded_insert(sql) is not None


class _Numbering:
    """Numbers parameters consecutively over all rows."""

    def __init__(self) -> None:
        self.names: list[tuple[str, ...]] = []
        self._before = 0

    def row(self, sql: str) -> str:
        numbers: dict[str, int] = {}

        def number(found: re.Match[str]) -> str:
            name = found[1]
            if name is None:
                return found[0]
            return f"${numbers.setdefault(name, self._before + len(numbers) + 1)}"

        text = _PARAMETER.sub(number, sql)
        self.names.append(tuple(numbers))
        self._before += len(numbers)
        return text


@cache
def _guarded_insert(sql: str) -> str | None:
    """The INSERT with a condition on the guard, None for any other statement."""
    insert = _INSERT.fullmatch(sql)
    return insert and f"{insert[1]} SELECT {insert[2]} FROM guard{insert[3]}"
