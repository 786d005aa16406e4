"""How figures are added up and put in proportion."""

from collections.abc import Iterable

import msgspec

from crm_cell.kernel.money import DEFAULT_CURRENCY


class Total(msgspec.Struct, frozen=True):
    """How many, and their sum in one currency, which may be larger than an int64."""

    currency: str
    count: int
    amount_cents: int


def totals(rows: Iterable[tuple[str, int, int]]) -> list[Total]:
    """One for each currency, in the order of their codes, from (currency, count, cents)."""
    found: dict[str, Total] = {}
    for currency, count, cents in rows:
        so_far = found.get(currency, Total(currency, 0, 0))
        found[currency] = Total(currency, so_far.count + count, so_far.amount_cents + cents)
    return [found[currency] for currency in sorted(found)]


def headline(found: list[Total]) -> Total:
    """The one total for a whole report: its only currency's, else that of the default one.

    Amounts of different currencies are never added up, and a count beside an amount counts what
    the amount is the sum of.
    """
    if len(found) == 1:
        return found[0]
    none = Total(DEFAULT_CURRENCY, 0, 0)
    return next((total for total in found if total.currency == DEFAULT_CURRENCY), none)


def conversion_rate_pct(won: int, total: int) -> float:
    """won / total × 100 with two decimals, halves rounded up; 0 when there are none."""
    return (20_000 * won + total) // (2 * total) / 100 if total else 0.0
