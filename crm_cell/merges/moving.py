"""Moves all that refers to a customer to another one.

What there is follows from the declarations: a new resource that refers to customers is moved too.
Only the reference and what follows from it change: the owner of records that have their customer's,
and which of the contacts is the primary one.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from crm_cell.contacts.resource import contacts
from crm_cell.contacts.service import ContactService
from crm_cell.contracts.resource import Contract, contracts
from crm_cell.customers.resource import Customer, customers
from crm_cell.kernel.actor import Actor
from crm_cell.merges.store import Item
from crm_cell.payments.resource import payments
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.external.store import ExternalKey
from crm_cell.resources.new_records import owner_of
from crm_cell.resources.record import Record, revised
from crm_cell.resources.registry import Child
from crm_cell.resources.service import Transfer
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Tx

EXTERNAL_IDS: Final = "external_ids"
PRIMARY: Final = "is_primary"

Step = tuple[Any, Any]


class Moved(msgspec.Struct):
    """What a merge has changed."""

    items: list[Item] = []
    counts: defaultdict[str, int] = msgspec.field(default_factory=lambda: defaultdict(int))
    """By table, how many that are not deleted."""

    def add(self, table: str, field: str, ids: Sequence[str], source: Customer) -> None:
        self.items += [Item(table, each, field, source.id) for each in ids]
        self.counts[table] += len(ids)


class Mover:
    def __init__(self, services: Services) -> None:
        self._services = services
        self.children = services.registry.children(customers)

    async def move(
        self, tx: Tx, actor: Actor, source: Customer, target: Customer, moved: Moved
    ) -> None:
        """All of one customer to another. Both are locked."""
        tx.held.update((source.id, target.id))
        for child in self.children:
            await self._move_children(tx, actor, child, source, target, moved)
        await self._move_external_ids(tx, source, target, moved)

    async def _move_children(
        self,
        tx: Tx,
        actor: Actor,
        child: Child,
        source: Customer,
        target: Customer,
        moved: Moved,
    ) -> None:
        resource, name = child.resource, child.field.name
        store = self._services.of(resource).store
        has_primary = resource is contacts and await self._has_primary(tx, target)
        while found := await store.some_of(tx, actor.tenant, name, source.id, limit=resource.batch):
            steps = [self.step(tx, child, each, target, ordinary=has_primary) for each in found]
            await self.write(tx, actor, child, steps)
            moved.add(resource.table, name, [each.id for each in found], source)
            moved.items += [
                Item(resource.table, before.id, PRIMARY, "1")
                for before, after in steps
                if has_primary and before.is_primary and not after.is_primary
            ]
            if resource is contracts:
                moved.counts[payments.table] += await self._number_of_payments(tx, found)
        deleted = await store.ids_of(tx, actor.tenant, name, source.id)
        await store.repoint(tx, actor.tenant, name, deleted, target.id)
        moved.items += [Item(resource.table, each, name, source.id) for each in deleted]

    async def _number_of_payments(self, tx: Tx, of: Sequence[Contract]) -> int:
        store = self._services.of(payments).store
        return sum(
            [await store.number_of(tx, each.tenant_id, {"contract_id": each.id}) for each in of]
        )

    async def _has_primary(self, tx: Tx, customer: Customer) -> bool:
        service = self._services.get(ContactService)
        return await service.primary_of(tx, customer.tenant_id, customer.id) is not None

    def step(
        self, tx: Tx, child: Child, record: Record, target: Customer, *, ordinary: bool
    ) -> Step:
        """`ordinary`: a primary contact becomes one of the others."""
        resource, name = child.resource, child.field.name
        changes: dict[str, Any] = {name: target.id}
        if resource.owner is not None and resource.owner.follows == name:
            changes[resource.owner.name] = target.owner_id
        if ordinary:
            changes[PRIMARY] = False
        return record, revised(record, changes, tx.now)

    async def write(self, tx: Tx, actor: Actor, child: Child, steps: Sequence[Step]) -> None:
        """With what follows the owners of these records."""
        if not steps:
            return
        service = self._services.of(child.resource)
        await service.store.update_many(tx, steps)
        owners: dict[tuple[str | None, str | None], list[str]] = {}
        for before, after in steps:
            owners.setdefault((owner_of(before), owner_of(after)), []).append(after.id)
        for (former, owner), ids in owners.items():
            if former != owner:
                transfer = Transfer(ids, former, owner, frozenset())
                await service.transfer_children(tx, actor, transfer)
        await service.changes.publish(tx, actor, "updated", steps)

    async def _move_external_ids(
        self, tx: Tx, source: Customer, target: Customer, moved: Moved
    ) -> None:
        tenant = source.tenant_id
        keys = await external_ids.of_record(tx, tenant, customers.name, source.id)
        await external_ids.give(tx, tenant, keys, source.id, target.id)
        moved.items += [Item(EXTERNAL_IDS, source.id, written(key), source.id) for key in keys]
        moved.counts[EXTERNAL_IDS] += len(keys)


def written(key: ExternalKey) -> str:
    return msgspec.json.encode([key.source, key.external_id]).decode()
