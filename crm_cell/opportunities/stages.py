"""The stages of an opportunity, and the status of each."""

from enum import IntEnum

import msgspec

from crm_cell.kernel.errors import RuleViolation
from crm_cell.opportunities.messages import STAGE_AND_STATUS_DISAGREE


class Status(IntEnum):
    OPEN = 1
    WON = 2
    LOST = 3


class Stage(msgspec.Struct, frozen=True):
    number: int
    name: str
    english_name: str
    probability: int
    """Probability of winning in per cent."""
    status: Status
    """The only valid status at this stage."""


STAGES = (
    Stage(1, "初步接洽", "First contact", 10, Status.OPEN),
    Stage(2, "需求确认", "Needs confirmed", 20, Status.OPEN),
    Stage(3, "方案报价", "Proposal and quote", 40, Status.OPEN),
    Stage(4, "商务谈判", "Negotiation", 60, Status.OPEN),
    Stage(5, "赢单", "Won", 100, Status.WON),
    Stage(6, "输单", "Lost", 0, Status.LOST),
)
FIRST_STAGE = STAGES[0].number
# The stage of a reopened opportunity without an open stage in its history.
LAST_OPEN_STAGE = max(stage.number for stage in STAGES if stage.status is Status.OPEN)

_STATUS_OF = {stage.number: stage.status for stage in STAGES}
_STAGE_WHEN_CLOSED: dict[int, int] = {
    stage.status: stage.number for stage in STAGES if stage.status is not Status.OPEN
}


def stage_and_status(stage: int | None, status: int | None, *, open_stage: int) -> tuple[int, int]:
    """Completes stage and status of a request. Raises RuleViolation if they disagree.

    `open_stage` is the stage of an open opportunity if only the status is given.
    """
    if stage is None:
        wanted = status or Status.OPEN
        return _STAGE_WHEN_CLOSED.get(wanted, open_stage), wanted
    implied = _STATUS_OF[stage]
    if status not in (None, implied):
        raise RuleViolation(STAGE_AND_STATUS_DISAGREE)
    return stage, implied
