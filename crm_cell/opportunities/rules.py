"""What an opportunity is, and how its stage and its status go together."""

from enum import IntEnum
from typing import Any, ClassVar

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, revised
from crm_cell.kernel.errors import Forbidden, RuleViolation
from crm_cell.kernel.money import DEFAULT_CURRENCY


class Status(IntEnum):
    OPEN = 1
    WON = 2
    LOST = 3


class Stage(msgspec.Struct, frozen=True):
    number: int
    name: str
    english_name: str
    probability: int
    """Of winning, in per cent."""
    status: Status
    """The only status that goes with the stage."""


STAGES = (
    Stage(1, "初步接洽", "First contact", 10, Status.OPEN),
    Stage(2, "需求确认", "Needs confirmed", 20, Status.OPEN),
    Stage(3, "方案报价", "Proposal and quote", 40, Status.OPEN),
    Stage(4, "商务谈判", "Negotiation", 60, Status.OPEN),
    Stage(5, "赢单", "Won", 100, Status.WON),
    Stage(6, "输单", "Lost", 0, Status.LOST),
)
FIRST_STAGE = STAGES[0].number
# Where an opportunity goes on that is reopened and was never seen open.
LAST_OPEN_STAGE = max(stage.number for stage in STAGES if stage.status is Status.OPEN)

ERASED = "已抹除"
"""The title of one whose customer has been erased, and which stays for its figures."""

_STATUS_OF = {stage.number: stage.status for stage in STAGES}
_STAGE_WHEN_CLOSED: dict[int, int] = {
    stage.status: stage.number for stage in STAGES if stage.status is not Status.OPEN
}


class Opportunity(Entity, frozen=True):
    resource: ClassVar[str] = "opportunity"
    named_by: ClassVar[str | None] = "title"

    customer_id: str
    title: str
    amount_cents: int
    currency: str
    stage: int
    status: int
    owner_id: str | None

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN


class Change(msgspec.Struct, frozen=True):
    """A step of an opportunity's history; nothing comes before its creation."""

    tenant_id: str
    id: str
    opportunity_id: str
    from_stage: int | None
    to_stage: int
    from_status: int | None
    to_status: int
    actor: str | None
    created_at: int


class FunnelRow(msgspec.Struct, frozen=True):
    """How many opportunities stand at one stage and status, and their sum in one currency."""

    stage: int
    status: int
    currency: str
    count: int
    amount_cents: int
    """May be larger than an int64."""


def new_opportunity(
    actor: Actor,
    identifier: str,
    now: int,
    *,
    customer_id: str,
    customers_owner: str | None,
    title: str,
    amount_cents: int = 0,
    currency: str = DEFAULT_CURRENCY,
    stage: int | None = None,
    status: int | None = None,
    owner_id: str | None = None,
) -> Opportunity:
    """Without an owner of its own it gets the customer's. Raises RuleViolation."""
    stage, status = settled(stage, status, open_stage=FIRST_STAGE)
    return Opportunity(
        tenant_id=actor.tenant,
        id=identifier,
        version=1,
        created_at=now,
        updated_at=now,
        customer_id=customer_id,
        title=title,
        amount_cents=amount_cents,
        currency=currency,
        stage=stage,
        status=status,
        owner_id=actor.owner_of_new(owner_id) or customers_owner,
    )


def restored(opportunity: Opportunity, now: int) -> Opportunity:
    return revised(opportunity, {}, now)


def changed(
    actor: Actor,
    before: Opportunity,
    changes: dict[str, Any],
    now: int,
    *,
    last_open: int | None = None,
) -> Opportunity:
    """The opportunity after `changes`; `last_open` is the stage that a closed one was closed at.

    Raises Forbidden where the caller may not hand it over, RuleViolation where stage and status
    are both changed and disagree.
    """
    if "owner_id" in changes and not actor.sees_all:
        raise Forbidden("forbidden_handover")
    stage, status = changes.get("stage"), changes.get("status")
    if stage is not None or status is not None:
        stage, status = settled(stage, status, open_stage=last_open or LAST_OPEN_STAGE)
        changes = {**changes, "stage": stage, "status": status}
    return revised(before, changes, now)


def settled(stage: int | None, status: int | None, *, open_stage: int) -> tuple[int, int]:
    """Stage and status that agree, from what is given of them; raises RuleViolation."""
    if stage is None:
        wanted = status or Status.OPEN
        return _STAGE_WHEN_CLOSED.get(wanted, open_stage), wanted
    implied = _STATUS_OF[stage]
    if status not in (None, implied):
        raise RuleViolation("stage_and_status_disagree")
    return stage, implied


def has_closed(before: Opportunity | None, after: Opportunity) -> bool:
    """Whether this is the moment in which it was won or lost."""
    return not after.is_open and (before is None or before.is_open)


def step(
    actor: Actor, identifier: str, now: int, before: Opportunity | None, after: Opportunity
) -> Change | None:
    """What goes into the history, if stage or status moved at all."""
    came_from = (before.stage, before.status) if before else (None, None)
    if came_from == (after.stage, after.status):
        return None
    return Change(
        after.tenant_id,
        identifier,
        after.id,
        came_from[0],
        after.stage,
        came_from[1],
        after.status,
        actor.user,
        now,
    )
