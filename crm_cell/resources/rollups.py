"""Figures of a record that follow from the records that refer to it, such as the time of the last
follow-up of a customer.

They are computed again, for the records concerned, by each write that may change them, in its
transaction: so deletions, restorations, batches and imports need no rule of their own. They are no
part of the record's version: nobody has changed it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from crm_cell.kernel.money import MAX_CENTS
from crm_cell.storage.compilation import compile_text
from crm_cell.storage.counter_check import Difference
from crm_cell.storage.engine import Dialect, Reader, Tx

Step = tuple[Any, Any]
"""A record before and after a write, None where there is none."""

ROLLUPS: Final = "rollups"
"""Key in the `info` of the metadata: by table, what is made of its rows."""
_TENANT: Final[sa.BindParameter[str]] = sa.bindparam("tenant")
_RECORD: Final[sa.BindParameter[str]] = sa.bindparam("record")
# Sums of quotients and of remainders do not leave the range of an integer, as a plain sum may.
_SPLIT: Final = 1_000_000


class Rollup(msgspec.Struct, frozen=True):
    """Figures of the records that those of another table refer to."""

    of: str
    """The table of those that refer to them."""
    by: str
    """Their reference."""
    reads: tuple[str, ...]
    """Their fields that the figures depend on."""
    where: str = ""
    """An SQL condition on their columns. Deleted ones never count."""
    sums: tuple[tuple[str, str], ...] = ()
    """Figures, each with an SQL expression over all rows. One of 0 is stored as nothing."""
    latest: tuple[tuple[str, str], ...] = ()
    """Figures, each a column of the row that is last in the order of `ordered_by`."""
    ordered_by: str = ""

    @property
    def figures(self) -> list[str]:
        return [name for name, _ in (*self.sums, *self.latest)]


def total(value: str) -> str:
    """SQL for the sum of a whole number that is not negative, at most the largest one."""
    high = f"sum(({value}) / {_SPLIT})"
    low = f"sum(({value}) % {_SPLIT})"
    return (
        f"CASE WHEN {high} >= {MAX_CENTS // _SPLIT - _SPLIT} THEN {MAX_CENTS}"
        f" ELSE {high} * {_SPLIT} + {low} END"
    )


class Into:
    """One rollup, into the rows of its parent's table."""

    def __init__(self, parent: str, rollup: Rollup, tables: sa.MetaData) -> None:
        self.parent = tables.tables[parent]
        self.rollup = rollup
        self.child = tables.tables[rollup.of].alias("child")
        self.update = lru_cache(self._update)
        self.lock = lru_cache(self._lock)

    def touched(self, steps: Iterable[Step]) -> set[tuple[str, str]]:
        """Tenant and id of the records whose figures may be others after these steps."""
        found: set[tuple[str, str]] = set()
        by, reads = self.rollup.by, self.rollup.reads
        for before, after in steps:
            if (
                before is not None
                and after is not None
                and getattr(before, by) == getattr(after, by)
                and all(getattr(before, name) == getattr(after, name) for name in reads)
            ):
                continue
            found |= {
                (each.tenant_id, parent)
                for each in (before, after)
                if each is not None and (parent := getattr(each, by)) is not None
            }
        return found

    def values(
        self, tenant: sa.ColumnElement[Any], record: sa.ColumnElement[Any]
    ) -> Mapping[str, Any]:
        """Subqueries, by figure."""
        child, rollup = self.child, self.rollup
        conditions = [child.c.tenant_id == tenant, child.c[rollup.by] == record]
        if "deleted_at" in child.c:
            conditions.append(child.c.deleted_at.is_(None))
        if rollup.where:
            conditions.append(sa.text(rollup.where))  # type: ignore[arg-type]  # a condition
        found: dict[str, Any] = {}
        for name, expression in rollup.sums:
            value: sa.ColumnElement[Any] = sa.literal_column(expression)
            if not isinstance(self.parent.c[name].type, sa.Text):
                value = sa.cast(sa.func.nullif(value, sa.literal_column("0")), sa.BigInteger())
            found[name] = sa.select(value).select_from(child).where(*conditions).scalar_subquery()
        for name, column in rollup.latest:
            last = sa.select(child.c[column]).where(*conditions)
            order = (child.c[rollup.ordered_by].desc(), child.c.id.desc())
            # SQLAlchemy adds an OFFSET to each LIMIT for SQLite.
            one = last.order_by(*order).limit(sa.literal_column("1"))
            found[name] = one.offset(sa.literal_column("0")).scalar_subquery()
        return found

    def _update(self, dialect: Dialect) -> str:
        where = self.parent.c.tenant_id == _TENANT, self.parent.c.id == _RECORD
        changed = sa.update(self.parent).where(*where).values(self.values(_TENANT, _RECORD))
        return compile_text(changed, dialect)

    def _lock(self, dialect: Dialect) -> str:
        where = self.parent.c.tenant_id == _TENANT, self.parent.c.id == _RECORD
        return compile_text(sa.select(self.parent.c.id).where(*where), dialect)


def into_parents(table: str, tables: sa.MetaData) -> list[Into]:
    """What is made of the rows of a table."""
    declared: Mapping[str, Sequence[tuple[str, Rollup]]] = tables.info[ROLLUPS]
    return [Into(parent, rollup, tables) for parent, rollup in declared.get(table, ())]


async def follow(tx: Tx, rollups: Iterable[Into], steps: Sequence[Step]) -> None:
    """Bring the figures to what they are after these steps.

    Locks are taken in the order of ids, and before the figures are read: of two writers who add to
    the same record, the second has to see what the first has added.
    """
    for rollup in rollups:
        parents = sorted(rollup.touched(steps))
        if not parents:
            continue
        named = [{"tenant": tenant, "record": record} for tenant, record in parents]
        if not tx.serialized:
            for params in named:
                if params["record"] not in tx.held:
                    await tx.fetch_one(rollup.lock(tx.dialect) + tx.for_update, **params)
        await tx.execute_many(rollup.update(tx.dialect), named)


async def wrong(tx: Reader, parent: str, tables: sa.MetaData) -> list[Difference]:
    """Stored figures of any tenant that differ from what they follow from. Reads all rows."""
    found: list[Difference] = []
    for declared in tables.info[ROLLUPS].values():
        for table, rollup in declared:
            if table != parent:
                continue
            into = Into(table, rollup, tables)
            for name, value in into.values(into.parent.c.tenant_id, into.parent.c.id).items():
                columns = into.parent.c
                differing = (
                    sa.select(columns.tenant_id, columns.id, columns[name], value)
                    .where(columns[name].is_distinct_from(value))
                    .order_by(columns.tenant_id, columns.id)
                )
                rows = await tx.fetch_all(compile_text(differing, tx.dialect))
                found += [
                    Difference(tenant, f"{table}.{name}", record, stored, counted)
                    for tenant, record, stored, counted in rows
                ]
    return found
