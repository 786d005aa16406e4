"""Merges customers that are the same into one of them.

The others are deleted, and refuse to be restored: undoing the merge restores them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.customers.merged import store as merged
from crm_cell.customers.resource import Customer, customers
from crm_cell.customers.service import CustomerService
from crm_cell.fields import Writable
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RuleViolation
from crm_cell.kernel.ids import new_id
from crm_cell.merges import store
from crm_cell.merges.groups import Groups
from crm_cell.merges.members import MemberMover
from crm_cell.merges.messages import AT, MERGED_ALREADY
from crm_cell.merges.moving import EXTERNAL_IDS, Moved, Mover
from crm_cell.merges.store import MERGES, Merge
from crm_cell.payments.resource import payments
from crm_cell.resources.messages import not_found
from crm_cell.resources.service import Transfer
from crm_cell.resources.services import Services
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Tx

CHOSEN: Final = {
    camel(name): name
    for name, field in customers.fields.items()
    if field.visible and field.writable is not Writable.NEVER and not field.derived
}
"""Members whose value is taken from one of the customers, with their fields."""
_ENCRYPTED: Final = frozenset(column.name for column in MERGES.columns)


class Plan(msgspec.Struct, frozen=True):
    from_ids: Sequence[str]
    choose: Mapping[str, str]
    """By field of the survivor, the customer whose value it takes."""


class Done(msgspec.Struct, frozen=True):
    merge: Merge
    survivor: Customer
    merged: Sequence[Customer]
    changes: Mapping[str, Any]
    """Members of the survivor, masked, before and after."""


class MergeService:
    def __init__(self, services: Services) -> None:
        self._customers = services.get(CustomerService)
        self._mover = Mover(services)
        self._members = MemberMover(services)
        self._groups = Groups(services)
        self.tables = [child.resource.table for child in self._mover.children]
        self.tables += [payments.table, EXTERNAL_IDS]

    async def merge(
        self,
        tx: Tx,
        actor: Actor,
        customer_id: str,
        plan: Plan,
        require_version: Callable[[int], None],
    ) -> Done:
        """Raises NotFound, Merged and Forbidden for the survivor, RuleViolation for the others and
        for a group of too many levels, and as `require_version` does, which gets the version of the
        survivor."""
        await self._groups.lock(tx, actor.tenant)
        survivor, others = await self._locked(tx, actor, customer_id, plan.from_ids)
        require_version(survivor.version)
        values, taken = _values(survivor, others, plan.choose)
        await self._groups.settle(tx, survivor, others, values, taken)
        access = self._customers.changes.access
        readers = await access.readers(tx, others)
        await self._customers.store.soft_delete(tx, others, None)
        after, changes = await self._change(tx, actor, survivor, values)
        moved = Moved()
        for each in others:
            moved.items += await self._members.add(tx, actor, each, after)
            await self._mover.move(tx, actor, each, after, moved)
        await self._groups.check_levels(tx, after)
        for each, users in zip(others, readers, strict=True):
            await self._customers.changes.publish_deleted(tx, actor, each, users)
        merge = self._made(tx, actor, survivor, moved, taken)
        await store.insert(tx, merge, plan.from_ids)
        await store.add_items(tx, merge, moved.items)
        await self._record(tx, actor, after, merge, plan.from_ids, changes)
        found = await self._customers.store.find(tx, actor, after.id)
        return Done(merge, found or after, others, changes)

    async def _locked(
        self, tx: Tx, actor: Actor, customer_id: str, from_ids: Sequence[str]
    ) -> tuple[Customer, list[Customer]]:
        """In the order of their ids, so that two merges do not wait for each other."""
        wanted = {customer_id, *from_ids}
        found = {each.id: each for each in await self._customers.store.lock_many(tx, actor, wanted)}
        survivor = found.get(customer_id) or await self._customers.get(tx, actor, customer_id)
        await self._customers.check_writable(tx, actor, survivor, as_member=False)
        for place, each in enumerate(from_ids):
            await self._check(tx, actor, each, found.get(each), place)
        return survivor, [found[each] for each in from_ids]

    async def _check(
        self, tx: Tx, actor: Actor, identifier: str, found: Customer | None, place: int
    ) -> None:
        """Raises RuleViolation."""
        if found is None:
            survivor = await merged.survivor_of(tx, actor.tenant, identifier)
            is_seen = (
                survivor is not None
                and await self._customers.store.find(tx, actor, survivor) is not None
            )
            message = MERGED_ALREADY if is_seen else not_found(customers)
            raise RuleViolation(message, details=AT, place=place)
        if not actor.may_see(found.owner_id):
            raise RuleViolation(self._customers.owned_by_colleague, details=AT, place=place)

    async def _change(
        self, tx: Tx, actor: Actor, before: Customer, values: Mapping[str, Any]
    ) -> tuple[Customer, dict[str, Any]]:
        """The survivor, which gets another version in any case. What it refers to was referred to
        before."""
        write = await self._customers.planned_update(tx, actor, before, values, parents={})
        after = write.after
        await self._customers.store.update(tx, before, after)
        if before.owner_id != after.owner_id:
            transfer = Transfer([after.id], before.owner_id, after.owner_id, frozenset())
            await self._customers.transfer_children(tx, actor, transfer)
        changes = self._customers.changes
        await changes.publish(tx, actor, "updated", [(before, after)])
        return after, changes.snapshots.difference(before, after)

    def _made(
        self,
        tx: Tx,
        actor: Actor,
        survivor: Customer,
        moved: Moved,
        taken: Mapping[str, str],
    ) -> Merge:
        before = {
            field: (None if field in _ENCRYPTED else getattr(survivor, field), source)
            for field, source in taken.items()
        }
        details = {name: getattr(survivor, name) if name in taken else None for name in _ENCRYPTED}
        counts = {camel(table): moved.counts[table] for table in self.tables}
        return Merge(
            tenant_id=actor.tenant,
            id=new_id(tx.id_time),
            survivor_id=survivor.id,
            merged_by=actor.user,
            moved=msgspec.json.encode(counts).decode(),
            taken=msgspec.json.encode(before).decode(),
            created_at=tx.now,
            undone_at=None,
            **details,
        )

    async def _record(
        self,
        tx: Tx,
        actor: Actor,
        survivor: Customer,
        merge: Merge,
        from_ids: Sequence[str],
        changes: Mapping[str, Any],
    ) -> None:
        """One entry. The names of those that were merged are theirs to erase."""
        details = {
            "mergedIds": {"after": list(from_ids)},
            "moved": {"after": msgspec.json.decode(merge.moved)},
            **changes,
        }
        action = Action(customers.name, survivor.id, survivor.name, details)
        await audit.record(tx, actor, "merged", [action])


def _values(
    survivor: Customer, others: Sequence[Customer], choose: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of the survivor that change, and by field the customer that each is taken from.
    What is not chosen stays, and is filled where it is empty."""
    by_id = {each.id: each for each in (survivor, *others)}
    values, taken = dict[str, Any](), dict[str, str]()
    for name in CHOSEN.values():
        source = by_id[choose[name]] if name in choose else _filling(survivor, others, name)
        value = getattr(source, name)
        if value != getattr(survivor, name):
            values[name], taken[name] = value, source.id
    return values, taken


def _filling(survivor: Customer, others: Iterable[Customer], name: str) -> Customer:
    """The first that has a value, the survivor before the others. An owner is only chosen."""
    if name == customers.record.owner_field:
        return survivor
    return next((each for each in (survivor, *others) if getattr(each, name) is not None), survivor)
