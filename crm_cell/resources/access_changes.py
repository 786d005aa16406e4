"""Whose access a write changes: for the changes feed of callers who see only a part of the tenant.

A user reads a record as its owner, or through a record of their own that it is shared through. A
write may move a record from one user to another, its children with it, and it may give or end
access to records that it does not touch.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crm_cell.events import service as events
from crm_cell.events.service import Details
from crm_cell.kernel.actor import Actor
from crm_cell.people.teams import store as teams
from crm_cell.resources.members.store import users_of
from crm_cell.resources.new_records import owner_of
from crm_cell.resources.record import Record
from crm_cell.resources.resource import AnyResource, SharedThrough
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Reader, Tx

if TYPE_CHECKING:
    from crm_cell.resources.services import Services

ACCESS_CHANGED = "access_changed"
"""The action of an event that says so of a record which is otherwise as it was."""

Step = tuple[Any, Any]
_MEMBERS = -1
"""In place of the number of a `SharedThrough`."""


class AccessChanges:
    """Of the writes of one resource."""

    def __init__(self, resource: AnyResource, services: "Services") -> None:
        self._resource = resource
        self._services = services
        shares = [
            (other, through)
            for other in services.registry
            for through in other.shared_through
            if through.table == resource.table
        ]
        self._shares = {
            action: [share for share in shares if _may_change(share[1], action)]
            for action in ("created", "updated", "deleted", "restored")
        }

    async def users(self, tx: Reader, before: Record, after: Record) -> Sequence[str]:
        """Those who may have begun or ceased to read a record that was changed."""
        found = set(self._owners(before, after))
        for through in self._resource.shared_through:
            values = getattr(before, through.local), getattr(after, through.local)
            if values[0] != values[1]:
                former, now = [
                    await self._sharing_owners(tx, after.tenant_id, through, value)
                    if value is not None
                    else set[str]()
                    for value in values
                ]
                found |= former ^ now
        if self._resource.shared_when is not None:
            found |= await self._mates(tx, before) ^ await self._mates(tx, after)
        members = [self._with_members(each) for each in (before, after)]
        if members[0] != members[1]:
            for value in filter(None, members):
                found |= await self._members(tx, after.tenant_id, value)
        return sorted(found)

    def concerns_everyone(self, before: Record, after: Record | None) -> bool:
        """Whether the whole tenant begins or ceases to read a record that was changed, or deleted
        where there is nothing after."""
        resource = self._resource
        return resource.shares(before) != (after is not None and resource.shares(after))

    async def readers(self, tx: Reader, records: Sequence[Record]) -> list[Sequence[str]]:
        """Of each record all users who read it, beside those who see the whole tenant."""
        known: dict[tuple[int, str], set[str]] = {}
        found: list[Sequence[str]] = []
        for record in records:
            users = {owner} if (owner := self._owner(record)) is not None else set()
            for place, through in enumerate(self._resource.shared_through):
                value = getattr(record, through.local)
                if value is None:
                    continue
                if (place, value) not in known:
                    known[place, value] = await self._sharing_owners(
                        tx, record.tenant_id, through, value
                    )
                users |= known[place, value]
            users |= await self._mates(tx, record)
            with_members = self._with_members(record)
            if with_members is not None:
                if (_MEMBERS, with_members) not in known:
                    known[_MEMBERS, with_members] = await self._members(
                        tx, record.tenant_id, with_members
                    )
                users |= known[_MEMBERS, with_members]
            found.append(sorted(users))
        return found

    async def announce(
        self,
        tx: Tx,
        actor: Actor,
        action: str,
        steps: Sequence[Step],
        parents: Mapping[str, Record] | None,
    ) -> None:
        """An event for each record of another resource that is shared through one of these, and
        that somebody may now begin or cease to read."""
        shares = self._shares[action]
        if not shares:
            return
        wanted: dict[tuple[int, str], set[str]] = defaultdict(set)
        for before, after in steps:
            for place, (_, through) in enumerate(shares):
                value = getattr(after or before, through.foreign)
                wanted[place, value] |= self._owners(before, after)
                if before is not None and after is not None:
                    former = getattr(before, through.foreign)
                    if former != value:  # it was moved to another record
                        wanted[place, former] |= self._both_owners(before, after)
                        wanted[place, value] |= self._both_owners(before, after)
        for (place, value), users in wanted.items():
            if users:
                await self._announce(tx, actor, shares[place], value, users, parents or {})

    async def _announce(
        self,
        tx: Tx,
        actor: Actor,
        share: tuple[AnyResource, SharedThrough],
        value: str,
        users: set[str],
        parents: Mapping[str, Record],
    ) -> None:
        other, through = share
        users = users - {
            await self._owner_of_all(tx, actor, other, through.foreign, value, parents)
        }
        if not users:
            return
        store = self._services.of(other).store
        found = await store.shared_records(tx, actor.tenant, through, value)
        affected = [
            (identifier, Details(version, users=sorted(users - {owner})))
            for identifier, version, owner in found
            if users - {owner}
        ]
        await _emit(tx, actor, other, affected)

    async def _owner_of_all(
        self,
        tx: Reader,
        actor: Actor,
        other: AnyResource,
        foreign: str,
        value: str,
        parents: Mapping[str, Record],
    ) -> str | None:
        """The owner of all records of `other` that are shared by this value, where it is the id of
        the record whose owner they have: mostly the owner of what they are shared through, too."""
        field = self._resource.fields.get(foreign)
        if field is None or field.reference is None:
            return None
        registry = self._services.registry
        parent = registry.of_table(field.reference.path)
        if registry.owned(other) is not parent:
            return None
        if foreign in parents:
            return owner_of(parents[foreign])
        return await self._services.of(parent).store.owner_of(tx, actor.tenant, value)

    async def announce_transfer(
        self, tx: Tx, actor: Actor, field: str, parent: str, users: Sequence[str | None]
    ) -> None:
        """An event for each of a parent's records, which have got its new owner."""
        store = self._services.of(self._resource).store
        owner = self._resource.owner
        assert owner is not None, "it follows its parent's"
        visible = [camel(owner.name)] if owner.visible else []
        found = await store.followers(tx, actor.tenant, field, parent)
        named = sorted(filter(None, users))
        await _emit(
            tx,
            actor,
            self._resource,
            [(identifier, Details(version, visible, named)) for identifier, version in found],
        )

    async def announce_membership(self, tx: Tx, actor: Actor, record: str, user: str) -> None:
        """An event for each of the records that a user begins or ceases to read as a member of
        the record with this id."""
        shared = self._resource.shared_with_members
        assert shared is not None, "members are declared"
        store = self._services.of(self._resource).store
        found = await store.member_records(tx, actor.tenant, shared, record)
        affected = [
            (identifier, Details(version, users=[user]))
            for identifier, version, owner in found
            if owner != user
        ]
        if affected:
            await _emit(tx, actor, self._resource, affected)

    def _with_members(self, record: Record) -> str | None:
        """The id of the record whose members read this one, where that may change."""
        shared = self._resource.shared_with_members
        if shared is None or shared.through is not None:
            return None
        identifier: str | None = getattr(record, shared.local)
        return identifier

    async def _members(self, tx: Reader, tenant: str, record: str) -> set[str]:
        shared = self._resource.shared_with_members
        assert shared is not None, "members are declared"
        return await users_of(tx, shared.table, tenant, record)

    async def _mates(self, tx: Reader, record: Record) -> set[str]:
        """Those who read a record because they are in a team with its owner."""
        owner = self._owner(record)
        if owner is None or not self._resource.shares_with_team(record):
            return set()
        return await teams.mates_of(tx, record.tenant_id, owner)

    def _owners(self, before: Record | None, after: Record | None) -> set[str]:
        """Whom a record was taken from or given to."""
        owners = [None if each is None else self._owner(each) for each in (before, after)]
        return set() if owners[0] == owners[1] else {each for each in owners if each is not None}

    def _both_owners(self, before: Record, after: Record) -> set[str]:
        return {owner for each in (before, after) if (owner := self._owner(each)) is not None}

    def _owner(self, record: Record) -> str | None:
        return None if self._resource.owner is None else owner_of(record)

    async def _sharing_owners(
        self, tx: Reader, tenant: str, through: SharedThrough, value: str
    ) -> set[str]:
        store = self._services.of(self._resource).store
        return await store.sharing_owners(tx, tenant, through, value)


def _may_change(through: SharedThrough, action: str) -> bool:
    """Nothing refers to a new record yet; and where deleted ones count, only an owner's change
    changes anything."""
    if not through.live:
        return action == "updated"
    return action != "created" or through.foreign != "id"


async def _emit(
    tx: Tx, actor: Actor, resource: AnyResource, affected: Sequence[tuple[str, Details]]
) -> None:
    event = resource.event(ACCESS_CHANGED)
    assert event is not None, "an event that is emitted has a name"
    member = camel(resource.id_member)
    ids = [{member: identifier} for identifier, _ in affected]
    await events.emit(tx, actor, event, ids, [details for _, details in affected])
