"""Amounts are in the minor unit of ISO 4217, of which a currency may have none, or thousandths."""

from decimal import Decimal

import pytest

from crm_cell.kernel.money import decimals, in_major_units, suggest_currency


@pytest.mark.parametrize(("currency", "digits"), [("CNY", 2), ("USD", 2), ("JPY", 0), ("KWD", 3)])
def test_each_currency_has_its_decimals(currency: str, digits: int) -> None:
    assert decimals(currency) == digits


def test_an_amount_is_divided_by_its_currency() -> None:
    assert in_major_units(1280, "CNY") == Decimal("12.80")
    assert in_major_units(1280, "JPY") == Decimal(1280)
    assert in_major_units(1280, "KWD") == Decimal("1.280")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("RMB", "CNY"), ("usd", "USD"), ("人民币", "CNY"), ("yen", "JPY"), ("ABC", None), ("", None)],
)
def test_what_people_write_suggests_a_code(written: str, meant: str | None) -> None:
    assert suggest_currency(written) == meant
