"""How reports add up and put in proportion."""

import pytest

from crm_cell.kernel.money import MAX_CENTS
from crm_cell.reports.rules import Total, conversion_rate_pct, headline, totals

USD = Total("USD", 2, 300)
CNY = Total("CNY", 1, 50)
EUR = Total("EUR", 1, 7)


def test_totals_are_kept_apart_by_currency_and_ordered_by_it() -> None:
    assert totals([("USD", 1, 100), ("CNY", 1, 50), ("USD", 1, 200)]) == [CNY, USD]


def test_totals_may_outgrow_an_int64() -> None:
    assert totals([("CNY", 1, MAX_CENTS)] * 3) == [Total("CNY", 3, 3 * MAX_CENTS)]


@pytest.mark.parametrize(
    ("found", "cents"), [([], 0), ([USD], 300), ([CNY, USD], 50), ([EUR, USD], 0)]
)
def test_the_headline_is_the_only_currency_or_of_several_that_of_cny(
    found: list[Total], cents: int
) -> None:
    assert headline(found).amount_cents == cents


@pytest.mark.parametrize(
    ("won", "total", "rate"),
    [
        (0, 0, 0.0),
        (0, 3, 0.0),
        (1, 3, 33.33),
        (2, 3, 66.67),
        (1, 32, 3.13),
        (1, 160, 0.63),
        (3, 3, 100.0),
        (1, 1_000_000, 0.0),
        (10**17, 3 * 10**17, 33.33),
    ],
)
def test_the_conversion_rate_has_two_decimals_with_halves_rounded_up(
    won: int, total: int, rate: float
) -> None:
    assert conversion_rate_pct(won, total) == rate
