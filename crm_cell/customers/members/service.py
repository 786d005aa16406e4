"""Who may read or change a customer beside its owner."""

from typing import Final

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.customers.members import store
from crm_cell.customers.members.messages import (
    MEMBER_IS_OWNER,
    MEMBER_UNKNOWN,
    TOO_MANY_MEMBERS,
)
from crm_cell.customers.members.store import Member
from crm_cell.customers.resource import Customer, customers
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Forbidden, NotFound, RuleViolation
from crm_cell.resources.members.declared import Role
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader, Tx

MOST_MEMBERS: Final = 50
"""An event for each of a customer's records tells each of them that they see it."""


class Members(msgspec.Struct, frozen=True):
    customer: Customer
    members: list[Member]
    may_change: bool
    """Whether the caller may."""


class MemberService:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._customers = services.of(customers)

    async def members(self, tx: Reader, actor: Actor, customer_id: str) -> Members:
        """Raises NotFound."""
        customer = await self._customers.get(tx, actor, customer_id)
        found = await store.members(tx, actor.tenant, customer_id)
        return Members(customer, found, actor.may_see(customer.owner_id))

    async def put(
        self, tx: Tx, actor: Actor, customer_id: str, user: str, role: Role
    ) -> tuple[Member, bool]:
        """The member, and whether they are new. Raises NotFound, Forbidden, and RuleViolation for
        the owner and for who is no active user."""
        customer = await self._own(tx, actor, customer_id)
        before = await store.find(tx, actor.tenant, customer_id, user)
        if before is not None and before.role == role:
            return before, False
        if before is None:
            await self._check_new(tx, actor, customer, user)
        await store.put(tx, actor.tenant, customer_id, user, role)
        was = before.role if before else None
        await self._log(tx, actor, customer, user, was, role)
        if before is None:
            self._services.memberships.add(actor.tenant, user)
            await self._announce(tx, actor, customer_id, user)
        after = await store.find(tx, actor.tenant, customer_id, user)
        assert after is not None, "it has just been written"
        return after, before is None

    async def remove(self, tx: Tx, actor: Actor, customer_id: str, user: str) -> None:
        """Raises NotFound, also for who is no member, and Forbidden."""
        customer = await self._own(tx, actor, customer_id)
        before = await store.find(tx, actor.tenant, customer_id, user)
        if before is None:
            raise NotFound(MEMBER_UNKNOWN)
        await store.remove(tx, actor.tenant, customer_id, user)
        await self._log(tx, actor, customer, user, before.role, None)
        await self._announce(tx, actor, customer_id, user)

    async def remove_user(self, tx: Tx, actor: Actor, user: str) -> None:
        """From all customers: the user has left."""
        for customer_id, role in await store.customers_of(tx, actor.tenant, user):
            found = await self._customers.store.find_including_deleted(
                tx, actor.tenant, customer_id
            )
            if found is None:
                continue
            await store.remove(tx, actor.tenant, customer_id, user)
            await self._log(tx, actor, found[0], user, role, None)
            await self._announce(tx, actor, customer_id, user)

    async def _own(self, tx: Tx, actor: Actor, customer_id: str) -> Customer:
        """Locked: one change of its members at a time."""
        customer = await self._customers.get(tx, actor, customer_id)
        if not actor.may_see(customer.owner_id):
            raise Forbidden(self._customers.owned_by_colleague)
        return customer

    async def _check_new(self, tx: Tx, actor: Actor, customer: Customer, user: str) -> None:
        if user == customer.owner_id:
            raise RuleViolation(MEMBER_IS_OWNER)
        await self._services.directory.check(tx, actor.tenant, user, "userId")
        if len(await store.members(tx, actor.tenant, customer.id)) >= MOST_MEMBERS:
            raise RuleViolation(TOO_MANY_MEMBERS, limit=MOST_MEMBERS)

    async def _announce(self, tx: Tx, actor: Actor, customer_id: str, user: str) -> None:
        for service in self._services:
            if service.resource.shared_with_members is not None:
                await service.changes.access.announce_membership(tx, actor, customer_id, user)

    async def _log(
        self,
        tx: Tx,
        actor: Actor,
        customer: Customer,
        user: str,
        before: Role | None,
        after: Role | None,
    ) -> None:
        change = {
            "members": {
                "before": None if before is None else f"{user} ({before})",
                "after": None if after is None else f"{user} ({after})",
            }
        }
        action = Action(customers.name, customer.id, customer.name, change)
        await audit.record(tx, actor, "updated", [action])
