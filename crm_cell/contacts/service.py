"""A customer has at most one primary contact."""

import msgspec

from crm_cell.contacts.resource import Contact
from crm_cell.customers.resource import customers
from crm_cell.kernel.actor import Actor
from crm_cell.resources.record import revised
from crm_cell.resources.service import Parents, Service, Values, Write
from crm_cell.storage.engine import Reader, Tx


class ContactService(Service[Contact]):
    async def resolve_references(self, tx: Tx, actor: Actor, values: Values) -> Parents:
        """Locks the customer exclusively for a primary contact, so that only one is added."""
        if "customer_id" not in values:
            return {}
        customer = await self.services.of(customers).resolve(
            tx,
            actor,
            values["customer_id"],
            owned=True,
            exclusive=values.get("is_primary", False),
            by=self.resource,
        )
        return {"customer_id": customer}

    async def prepare(self, write: Write[Contact]) -> Contact:
        """Makes the former primary contact an ordinary one, with an audit entry and an event."""
        tx, actor, before, after = write.tx, write.actor, write.before, write.after
        if not after.is_primary or (before is not None and before.is_primary):
            return after
        if before is not None:
            await self.services.of(customers).resolve(
                tx, actor, after.customer_id, owned=True, exclusive=True, by=self.resource
            )
        former = await self.primary_of(tx, actor.tenant, after.customer_id)
        if former is not None:
            ordinary = revised(former, {"is_primary": False}, tx.now)
            await self.store.update(tx, former, ordinary)
            await self.changes.record(tx, actor, "updated", [(former, ordinary)])
        return after

    def restores_exclusively(self, deleted: Contact) -> bool:
        return deleted.is_primary

    async def prepare_restore(
        self, tx: Tx, actor: Actor, deleted: Contact, restored: Contact
    ) -> Contact:
        """Restores an ordinary contact if the customer has another primary contact now."""
        taken = await self.primary_of(tx, actor.tenant, restored.customer_id)
        return msgspec.structs.replace(restored, is_primary=deleted.is_primary and taken is None)

    async def primary_of(self, tx: Reader, tenant: str, customer_id: str) -> Contact | None:
        return await self.store.first(tx, tenant, {"customer_id": customer_id, "is_primary": True})
