"""When a contract is signed, and what money in it forbids."""

from typing import Any

import pytest

from crm_cell.contracts.rules import Contract, Status, becomes_signed, changed, new_contract
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RuleViolation
from crm_cell.kernel.money import MAX_CENTS

NOW = 1_795_400_760_123


def contract(**members: Any) -> Contract:
    required: dict[str, Any] = {
        "customer_id": "c1",
        "owner_id": "alice",
        "contract_no": "ＨＴ  001",
        "amount_cents": 100,
    }
    paid = members.pop("paid_cents", 0)
    made = new_contract(Actor("acme", key="key-1"), "id", NOW, **(required | members))
    return changed(made, {"paid_cents": paid}, NOW)


def test_a_new_contract_keeps_its_request_and_compares_its_number_loosely() -> None:
    made = contract()
    assert (made.request_key, made.contract_no, made.contract_no_key) == (
        "key-1",
        "ＨＴ  001",
        "ht 001",
    )
    assert (made.currency, made.status, made.signed_at) == ("CNY", Status.DRAFT, None)


@pytest.mark.parametrize(
    ("amount", "paid", "outstanding"),
    [(100, 0, 100), (100, 100, 0), (100, 101, -1), (0, MAX_CENTS, -MAX_CENTS)],
)
def test_what_is_outstanding_is_the_difference(amount: int, paid: int, outstanding: int) -> None:
    assert contract(amount_cents=amount, paid_cents=paid).outstanding_cents == outstanding


@pytest.mark.parametrize(
    ("before", "after", "signs"),
    [
        (None, {}, False),
        (None, {"status": 2}, True),
        (None, {"signed_at": "2026-11-20"}, True),
        (None, {"status": 3}, False),
        ({}, {"status": 2}, True),
        ({}, {"signed_at": "2026-11-20"}, True),
        ({}, {"status": 2, "signed_at": "2026-11-20"}, True),
        ({}, {"status": 4}, False),
        ({"status": 3}, {"status": 2}, True),
        ({"status": 2}, {"status": 2, "signed_at": "2026-11-20"}, False),
        ({"signed_at": "2026-11-20"}, {"status": 2, "signed_at": "2026-11-20"}, False),
        ({"signed_at": "2026-11-20"}, {"signed_at": "2026-11-21"}, False),
        ({"signed_at": "2026-11-20"}, {}, False),
        ({"status": 2}, {"status": 3}, False),
    ],
)
def test_a_contract_becomes_signed_by_status_or_date_whichever_comes_first(
    before: dict[str, Any] | None, after: dict[str, Any], signs: bool
) -> None:
    was = None if before is None else contract(**before)
    assert becomes_signed(was, contract(**after)) is signs


def test_a_change_moves_version_and_time_and_the_key_of_a_number() -> None:
    after = changed(contract(), {"contract_no": "HT-2"}, NOW + 5)
    assert (after.contract_no, after.contract_no_key) == ("HT-2", "ht-2")
    assert (after.version, after.created_at, after.updated_at) == (3, NOW, NOW + 5)


def test_the_currency_can_change_until_money_is_in() -> None:
    assert changed(contract(), {"currency": "USD"}, NOW).currency == "USD"
    with pytest.raises(RuleViolation, match="currency_has_payments"):
        changed(contract(paid_cents=1), {"currency": "USD"}, NOW)


def test_money_in_forbids_no_other_change() -> None:
    assert changed(contract(paid_cents=1), {"amount_cents": 0}, NOW).outstanding_cents == -1
