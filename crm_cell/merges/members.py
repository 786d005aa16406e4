"""Collaborators of customers that are merged become those of the customer that stays."""

from collections.abc import Sequence
from typing import Final

from crm_cell.customers.members import store
from crm_cell.customers.members.service import MemberService
from crm_cell.customers.resource import Customer
from crm_cell.kernel.actor import Actor
from crm_cell.merges.store import Item
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Tx

MEMBERS: Final = "customer_members"
_ROLE: Final = "role"


class MemberMover:
    """Those of a merged customer stay written there, so that it has them again after an undo."""

    def __init__(self, services: Services) -> None:
        self._memberships = services.memberships
        self._members = MemberService(services)

    async def add(self, tx: Tx, actor: Actor, source: Customer, target: Customer) -> list[Item]:
        """Those whom the target does not have yet, with their role. Returns what has changed."""
        tenant = target.tenant_id
        has = {each.user_id for each in await store.members(tx, tenant, target.id)}
        new = [
            each
            for each in await store.members(tx, tenant, source.id)
            if each.user_id not in has and each.user_id != target.owner_id
        ]
        for each in new:
            await store.put(tx, tenant, target.id, each.user_id, each.role)
            self._memberships.add(tenant, each.user_id)
            await self._members.announce(tx, actor, target.id, each.user_id)
        return [Item(MEMBERS, each.user_id, _ROLE, each.role) for each in new]

    async def remove(self, tx: Tx, actor: Actor, survivor: Customer, items: Sequence[Item]) -> None:
        """Those whom a merge has added, and nobody has given another role since."""
        for item in items:
            if item.kind != MEMBERS:
                continue
            found = await store.find(tx, survivor.tenant_id, survivor.id, item.record_id)
            if found is not None and found.role == item.before:
                await store.remove(tx, survivor.tenant_id, survivor.id, item.record_id)
                await self._members.announce(tx, actor, survivor.id, item.record_id)
