"""What is outstanding of a contract, and when it is signed."""

from typing import Any

import pytest

from crm_cell.contracts.resource import Contract, Status
from crm_cell.kernel.money import MAX_CENTS

NOW = 1_795_400_760_123


def contract(**members: Any) -> Contract:
    fields: dict[str, Any] = {
        "tenant_id": "acme",
        "id": "id",
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
        "customer_id": "c1",
        "opportunity_id": None,
        "contract_no": "ＨＴ  001",
        "contract_no_key": "ht 001",
        "amount_cents": 100,
        "currency": "CNY",
        "status": Status.DRAFT,
        "signed_at": None,
        "paid_cents": 0,
        "owner_id": "alice",
        "request_key": "key-1",
        "request_id": None,
    }
    return Contract(**(fields | members))


@pytest.mark.parametrize(
    ("amount", "paid", "outstanding"),
    [(100, 0, 100), (100, 100, 0), (100, 101, -1), (0, 1, -1), (0, MAX_CENTS, -MAX_CENTS)],
)
def test_what_is_outstanding_is_the_difference(amount: int, paid: int, outstanding: int) -> None:
    assert contract(amount_cents=amount, paid_cents=paid).outstanding_cents == outstanding


@pytest.mark.parametrize(
    ("members", "signed"),
    [
        ({}, False),
        ({"status": 2}, True),
        ({"signed_at": "2026-11-20"}, True),
        ({"status": 2, "signed_at": "2026-11-20"}, True),
        ({"status": 3}, False),
        ({"status": 3, "signed_at": "2026-11-20"}, True),
        ({"status": 4}, False),
    ],
)
def test_a_contract_is_signed_by_its_status_or_its_date(
    members: dict[str, Any], signed: bool
) -> None:
    assert contract(**members).is_signed is signed
