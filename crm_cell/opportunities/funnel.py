"""The sales funnel as a table of sums, kept in step with every write so that no report scans."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from crm_cell.kernel import money
from crm_cell.opportunities.rules import Opportunity

Step = tuple[Opportunity | None, Opportunity | None]
"""An opportunity before and after a write; None where it was not, or is no more."""


class Cell(msgspec.Struct, frozen=True):
    """What opportunities are counted by. The owner '' stands for nobody."""

    tenant_id: str
    owner_id: str
    currency: str
    stage: int
    status: int


class Shift(msgspec.Struct, frozen=True):
    """What a write adds to a cell; the amount in two halves, which never overflow when summed."""

    cell: Cell
    count: int
    amount_high: int
    amount_low: int


def shifts(steps: Iterable[Step]) -> list[Shift]:
    """One for each cell that the steps really change."""
    counts: Counter[Cell] = Counter()
    amounts: Counter[Cell] = Counter()
    for opportunity, sign in gone_and_come(steps):
        cell = cell_of(opportunity)
        counts[cell] += sign
        amounts[cell] += sign * opportunity.amount_cents
    return [
        Shift(cell, count, *_halves(amounts[cell]))
        for cell, count in counts.items()
        if count or amounts[cell]
    ]


def gone_and_come(steps: Iterable[Step]) -> Iterator[tuple[Opportunity, int]]:
    """What is to be counted no more (-1), and what from now on (1)."""
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


def _halves(cents: int) -> tuple[int, int]:
    """Both of the amount's sign, so that what is added and taken away leaves zeros."""
    high, low = money.split(abs(cents))
    return (high, low) if cents >= 0 else (-high, -low)
