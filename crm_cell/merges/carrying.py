"""What was created since a merge goes back with the record that it refers to: a follow-up of a deal
belongs to the customer of the deal."""

from collections.abc import Mapping

from crm_cell.customers.resource import Customer
from crm_cell.kernel.actor import Actor
from crm_cell.merges.moving import Mover, Step
from crm_cell.resources.registry import Child
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Tx

Returned = dict[str, Customer]
"""By the id of a record, the customer to which it has been returned."""


class Carrier:
    def __init__(self, services: Services, mover: Mover) -> None:
        self._services = services
        self._mover = mover

    async def carry(self, tx: Tx, actor: Actor, survivor: Customer, returned: Returned) -> None:
        """Of each kind, after those that it refers to. Adds what goes back to `returned`."""
        for child in self._mover.children:
            if returned and _others(child):
                await self._carry_some(tx, actor, child, survivor, returned)

    async def _carry_some(
        self, tx: Tx, actor: Actor, child: Child, survivor: Customer, returned: Returned
    ) -> None:
        store, name = self._services.of(child.resource).store, child.field.name
        after, limit = "", child.resource.batch
        while page := await store.all_including_deleted(
            tx, actor.tenant, name, survivor.id, after=after, limit=limit, lock=tx.for_update
        ):
            after = page[-1][0].id
            steps: list[Step] = []
            for record, deleted_at in page:
                target = _target(child, record, returned)
                if target is None:
                    continue
                returned[record.id] = target
                if deleted_at is None:
                    steps.append(self._mover.step(tx, child, record, target, ordinary=False))
                else:
                    await store.repoint(tx, actor.tenant, name, [record.id], target.id)
            await self._mover.write(tx, actor, child, steps)


def _target(child: Child, record: object, returned: Mapping[str, Customer]) -> Customer | None:
    """The customer of the first record that it refers to and that has been returned."""
    for name in _others(child):
        if (found := returned.get(getattr(record, name) or "")) is not None:
            return found
    return None


def _others(child: Child) -> list[str]:
    names = [each.name for each in child.resource.references]
    return [each for each in names if each != child.field.name]
