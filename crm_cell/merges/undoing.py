"""Undoes a merge by its journal.

What has changed since stays as it is: a member of the survivor with another value by now, a record
that belongs to another customer, and what was created since, unless it refers to what goes back.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.contacts.resource import contacts
from crm_cell.contacts.service import ContactService
from crm_cell.customers.merged.store import UNDO_DAYS
from crm_cell.customers.resource import Customer, customers
from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, Forbidden, NotFound
from crm_cell.kernel.positions import END
from crm_cell.kernel.text import name_key
from crm_cell.merges import store
from crm_cell.merges.carrying import Carrier, Returned
from crm_cell.merges.groups import PARENT, Groups
from crm_cell.merges.members import MemberMover
from crm_cell.merges.messages import MERGE_UNKNOWN, REMOVED, TOO_LATE, UNDONE
from crm_cell.merges.moving import EXTERNAL_IDS, PRIMARY, Mover
from crm_cell.merges.store import MERGES, Item, Merge
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.external.store import ExternalKey
from crm_cell.resources.messages import restore_first
from crm_cell.resources.record import revised
from crm_cell.resources.registry import Child
from crm_cell.resources.service import Transfer
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader, Tx

_DAY_MS: Final = 86_400_000
_ENCRYPTED: Final = frozenset(column.name for column in MERGES.columns)


class Known(msgspec.Struct, frozen=True):
    merge: Merge
    names: Mapping[str, str | None]
    """By id, the names of those that were merged."""


def undoable_until(merge: Merge) -> int:
    return merge.created_at + UNDO_DAYS * _DAY_MS


class MergeHistory:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._customers = services.get(CustomerService)
        self._contacts = services.get(ContactService)
        self._mover = Mover(services)
        self._members = MemberMover(services)
        self._groups = Groups(services)
        self._carrier = Carrier(services, self._mover)

    async def get(self, tx: Reader, actor: Actor, identifier: str) -> Known:
        """Raises NotFound, also where the caller does not see what has survived."""
        return await self._known(tx, actor, await self._find(tx, actor, identifier))

    async def authorize_replay(self, tx: Reader, actor: Actor, identifier: str) -> None:
        """Raises NotFound where a stored response shows a merge that the caller may not see."""
        await self._find(tx, actor, identifier)

    async def page(
        self, tx: Reader, actor: Actor, survivor: str | None, after: str | None, size: int
    ) -> tuple[list[Known], str | None]:
        """Newest first, and the place behind which the next page begins."""
        found: list[Merge] = []
        place: str | None = after or END
        while place is not None and len(found) <= size:
            some = await store.page(tx, actor.tenant, survivor, place, size + 1)
            seen = await self._customers.store.find_readable(
                tx, actor, {each.survivor_id for each in some}
            )
            found += [each for each in some if each.survivor_id in seen]
            place = some[-1].id if len(some) > size else None
        known = [await self._known(tx, actor, each) for each in found[:size]]
        return known, found[size - 1].id if len(found) > size else None

    async def undo(self, tx: Tx, actor: Actor, identifier: str) -> Known:
        """Raises NotFound, Merged, Forbidden, DuplicateName, and Conflict where it is too late."""
        merge = await self._find(tx, actor, identifier)
        if merge.undone_at is not None:
            raise Conflict(UNDONE)
        if tx.now > undoable_until(merge):
            raise Conflict(TOO_LATE, days=UNDO_DAYS)
        await self._groups.lock(tx, actor.tenant)
        survivor = await self._survivor(tx, actor, merge)
        merged = await self._merged(tx, actor, merge)
        await store.mark_undone(tx, merge)
        values = _given_back(merge, survivor, merged)
        before, survivor = survivor, await self._give_back(tx, actor, survivor, values)
        restored = await self._restore(tx, actor, list(merged.values()))
        items = await store.items_of(tx, merge)
        await self._members.remove(tx, actor, survivor, items)
        returned: Returned = {}
        for child in self._mover.children:
            returned |= await self._move_back(tx, actor, child, items, survivor, restored)
        await self._carrier.carry(tx, actor, survivor, returned)
        for item in items:
            if item.kind == EXTERNAL_IDS:
                await _return_external_id(tx, item, survivor)
        survivor = await self._groups.give_back(tx, actor, survivor, values)
        await self._groups.untangle(tx, actor, restored.values())
        changes = self._customers.changes.snapshots.difference(before, survivor)
        details = {"mergedIds": {"before": sorted(merged)}, **changes}
        action = Action(customers.name, survivor.id, survivor.name, details)
        await audit.record(tx, actor, "unmerged", [action])
        return await self._known(tx, actor, msgspec.structs.replace(merge, undone_at=tx.now))

    async def _find(self, tx: Reader, actor: Actor, identifier: str) -> Merge:
        found = await store.find(tx, actor.tenant, identifier)
        if found is None or not await self._customers.store.is_readable(
            tx, actor, found.survivor_id
        ):
            raise NotFound(MERGE_UNKNOWN)
        return found

    async def _known(self, tx: Reader, actor: Actor, merge: Merge) -> Known:
        names: dict[str, str | None] = {}
        for each in await store.customers_of(tx, actor.tenant, merge.id):
            found = await self._customers.store.find_including_deleted(tx, actor.tenant, each)
            names[each] = found[0].name if found else None
        return Known(merge, names)

    async def _survivor(self, tx: Tx, actor: Actor, merge: Merge) -> Customer:
        """Raises Merged, Conflict for one that is deleted, and Forbidden."""
        found = await self._customers.store.find(tx, actor, merge.survivor_id, tx.for_update)
        if found is None:
            await self._customers.check_not_merged(tx, actor, merge.survivor_id)
            raise Conflict(restore_first(customers))
        await self._customers.check_writable(tx, actor, found, as_member=False)
        return found

    async def _merged(self, tx: Tx, actor: Actor, merge: Merge) -> dict[str, Customer]:
        """Those that were merged, deleted and locked. Raises Conflict and Forbidden."""
        found: dict[str, Customer] = {}
        for each in await store.customers_of(tx, actor.tenant, merge.id):
            record = await self._customers.store.find_including_deleted(
                tx, actor.tenant, each, tx.for_update
            )
            if record is None:
                raise Conflict(REMOVED)
            if not actor.may_see(record[0].owner_id):
                raise Forbidden(self._customers.owned_by_colleague)
            found[each] = record[0]
        return found

    async def _give_back(
        self, tx: Tx, actor: Actor, survivor: Customer, values: Mapping[str, Any]
    ) -> Customer:
        """The parent comes last, when those below it are below others again."""
        returned = {name: value for name, value in values.items() if name != PARENT}
        after = revised(survivor, returned, tx.now)
        await self._customers.store.update(tx, survivor, after)
        if survivor.owner_id != after.owner_id:
            transfer = Transfer([after.id], survivor.owner_id, after.owner_id, frozenset())
            await self._customers.transfer_children(tx, actor, transfer)
        await self._customers.changes.publish(tx, actor, "updated", [(survivor, after)])
        return after

    async def _restore(
        self, tx: Tx, actor: Actor, merged: Sequence[Customer]
    ) -> dict[str, Customer]:
        """Raises DuplicateName, and Conflict for one whose personal data was erased."""
        for each in merged:
            await self._customers.check_restorable(tx, actor, each)
        restored = [revised(each, {}, tx.now) for each in merged]
        await self._customers.store.restore(tx, restored)
        await self._customers.changes.publish(
            tx, actor, "restored", [(None, each) for each in restored]
        )
        return {each.id: each for each in restored}

    async def _move_back(
        self,
        tx: Tx,
        actor: Actor,
        child: Child,
        items: Sequence[Item],
        survivor: Customer,
        restored: Mapping[str, Customer],
    ) -> Returned:
        """The records of one kind that still belong to the survivor."""
        returned: Returned = {}
        service, name = self._services.of(child.resource), child.field.name
        table = child.resource.table
        were_primary = {item.record_id for item in items if item.field == PRIMARY}
        tx.held.update((survivor.id, *restored))
        for item in items:
            if item.kind != table or item.field != name:
                continue
            found = await service.store.find_including_deleted(
                tx, actor.tenant, item.record_id, tx.for_update
            )
            if found is None or getattr(found[0], name) != survivor.id:
                continue
            record, deleted_at = found
            returned[record.id] = restored[item.before]
            if deleted_at is not None:
                await service.store.repoint(tx, actor.tenant, name, [record.id], item.before)
                continue
            target = restored[item.before]
            before, after = self._mover.step(tx, child, record, target, ordinary=False)
            if record.id in were_primary and child.resource is contacts:
                taken = await self._contacts.primary_of(tx, actor.tenant, target.id)
                after = msgspec.structs.replace(after, is_primary=taken is None)
            await self._mover.write(tx, actor, child, [(before, after)])
        return returned


async def _return_external_id(tx: Tx, item: Item, survivor: Customer) -> None:
    source, external_id = msgspec.json.decode(item.field, type=list[str])
    key = ExternalKey(customers.name, source, external_id)
    await external_ids.give(tx, survivor.tenant_id, [key], survivor.id, item.before)


def _given_back(merge: Merge, survivor: Customer, merged: Mapping[str, Customer]) -> dict[str, Any]:
    """The members of the survivor that the merge has changed, and nobody else since."""
    values = {
        name: getattr(merge, name) if name in _ENCRYPTED else before
        for name, (before, source) in _taken(merge).items()
        if source in merged and getattr(survivor, name) == getattr(merged[source], name)
    }
    if "name" in values:
        values["name_key"] = name_key(values["name"])
    return values


def _taken(merge: Merge) -> dict[str, tuple[Any, str]]:
    """By field of the survivor, the value before, and the customer whose value it has taken."""
    return msgspec.json.decode(merge.taken or "{}", type=dict[str, tuple[Any, str]])
