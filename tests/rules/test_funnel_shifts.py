"""What a write adds to the funnel, and takes from it."""

from typing import Any

import msgspec
import pytest

from crm_cell.kernel.money import MAX_CENTS, SPLIT, join
from crm_cell.opportunities.funnel import Step, shifts
from crm_cell.opportunities.resource import Opportunity

Told = tuple[str, str, int, int, int, int]

VALUES: dict[str, Any] = dict.fromkeys(Opportunity.__struct_fields__) | {
    "tenant_id": "acme",
    "id": "id",
    "version": 1,
    "created_at": 1,
    "updated_at": 1,
    "customer_id": "c",
    "title": "t",
    "amount_cents": 100,
    "currency": "CNY",
    "stage": 1,
    "status": 1,
    "owner_id": "alice",
}
ONE = Opportunity(**VALUES)


def altered(**members: object) -> Opportunity:
    return msgspec.structs.replace(ONE, **members)


def told(*steps: Step) -> list[Told]:
    return [
        (
            shift.cell.owner_id,
            shift.cell.currency,
            shift.cell.stage,
            shift.cell.status,
            shift.count,
            join(shift.amount_high, shift.amount_low),
        )
        for shift in shifts(steps)
    ]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ((None, ONE), [("alice", "CNY", 1, 1, 1, 100)]),
        ((ONE, None), [("alice", "CNY", 1, 1, -1, -100)]),
        ((ONE, ONE), []),
        ((ONE, altered(title="other")), []),
        ((ONE, altered(amount_cents=130)), [("alice", "CNY", 1, 1, 0, 30)]),
        ((ONE, altered(amount_cents=30)), [("alice", "CNY", 1, 1, 0, -70)]),
        (
            (ONE, altered(stage=5, status=2)),
            [("alice", "CNY", 1, 1, -1, -100), ("alice", "CNY", 5, 2, 1, 100)],
        ),
        (
            (ONE, altered(owner_id="bob")),
            [("alice", "CNY", 1, 1, -1, -100), ("bob", "CNY", 1, 1, 1, 100)],
        ),
        (
            (ONE, altered(owner_id=None)),
            [("alice", "CNY", 1, 1, -1, -100), ("", "CNY", 1, 1, 1, 100)],
        ),
        (
            (ONE, altered(currency="USD", amount_cents=5)),
            [("alice", "CNY", 1, 1, -1, -100), ("alice", "USD", 1, 1, 1, 5)],
        ),
    ],
)
def test_a_step_moves_counts_and_amounts(step: Step, expected: list[Told]) -> None:
    assert told(step) == expected


def test_steps_in_the_same_cell_become_one_shift() -> None:
    assert told((ONE, None), (altered(amount_cents=7), None)) == [("alice", "CNY", 1, 1, -2, -107)]


def test_what_is_added_and_taken_away_leaves_zeros() -> None:
    most = altered(amount_cents=MAX_CENTS)
    (come,), (gone,) = shifts([(None, most)]), shifts([(most, None)])
    assert (come.amount_high + gone.amount_high, come.amount_low + gone.amount_low) == (0, 0)


def test_the_halves_of_the_largest_amounts_stay_small() -> None:
    (shift,) = shifts([(None, altered(amount_cents=MAX_CENTS))] * 500)
    assert shift.amount_high < 500 * 10_000_000_000
    assert 0 <= shift.amount_low < SPLIT
    assert join(shift.amount_high, shift.amount_low) == 500 * MAX_CENTS
