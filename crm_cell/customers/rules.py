"""What a customer is, and what may become of one."""

from enum import IntEnum, StrEnum
from typing import Any, ClassVar

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, revised
from crm_cell.kernel.errors import Forbidden
from crm_cell.kernel.text import name_key

# Random by then, and enough of it that two of a tenant never share it.
_SHOWN_OF_ID = 12


class Status(IntEnum):
    ACTIVE = 1
    DISABLED = 2


class Customer(Entity, frozen=True):
    resource: ClassVar[str] = "customer"
    private: ClassVar[frozenset[str]] = frozenset({"name_key"})
    phones: ClassVar[frozenset[str]] = frozenset({"contact_phone"})
    emails: ClassVar[frozenset[str]] = frozenset({"contact_email"})

    name: str
    name_key: str
    contact_phone: str | None
    contact_email: str | None
    status: int
    owner_id: str | None


class AccessRule(StrEnum):
    """What decides whether somebody sees a customer, and all that belongs to it."""

    WHOLE_TENANT = "whole_tenant"
    OWNER = "owner"
    OPPORTUNITY_OWNER = "opportunity_owner"
    """Reads it and its contacts, and works on the opportunity."""
    OTHER_OWNER = "other_owner"
    NO_OWNER = "no_owner"

    @property
    def grants(self) -> bool:
        return self not in (AccessRule.OTHER_OWNER, AccessRule.NO_OWNER)


class Access(msgspec.Struct, frozen=True):
    """What somebody may know of a customer, and why."""

    customer: Customer
    user: str | None
    rule: AccessRule


class Handover(msgspec.Struct, frozen=True):
    """A customer that goes from one owner to another."""

    actor: Actor
    before: Customer
    after: Customer
    with_opportunities: bool


def access_rule(customer: Customer, user: str | None, *, has_deal: bool) -> AccessRule:
    """For somebody who is narrowed to their own records, or with None to nobody's."""
    if user is None:
        return AccessRule.WHOLE_TENANT
    if customer.owner_id == user:
        return AccessRule.OWNER
    if has_deal:
        return AccessRule.OPPORTUNITY_OWNER
    return AccessRule.NO_OWNER if customer.owner_id is None else AccessRule.OTHER_OWNER


def new_customer(
    actor: Actor,
    identifier: str,
    now: int,
    *,
    name: str,
    contact_phone: str | None = None,
    contact_email: str | None = None,
    status: int = Status.ACTIVE,
    owner_id: str | None = None,
) -> Customer:
    return Customer(
        tenant_id=actor.tenant,
        id=identifier,
        version=1,
        created_at=now,
        updated_at=now,
        name=name,
        name_key=name_key(name),
        contact_phone=contact_phone,
        contact_email=contact_email,
        status=status,
        owner_id=actor.owner_of_new(owner_id),
    )


def anonymous(customer: Customer, now: int) -> Customer:
    """What is left where money records must still have their customer."""
    name = f"已抹除 {customer.id[-_SHOWN_OF_ID:]}"
    changes = {"name": name, "name_key": name_key(name)}
    return without_reach(msgspec.structs.replace(customer, **changes), now)


def without_reach(customer: Customer, now: int) -> Customer:
    return revised(customer, {"contact_phone": None, "contact_email": None}, now)


def restored(customer: Customer, now: int) -> Customer:
    return revised(customer, {}, now)


def changed(actor: Actor, customer: Customer, changes: dict[str, Any], now: int) -> Customer:
    """The customer after `changes`; raises Forbidden where the caller may not hand it over."""
    if "owner_id" in changes and not actor.sees_all:
        raise Forbidden("forbidden_handover")
    if "name" in changes:
        changes = {**changes, "name_key": name_key(changes["name"])}
    return revised(customer, changes, now)
