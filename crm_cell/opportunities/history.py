"""The history of an opportunity: all changes of stage and status, including its creation."""

from typing import Annotated

import msgspec
from msgspec import Meta

from crm_cell.http.schema import View
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.opportunities.resource import Opportunity


class Change(msgspec.Struct, frozen=True):
    """One change. The values before are None for the creation."""

    tenant_id: str
    id: str
    opportunity_id: str
    from_stage: int | None
    to_stage: int
    from_status: int | None
    to_status: int
    actor: str | None
    created_at: int


class OpportunityChangeView(View):
    """A step of the history: from where, to where, by whom. The first comes from nowhere."""

    opportunity_change_id: Annotated[
        str,
        Meta(
            description="变更记录编号 · Id of the step",
            examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c18"],
        ),
    ]
    opportunity_id: str
    from_stage: (
        Annotated[
            int,
            Meta(
                description="原阶段，创建时为 null · The stage before, null at the creation",
                examples=[1],
            ),
        ]
        | None
    )
    to_stage: Annotated[int, Meta(description="新阶段 · The stage after", examples=[2])]
    from_status: (
        Annotated[
            int,
            Meta(
                description="原状态，创建时为 null · The status before, null at the creation",
                examples=[1],
            ),
        ]
        | None
    )
    to_status: Annotated[int, Meta(description="新状态 · The status after", examples=[1])]
    actor: Annotated[str, Meta(description="操作人 · Who did it", examples=["alice"])] | None
    created_at: str

    @classmethod
    def of(cls, change: Change) -> "OpportunityChangeView":
        return cls(
            opportunity_change_id=change.id,
            opportunity_id=change.opportunity_id,
            from_stage=change.from_stage,
            to_stage=change.to_stage,
            from_status=change.from_status,
            to_status=change.to_status,
            actor=change.actor,
            created_at=format_time(change.created_at),
        )


def step(
    actor: Actor, identifier: str, now: int, before: Opportunity | None, after: Opportunity
) -> Change | None:
    """The history entry of a write; None if neither stage nor status changed."""
    former = (before.stage, before.status) if before else (None, None)
    if former == (after.stage, after.status):
        return None
    return Change(
        after.tenant_id,
        identifier,
        after.id,
        former[0],
        after.stage,
        former[1],
        after.status,
        actor.user,
        now,
    )
