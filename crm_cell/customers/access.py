"""Explains to administrators why a user may or may not see a customer."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from crm_cell.customers import messages
from crm_cell.customers.resource import Customer
from crm_cell.fields import checks
from crm_cell.http.schema import Query, View
from crm_cell.kernel.messages import Language
from crm_cell.resources.members.declared import Role


class AccessRule(StrEnum):
    """The rule that decides whether a user sees a customer and its records."""

    WHOLE_TENANT = "whole_tenant"
    OWNER = "owner"
    OPPORTUNITY_OWNER = "opportunity_owner"
    """The user reads the customer and its contacts, and writes to the opportunity."""
    COLLABORATOR = "collaborator"
    """The user is a member of the customer, who reads it, or changes it too."""
    TEAM_LEADER = "team_leader"
    """The user leads somebody who sees it as an owner: granted by tokens with `crm:team`."""
    OTHER_OWNER = "other_owner"
    NO_OWNER = "no_owner"

    @property
    def grants(self) -> bool:
        return self not in (AccessRule.OTHER_OWNER, AccessRule.NO_OWNER)


class Access(msgspec.Struct, frozen=True):
    """Whether a user sees a customer, with the deciding rule."""

    customer: Customer
    user: str | None
    rule: AccessRule
    role: Role | None = None
    """Of a collaborator."""


def access_rule(
    customer: Customer,
    user: str | None,
    *,
    has_opportunity: bool,
    role: Role | None = None,
    leads: bool = False,
) -> AccessRule:
    """`user` is restricted to their own records; None: a caller who sees the whole tenant."""
    if user is None:
        return AccessRule.WHOLE_TENANT
    if customer.owner_id == user:
        return AccessRule.OWNER
    if role is not None:
        return AccessRule.COLLABORATOR
    if has_opportunity:
        return AccessRule.OPPORTUNITY_OWNER
    if leads:
        return AccessRule.TEAM_LEADER
    return AccessRule.NO_OWNER if customer.owner_id is None else AccessRule.OTHER_OWNER


_EXPLANATIONS: Final = {
    AccessRule.WHOLE_TENANT: messages.ACCESS_WHOLE_TENANT,
    AccessRule.OWNER: messages.ACCESS_OWNER,
    AccessRule.OPPORTUNITY_OWNER: messages.ACCESS_OPPORTUNITY_OWNER,
    AccessRule.COLLABORATOR: messages.ACCESS_COLLABORATOR,
    AccessRule.TEAM_LEADER: messages.ACCESS_TEAM_LEADER,
    AccessRule.OTHER_OWNER: messages.ACCESS_OTHER_OWNER,
    AccessRule.NO_OWNER: messages.ACCESS_NO_OWNER,
}


_USER: Final = Meta(
    description="用户（平台用户编号） · The user, a user id of the platform", examples=["alice"]
)


class AccessQuery(Query):
    user_id: Annotated[str, checks.owner(label=("负责人", "Owner")), _USER] | None = None


class AccessView(View):
    """Whether somebody sees a customer, and which rule says so."""

    customer_id: str
    tenant_id: str
    owner_id: str | None
    user_id: Annotated[str, _USER] | None
    granted: Annotated[bool, Meta(description="是否可见 · Whether it is seen", examples=[True])]
    rule: Annotated[
        str,
        Meta(
            description="起作用的规则 · The rule that decides",
            examples=["owner"],
            extra_json_schema={"enum": [str(rule) for rule in AccessRule]},
        ),
    ]
    role: Annotated[
        str | None,
        Meta(
            description="协作角色；不是协作人则为 null · Of a collaborator: read or write",
            examples=[None],
            extra_json_schema={"enum": ["read", "write", None]},
        ),
    ]
    explanation: Annotated[
        str, Meta(description="说明 · The rule in words", examples=["该用户是客户负责人"])
    ]

    @classmethod
    def of(cls, access: Access, language: Language) -> "AccessView":
        customer, rule = access.customer, access.rule
        return cls(
            customer_id=customer.id,
            tenant_id=customer.tenant_id,
            owner_id=customer.owner_id,
            user_id=access.user,
            granted=rule.grants,
            rule=rule,
            role=access.role,
            explanation=_EXPLANATIONS[rule].text(language),
        )
