"""A transaction on a PostgreSQL connection."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import asyncpg

from crm_cell.storage.engine import NO_KEYS, ChainKeys, LateUnit, Params, Row, Tally
from crm_cell.storage.errors import UniqueViolation
from crm_cell.storage.page_boundaries import Boundaries
from crm_cell.storage.postgres_session import Session
from crm_cell.storage.seals import UNSEALED, Seals

# A name behind one colon; '::' is a cast, and a quoted colon is a character like any other.
_PARAMETER = re.compile(r"'(?:[^']|'')*'|::|:([a-z_]+)")
# Citus names the constraint of a shard, not of the table: customers_name_key_102012.
_SHARD = re.compile(r"_\d+$")
_NAMED = re.compile(r'constraint "([^"]+)"')


class PostgresTx:
    """Serves as Reader, without locks, and as Tx. `seconds` is how long a statement may take."""

    alone = False
    near = False

    __slots__ = (
        "_connection",
        "_seconds",
        "boundaries",
        "chain_keys",
        "for_deletion",
        "for_share",
        "for_update",
        "hints",
        "id_time",
        "late",
        "may_take_long",
        "now",
        "seals",
        "stripe",
        "tally",
    )

    def __init__(
        self,
        connection: Session,
        now: int,
        seconds: float,
        *,
        id_time: int = 0,
        boundaries: Boundaries | None = None,
        may_take_long: bool = False,
        chain_keys: ChainKeys = NO_KEYS,
        locks: bool = False,
    ) -> None:
        self._connection = connection
        self.hints = connection.hints
        self.stripe = connection.stripe
        self.chain_keys = chain_keys
        self.late: dict[LateUnit, list[Any]] = {}
        self._seconds = seconds
        self.now = now
        self.id_time = id_time
        self.seals: Seals = UNSEALED
        self.boundaries = boundaries
        self.may_take_long = may_take_long
        self.tally: Tally = {}
        self.for_update = " FOR NO KEY UPDATE" if locks else ""
        self.for_share = " FOR SHARE" if locks else ""
        self.for_deletion = " FOR UPDATE" if locks else ""

    async def one(self, sql: str, /, **params: object) -> Row | None:
        text, names = positional(sql)
        values = [params[name] for name in names]
        try:
            row = await self._connection.fetchrow(text, *values, timeout=self._seconds)
        except asyncpg.UniqueViolationError as error:
            raise UniqueViolation(constraint_of(error)) from error
        return None if row is None else tuple(row)

    async def all(self, sql: str, /, **params: object) -> list[Row]:
        text, names = positional(sql)
        values = [params[name] for name in names]
        rows = await self._connection.fetch(text, *values, timeout=self._seconds)
        return [tuple(row) for row in rows]

    async def run(self, sql: str, /, **params: object) -> int:
        text, names = positional(sql)
        values = [params[name] for name in names]
        try:
            status = await self._connection.execute(text, *values, timeout=self._seconds)
        except asyncpg.UniqueViolationError as error:
            raise UniqueViolation(constraint_of(error)) from error
        return int(count) if (count := status.rpartition(" ")[2]).isdigit() else 0

    async def many(self, sql: str, rows: Iterable[Params], /) -> list[Row]:
        """All rows go to the server at once, which answers once; mostly it is a single one, which
        the driver sends a fifth cheaper by itself."""
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

    async def append(self, sql: str, rows: Iterable[Params], /) -> None:
        await self.many(sql, rows)

    async def finish(self, unit: LateUnit, rows: Iterable[Any], /) -> None:
        self.late.setdefault(unit, []).extend(rows)


@cache
def positional(sql: str) -> tuple[str, list[str]]:
    """From `:name` to `$1`, and the names in that order. There are only as many statements as the
    stores can say, so each is translated once."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PARAMETER.sub(number, sql), names


def constraint_of(error: asyncpg.PostgresError) -> str:
    """The name in the migrations of the index that was violated."""
    name = error.constraint_name
    if not name:
        named = _NAMED.search(str(error))
        name = named[1] if named else ""
    return _SHARD.sub("", name)
