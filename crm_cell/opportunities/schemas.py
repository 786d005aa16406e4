"""Opportunities on the wire."""

from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from crm_cell.http.answers import Resource
from crm_cell.http.fields import cents, currency, owner, reference, text, whole
from crm_cell.http.schema import Body, PatchFields, Query, View
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.money import DEFAULT_CURRENCY
from crm_cell.opportunities.rules import STAGES, Change, Opportunity

CustomerId = Annotated[str, reference(label=("所属客户", "Customer"))]
Title = Annotated[str, text(1, 200, label=("商机标题", "Title"), examples=["年度采购"])]
AmountCents = Annotated[int, cents(label=("金额", "Amount"))]
Currency = Annotated[str, currency()]
OwnerId = Annotated[str, owner(label=("负责人", "Owner"))]
Stage = Annotated[
    int,
    whole(
        1,
        len(STAGES),
        label=("商机阶段", "Stage"),
        description=", ".join(f"{stage.number} {stage.name}" for stage in STAGES)
        + "; 5 goes with status 2, 6 with status 3, the others with status 1",
    ),
]
StatusField = Annotated[
    int, whole(1, 3, label=("状态", "Status"), description="1 进行中 open, 2 赢单 won, 3 输单 lost")
]


class OpportunityQuery(Query):
    customer_id: CustomerId | None = None


class OpportunityCreate(Body):
    """Without stage and status it is open at stage 1; one of the two decides the other."""

    customer_id: CustomerId
    title: Title
    amount_cents: AmountCents = 0
    currency: Currency = DEFAULT_CURRENCY
    stage: Stage | UnsetType = UNSET
    status: StatusField | UnsetType = UNSET
    owner_id: OwnerId | None = None

    @property
    def members(self) -> dict[str, Any]:
        """Those that were given, or that have a default."""
        every = msgspec.structs.asdict(self)
        return {name: value for name, value in every.items() if value is not UNSET}


class OpportunityView(View):
    """An opportunity of a customer."""

    opportunity_id: str
    tenant_id: str
    customer_id: str
    title: str
    amount_cents: int
    currency: str
    stage: int
    status: int
    owner_id: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, opportunity: Opportunity) -> "OpportunityView":
        return cls(
            opportunity_id=opportunity.id,
            tenant_id=opportunity.tenant_id,
            customer_id=opportunity.customer_id,
            title=opportunity.title,
            amount_cents=opportunity.amount_cents,
            currency=opportunity.currency,
            stage=opportunity.stage,
            status=opportunity.status,
            owner_id=opportunity.owner_id,
            created_at=format_time(opportunity.created_at),
            updated_at=format_time(opportunity.updated_at),
        )


class OpportunityPatch(PatchFields):
    view: ClassVar[type[View]] = OpportunityView

    title: Title | UnsetType = UNSET
    amount_cents: AmountCents | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    stage: Stage | UnsetType = UNSET
    status: StatusField | UnsetType = UNSET
    owner_id: OwnerId | UnsetType | None = UNSET


class OpportunityChangeView(View):
    """A step of the history: from where, to where, by whom. The first comes from nowhere."""

    opportunity_change_id: str
    opportunity_id: str
    from_stage: int | None
    to_stage: int
    from_status: int | None
    to_status: int
    actor: str | None
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


def shown(opportunity: Opportunity) -> Resource[OpportunityView]:
    return Resource(OpportunityView.of(opportunity), opportunity.id, opportunity.version)
