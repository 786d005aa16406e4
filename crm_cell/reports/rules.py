"""Calculation of totals and conversion rates."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from crm_cell.kernel.money import DEFAULT_CURRENCY

# The numbers of the statuses in the API.
_OPEN, _WON, _LOST = 1, 2, 3


class Total(msgspec.Struct, frozen=True):
    """Count and sum of one currency. The sum may exceed an int64."""

    currency: str
    count: int
    amount_cents: int


def totals(rows: Iterable[tuple[str, int, int]]) -> list[Total]:
    """One for each currency, ordered by code. `rows` are (currency, count, cents)."""
    found: dict[str, Total] = {}
    for currency, count, cents in rows:
        total = found.get(currency, Total(currency, 0, 0))
        found[currency] = Total(currency, total.count + count, total.amount_cents + cents)
    return [found[currency] for currency in sorted(found)]


def headline(found: list[Total]) -> Total:
    """The total for a whole report: that of its only currency, else of the default currency.

    Amounts of different currencies are never added. The count belongs to the same currency as the
    amount.
    """
    if len(found) == 1:
        return found[0]
    none = Total(DEFAULT_CURRENCY, 0, 0)
    return next((total for total in found if total.currency == DEFAULT_CURRENCY), none)


def conversion_rate_pct(won: int, total: int) -> float:
    """won / total × 100 with two decimals, rounded half up; 0 if total is 0."""
    return (20_000 * won + total) // (2 * total) / 100 if total else 0.0


def months_after(day: date, many: int) -> date:
    """The first day of the month that is so many months later."""
    months = day.year * 12 + day.month - 1 + many
    return date(months // 12, months % 12 + 1, 1)


class Step(msgspec.Struct, frozen=True):
    """What became of the deals that got to a stage: each has got further, is open or is lost."""

    stage: int
    entered: int
    advanced: int
    open: int
    lost: int


def steps(reached: Iterable[tuple[int, int, int]], stages: Sequence[int]) -> list[Step]:
    """`reached` are (furthest stage, status now, count). The last of the stages is that of won
    deals: who got there is open again, lost after all, or won."""
    at: dict[tuple[int, int], int] = {}
    for stage, status, count in reached:
        at[stage, status] = at.get((stage, status), 0) + count
    found: list[Step] = []
    further = 0
    for stage in reversed(stages):
        here = {status: at.get((stage, status), 0) for status in (_OPEN, _WON, _LOST)}
        entered = further + sum(here.values())
        found.append(Step(stage, entered, further, here[_OPEN], here[_LOST]))
        further = entered
    return found[::-1]
