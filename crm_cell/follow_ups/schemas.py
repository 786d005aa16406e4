"""Follow-ups on the wire."""

from typing import Annotated, ClassVar

from msgspec import UNSET, UnsetType

from crm_cell.follow_ups.rules import DEFAULT_TYPE, TYPES, FollowUp
from crm_cell.http.answers import Resource
from crm_cell.http.fields import choice, reference, text
from crm_cell.http.schema import Body, PatchFields, Query, View
from crm_cell.kernel.clock import format_time

Content = Annotated[
    str,
    text(
        1,
        10_000,
        lines=True,
        label=("跟进内容", "Content"),
        examples=["电话沟通需求，下周上门演示"],
    ),
]
CustomerId = Annotated[str, reference(label=("客户", "Customer"))]
OpportunityId = Annotated[str, reference(label=("商机", "Opportunity"))]
ContactId = Annotated[str, reference(label=("联系人", "Contact"))]
FollowUpType = Annotated[str, choice(*TYPES, label=("跟进方式", "Type"))]


class FollowUpQuery(Query):
    customer_id: CustomerId | None = None
    opportunity_id: OpportunityId | None = None


class FollowUpCreate(Body):
    """A missing customer is filled from the opportunity or the contact."""

    content: Content
    customer_id: CustomerId | None = None
    opportunity_id: OpportunityId | None = None
    contact_id: ContactId | None = None
    follow_up_type: FollowUpType = DEFAULT_TYPE


class FollowUpView(View):
    """A note of one contact with a customer."""

    follow_up_id: str
    tenant_id: str
    customer_id: str | None
    opportunity_id: str | None
    contact_id: str | None
    content: str
    follow_up_type: str
    created_by: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, follow_up: FollowUp) -> "FollowUpView":
        return cls(
            follow_up_id=follow_up.id,
            tenant_id=follow_up.tenant_id,
            customer_id=follow_up.customer_id,
            opportunity_id=follow_up.opportunity_id,
            contact_id=follow_up.contact_id,
            content=follow_up.content,
            follow_up_type=follow_up.follow_up_type,
            created_by=follow_up.created_by,
            created_at=format_time(follow_up.created_at),
            updated_at=format_time(follow_up.updated_at),
        )


class FollowUpPatch(PatchFields):
    view: ClassVar[type[View]] = FollowUpView

    content: Content | UnsetType = UNSET
    customer_id: CustomerId | UnsetType | None = UNSET
    opportunity_id: OpportunityId | UnsetType | None = UNSET
    contact_id: ContactId | UnsetType | None = UNSET
    follow_up_type: FollowUpType | UnsetType = UNSET


def shown(follow_up: FollowUp) -> Resource[FollowUpView]:
    return Resource(FollowUpView.of(follow_up), follow_up.id, follow_up.version)
