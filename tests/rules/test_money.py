"""Cents that never overflow, however many are added up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cell.kernel.money import CURRENCIES, DEFAULT_CURRENCY, MAX_CENTS, SPLIT, join, split
from tests.turns import so_many

INT64 = 2**63 - 1


def test_an_amount_is_at_most_what_64_bits_hold() -> None:
    assert MAX_CENTS == INT64


@settings(max_examples=so_many(100, of=300), derandomize=True, database=None, deadline=None)
@given(amounts=st.lists(st.integers(-MAX_CENTS, MAX_CENTS), max_size=20))
def test_halves_add_up_to_the_sum_of_the_amounts(amounts: list[int]) -> None:
    halves = [split(amount) for amount in amounts]
    assert join(sum(high for high, _ in halves), sum(low for _, low in halves)) == sum(amounts)


@pytest.mark.parametrize("amount", [MAX_CENTS, -MAX_CENTS, 1, 0])
def test_the_halves_of_a_thousand_million_amounts_still_fit(amount: int) -> None:
    high, low = split(amount)
    assert 0 <= low < SPLIT
    assert max(abs(high), abs(low)) * 900_000_000 <= INT64


def test_currencies_are_those_of_iso_4217() -> None:
    assert {"CNY", "USD", "EUR", "JPY", "HKD", "TWD", DEFAULT_CURRENCY} <= CURRENCIES
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert {"XXX", "XTS", "DEM", "RMB", "BTC"} & CURRENCIES == set()
    assert len(CURRENCIES) > 150
