"""Where customers stand in their group when they are merged: no company becomes its own parent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from crm_cell.customers.resource import Customer, customers
from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RuleViolation
from crm_cell.resources.lineage.rules import MOST_LEVELS, Lineage
from crm_cell.resources.messages import too_many_levels
from crm_cell.resources.record import revised
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Tx

PARENT: Final = "parent_id"
TOO_MANY_LEVELS: Final = too_many_levels(customers)


class Groups:
    def __init__(self, services: Services) -> None:
        self._customers = services.get(CustomerService)

    @property
    def _lineage(self) -> Lineage:
        assert self._customers.lineage is not None, "customers refer to customers"
        return self._customers.lineage

    async def lock(self, tx: Tx, tenant: str) -> None:
        await self._lineage.lock(tx, tenant)

    async def settle(
        self,
        tx: Tx,
        survivor: Customer,
        others: Sequence[Customer],
        values: dict[str, Any],
        taken: dict[str, str],
    ) -> None:
        """Where the parent that the survivor would have stands below one that is merged, or is one
        itself: the parent of the uppermost of these."""
        tenant = survivor.tenant_id
        wanted = values.get(PARENT, survivor.parent_id)
        if wanted is None:
            return
        merged = {each.id: each for each in (survivor, *others)}
        line = await self._lineage.line(tx, tenant, wanted)
        places = [place for place, each in enumerate(line) if each in merged]
        if not places:
            return
        uppermost = merged[line[places[-1]]]
        values.pop(PARENT, None)
        taken.pop(PARENT, None)
        if uppermost.parent_id != survivor.parent_id:
            values[PARENT], taken[PARENT] = uppermost.parent_id, uppermost.id

    async def check_levels(self, tx: Tx, survivor: Customer) -> None:
        """Raises RuleViolation."""
        if not await self._lineage.fits(tx, survivor.tenant_id, survivor.id):
            raise RuleViolation(TOO_MANY_LEVELS, limit=MOST_LEVELS)

    async def give_back(
        self, tx: Tx, actor: Actor, survivor: Customer, values: Mapping[str, Any]
    ) -> Customer:
        """The parent that the survivor had, if `values` has it, it is there, and is not below the
        survivor by now."""
        if PARENT not in values:
            return survivor
        before = values[PARENT]
        if before is not None:
            line = await self._lineage.line(tx, survivor.tenant_id, before)
            if not line or survivor.id in line:
                return survivor
        return await self._write(tx, actor, survivor, before)

    async def untangle(self, tx: Tx, actor: Actor, restored: Iterable[Customer]) -> None:
        """Customers that are restored stay without a parent that is below them by now."""
        for each in restored:
            found = await self._customers.store.find_including_deleted(tx, each.tenant_id, each.id)
            assert found is not None, "it is restored"
            record, _ = found
            if record.parent_id is None:
                continue
            if record.id in await self._lineage.line(tx, each.tenant_id, record.parent_id):
                await self._write(tx, actor, record, None)

    async def _write(self, tx: Tx, actor: Actor, before: Customer, parent: str | None) -> Customer:
        after = revised(before, {PARENT: parent}, tx.now)
        await self._customers.store.update(tx, before, after)
        await self._customers.changes.publish(tx, actor, "updated", [(before, after)])
        return after
