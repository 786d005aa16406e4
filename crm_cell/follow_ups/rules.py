"""What a follow-up is, and how the records that it mentions must agree."""

from typing import Any, ClassVar

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, revised
from crm_cell.kernel.errors import RuleViolation

TYPES = ("call", "visit", "email", "meeting", "wechat", "other")
DEFAULT_TYPE = "call"


class FollowUp(Entity, frozen=True):
    resource: ClassVar[str] = "follow_up"
    named_by: ClassVar[str | None] = None
    private: ClassVar[frozenset[str]] = frozenset({"owner_id"})

    customer_id: str | None
    opportunity_id: str | None
    contact_id: str | None
    owner_id: str | None
    content: str
    follow_up_type: str
    created_by: str | None


class Filter(msgspec.Struct, frozen=True):
    """Which follow-ups: all that are set must hold."""

    customer_id: str | None = None
    opportunity_id: str | None = None


EVERY = Filter()


class Of(msgspec.Struct, frozen=True):
    """Whose follow-ups: a customer's, or those that name a contact."""

    customer_id: str | None = None
    contact_id: str | None = None


def new_follow_up(
    actor: Actor,
    identifier: str,
    now: int,
    *,
    content: str,
    customer_id: str | None,
    owner_id: str | None,
    opportunity_id: str | None = None,
    contact_id: str | None = None,
    follow_up_type: str = DEFAULT_TYPE,
) -> FollowUp:
    """`owner_id` is the customer's owner or, without a customer, the creating caller's."""
    return FollowUp(
        tenant_id=actor.tenant,
        id=identifier,
        version=1,
        created_at=now,
        updated_at=now,
        customer_id=customer_id,
        opportunity_id=opportunity_id,
        contact_id=contact_id,
        owner_id=owner_id,
        content=content,
        follow_up_type=follow_up_type,
        created_by=actor.user,
    )


def restored(follow_up: FollowUp, owner_id: str | None, now: int) -> FollowUp:
    """`owner_id` is the customer's owner, who may be another one by now."""
    return revised(follow_up, {"owner_id": owner_id}, now)


def changed(follow_up: FollowUp, changes: dict[str, Any], now: int) -> FollowUp:
    """The follow-up after `changes`; itself where nothing is left to change."""
    if all(getattr(follow_up, name) == value for name, value in changes.items()):
        return follow_up
    return revised(follow_up, changes, now)


def customer_of(
    given: str | None, *, of_opportunity: str | None, of_contact: str | None
) -> str | None:
    """The customer that all agree on: the one given or, missing, that of what is mentioned.

    Raises RuleViolation where opportunity or contact belong to another.
    """
    customer = given or of_opportunity or of_contact
    if of_opportunity not in (None, customer):
        raise RuleViolation("opportunity_of_other_customer")
    if of_contact not in (None, customer):
        raise RuleViolation("contact_of_other_customer")
    return customer
