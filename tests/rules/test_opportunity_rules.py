"""How stage and status of an opportunity go together."""

import pytest

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Forbidden, RuleViolation
from crm_cell.opportunities.rules import (
    STAGES,
    Opportunity,
    Stage,
    Status,
    changed,
    has_closed,
    new_opportunity,
    settled,
    step,
)

ACME = Actor("acme", user="clerk")


def opportunity(stage: int = 1, status: int = 1) -> Opportunity:
    return new_opportunity(
        ACME,
        "id",
        1_000,
        customer_id="c",
        customers_owner=None,
        title="年度采购",
        stage=stage,
        status=status,
    )


def test_the_stages_are_those_of_the_contract() -> None:
    def row(stage: Stage) -> tuple[int, str, int, int]:
        return stage.number, stage.name, stage.probability, stage.status

    assert [row(stage) for stage in STAGES] == [
        (1, "初步接洽", 10, 1),
        (2, "需求确认", 20, 1),
        (3, "方案报价", 40, 1),
        (4, "商务谈判", 60, 1),
        (5, "赢单", 100, 2),
        (6, "输单", 0, 3),
    ]


@pytest.mark.parametrize(
    ("stage", "status", "expected"),
    [
        (None, None, (3, 1)),
        (1, None, (1, 1)),
        (2, None, (2, 1)),
        (4, None, (4, 1)),
        (5, None, (5, 2)),
        (6, None, (6, 3)),
        (None, 1, (3, 1)),
        (None, 2, (5, 2)),
        (None, 3, (6, 3)),
        (2, 1, (2, 1)),
        (5, 2, (5, 2)),
        (6, 3, (6, 3)),
    ],
)
def test_one_of_the_two_decides_the_other(
    stage: int | None, status: int | None, expected: tuple[int, int]
) -> None:
    assert settled(stage, status, open_stage=3) == expected


@pytest.mark.parametrize(
    ("stage", "status"),
    [(stage, status) for stage in range(1, 5) for status in (2, 3)]
    + [(5, 1), (5, 3), (6, 1), (6, 2)],
)
def test_the_two_may_not_disagree(stage: int, status: int) -> None:
    with pytest.raises(RuleViolation, match="stage_and_status_disagree"):
        settled(stage, status, open_stage=1)


@pytest.mark.parametrize(
    ("before", "changes", "last_open", "expected"),
    [
        ((1, 1), {"stage": 2}, 1, (2, 1)),
        ((4, 1), {"stage": 2}, 4, (2, 1)),
        ((3, 1), {"stage": 5}, 3, (5, 2)),
        ((3, 1), {"status": 3}, 3, (6, 3)),
        ((5, 2), {"stage": 6}, 3, (6, 3)),
        ((5, 2), {"status": 3}, 3, (6, 3)),
        ((5, 2), {"stage": 2}, 3, (2, 1)),
        ((5, 2), {"status": 1}, 3, (3, 1)),
        ((6, 3), {"status": 1}, None, (4, 1)),
        ((5, 2), {"title": "二期"}, None, (5, 2)),
    ],
)
def test_a_change_moves_both(
    before: tuple[int, int],
    changes: dict[str, object],
    last_open: int | None,
    expected: tuple[int, int],
) -> None:
    after = changed(ACME, opportunity(*before), changes, 2_000, last_open=last_open)
    assert (after.stage, after.status) == expected
    assert (after.version, after.created_at, after.updated_at) == (2, 1_000, 2_000)


def test_only_who_sees_the_whole_tenant_hands_over() -> None:
    alice = Actor("acme", user="alice", owner="alice")
    with pytest.raises(Forbidden, match="forbidden_handover"):
        changed(alice, opportunity(), {"owner_id": "bob"}, 2_000)
    assert changed(ACME, opportunity(), {"owner_id": "bob"}, 2_000).owner_id == "bob"


@pytest.mark.parametrize(
    ("actor", "named", "customers", "expected"),
    [
        (ACME, None, None, None),
        (ACME, None, "alice", "alice"),
        (ACME, "bob", "alice", "bob"),
        (Actor("acme", owner="alice"), "bob", "alice", "alice"),
    ],
)
def test_it_belongs_to_the_caller_the_one_named_or_the_customers_owner(
    actor: Actor, named: str | None, customers: str | None, expected: str | None
) -> None:
    made = new_opportunity(
        actor, "id", 1, customer_id="c", customers_owner=customers, title="t", owner_id=named
    )
    assert made.owner_id == expected


OPEN, WON, LOST = opportunity(3, 1), opportunity(5, 2), opportunity(6, 3)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, OPEN, False),
        (None, WON, True),
        (None, LOST, True),
        (OPEN, OPEN, False),
        (OPEN, WON, True),
        (OPEN, LOST, True),
        (WON, OPEN, False),
        (WON, LOST, False),
        (LOST, LOST, False),
    ],
)
def test_it_closes_when_it_leaves_open(
    before: Opportunity | None, after: Opportunity, expected: bool
) -> None:
    assert has_closed(before, after) is expected


def test_a_step_is_kept_only_when_stage_or_status_moved() -> None:
    assert step(ACME, "s", 5, OPEN, OPEN) is None
    first = step(ACME, "s", 5, None, OPEN)
    assert first is not None
    assert (first.from_stage, first.to_stage) == (None, 3)
    assert (first.from_status, first.to_status) == (None, Status.OPEN)
    assert (first.actor, first.created_at, first.opportunity_id) == ("clerk", 5, "id")
    second = step(ACME, "s", 6, OPEN, WON)
    assert second is not None
    assert (second.from_stage, second.to_stage) == (3, 5)
    assert (second.from_status, second.to_status) == (Status.OPEN, Status.WON)
