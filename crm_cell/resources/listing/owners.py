"""How the records of some owners are found in a list that is filtered or sorted.

Neither database knows how much the owners have whom a statement is about. Their counters tell.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa

from crm_cell.kernel.actor import Actor
from crm_cell.resources.listing.conditions import ALL, Shape, Values, owners_apart
from crm_cell.resources.listing.narrowed import Narrowed
from crm_cell.resources.pages import is_thin
from crm_cell.resources.reading import RecordReader
from crm_cell.resources.scope import Scope, Way
from crm_cell.storage import counters
from crm_cell.storage.engine import Reader

# Of so many rows, a filter is taken to leave one.
_OF_A_FILTER = 4
# The share of all rows from which on it is faster to read all, where the order does not matter.
_AS_MANY = 3
_FEW = 1_000


class Owned(msgspec.Struct, frozen=True):
    """A filter, without the owners whom it names where they decide the way."""

    condition: Shape
    values: Values
    owners: Values = []
    way: Way = Way.PLANNED
    of_all: Way = Way.PLANNED
    """Where the order does not matter."""


async def find_way(
    tx: Reader,
    reader: RecordReader[Any],
    actor: Actor,
    wanted: Narrowed,
    scope: Scope,
    rows: int | None,
    *,
    may_name: bool,
) -> Owned:
    """For so many rows of a list, or all (None). PostgreSQL plans by its own statistics, but for a
    team, which is no value of a statement."""
    whole = Owned(wanted.condition, wanted.values)
    resource = reader.resource
    if resource.owner is None or resource.shared_when is not None:
        return whole
    if tx.dialect == "postgresql" and scope is not Scope.TEAM:
        return whole
    owners, condition, values = (
        owners_apart(wanted.condition, wanted.values, resource.owner.name)
        if may_name
        else ([], whole.condition, whole.values)
    )
    if owners and tx.dialect == "postgresql":
        return Owned(condition, values, owners)
    if not owners and scope not in (Scope.OWN, Scope.TEAM):
        return whole
    known = {part[1] for part in _parts(condition) if part[0] == "compare" and part[2] == "="}
    indexes = _indexes(reader.statements.table, resource.owner.name)
    serves_filter = any(columns[0] in known for columns in indexes)
    by_owner = Way.BY_OWNER_AND_MORE if serves_filter else Way.BY_OWNER
    several = len(owners) > 1 or (not owners and scope is Scope.TEAM)
    in_order = [*(key.column for key in wanted.order.keys), "id"]
    if not several and any(
        [name for name in columns if name not in known] == in_order for columns in indexes
    ):
        return Owned(condition, values, owners, by_owner, by_owner)
    counter = reader.counter_of(actor)
    key = counters.OR.join(sorted(set(owners))) if owners else counter and counter[1]
    owned = await counters.read(tx, actor.tenant, f"{resource.table}.owner", key)
    total = await counters.read(tx, actor.tenant, resource.table)
    is_dense = owned > _FEW and _AS_MANY * owned >= total and not serves_filter
    of_all = Way.IN_ORDER if is_dense else by_owner
    if rows is None:
        return Owned(condition, values, owners, of_all, of_all)
    walked = rows if condition == ALL else rows * _OF_A_FILTER
    way = by_owner if is_thin(tx.dialect, walked, owned, total) else Way.IN_ORDER
    return Owned(condition, values, owners, way, of_all)


def _parts(condition: Shape) -> Sequence[Shape]:
    return condition[1:] if condition[0] == "and" else (condition,)


@lru_cache(maxsize=256)
def _indexes(table: sa.Table, owner: str) -> list[list[str]]:
    """On owners first: the columns behind."""
    found = ([each.name for each in index.columns] for index in table.indexes)
    return [columns[2:] for columns in found if columns[:2] == ["tenant_id", owner]]
