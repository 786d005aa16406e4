"""The sales funnel as a table of sums, which every write updates so that reports need no scan."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from crm_cell.kernel import money
from crm_cell.opportunities.resource import Opportunity

Step = tuple[Opportunity | None, Opportunity | None]
"""An opportunity before and after a write; None before a create and after a deletion."""


class FunnelRow(msgspec.Struct, frozen=True):
    """Count and sum of the opportunities with one stage, status and currency."""

    stage: int
    status: int
    currency: str
    count: int
    amount_cents: int
    """May be larger than an int64."""
    owner: str = ""
    """Where the rows are by owner; '' means no owner."""


def added_up(rows: Iterable[FunnelRow]) -> list[FunnelRow]:
    """Rows by owner without their owners, in the order of the funnel."""
    found: dict[tuple[int, int, str], FunnelRow] = {}
    for row in rows:
        key = row.stage, row.status, row.currency
        other = found.get(key)
        count = row.count + (other.count if other else 0)
        cents = row.amount_cents + (other.amount_cents if other else 0)
        found[key] = FunnelRow(*key, count, cents)
    return [found[key] for key in sorted(found)]


class Cell(msgspec.Struct, frozen=True):
    """The key of a sum. The owner '' means no owner."""

    tenant_id: str
    owner_id: str
    currency: str
    stage: int
    status: int


class Shift(msgspec.Struct, frozen=True):
    """A change of a cell. The amount has two parts, whose sums never overflow."""

    cell: Cell
    count: int
    amount_high: int
    amount_low: int


def shifts(steps: Iterable[Step]) -> list[Shift]:
    """One for each cell that the steps change."""
    counts: Counter[Cell] = Counter()
    amounts: Counter[Cell] = Counter()
    for opportunity, sign in signed_states(steps):
        cell = cell_of(opportunity)
        counts[cell] += sign
        amounts[cell] += sign * opportunity.amount_cents
    return [
        Shift(cell, count, *_signed_parts(amounts[cell]))
        for cell, count in counts.items()
        if count or amounts[cell]
    ]


def signed_states(steps: Iterable[Step]) -> Iterator[tuple[Opportunity, int]]:
    """The states to subtract (-1) and to add (1)."""
    for before, after in steps:
        if before is not None:
            yield before, -1
        if after is not None:
            yield after, 1


def cell_of(opportunity: Opportunity) -> Cell:
    return Cell(
        opportunity.tenant_id,
        opportunity.owner_id or "",
        opportunity.currency,
        opportunity.stage,
        opportunity.status,
    )


def _signed_parts(cents: int) -> tuple[int, int]:
    """Both parts have the sign of the amount, so that adding and subtracting one gives zeros."""
    high, low = money.split(abs(cents))
    return (high, low) if cents >= 0 else (-high, -low)
