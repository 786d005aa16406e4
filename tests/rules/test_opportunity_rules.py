"""How stage and status of an opportunity go together."""

from typing import Any

import pytest

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RuleViolation
from crm_cell.opportunities.history import step
from crm_cell.opportunities.resource import Opportunity
from crm_cell.opportunities.stages import STAGES, Stage, Status, stage_and_status

ACME = Actor("acme", user="clerk")


def opportunity(stage: int = 1, status: int = 1) -> Opportunity:
    values: dict[str, Any] = dict.fromkeys(Opportunity.__struct_fields__) | {
        "tenant_id": "acme",
        "id": "id",
        "version": 1,
        "created_at": 1_000,
        "updated_at": 1_000,
        "customer_id": "c",
        "title": "年度采购",
        "amount_cents": 0,
        "currency": "CNY",
        "stage": stage,
        "status": status,
        "owner_id": None,
    }
    return Opportunity(**values)


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
    assert stage_and_status(stage, status, open_stage=3) == expected


@pytest.mark.parametrize(
    ("stage", "status"),
    [(stage, status) for stage in range(1, 5) for status in (2, 3)]
    + [(5, 1), (5, 3), (6, 1), (6, 2)],
)
def test_the_two_may_not_disagree(stage: int, status: int) -> None:
    with pytest.raises(RuleViolation, match="stage_and_status_disagree"):
        stage_and_status(stage, status, open_stage=1)


OPEN, WON = opportunity(3, 1), opportunity(5, 2)


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
