"""Reading, deleting, restoring and transferring records and their children."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic

import msgspec

from crm_cell.fields import Field, OnDelete, OnErase
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import (
    ClientError,
    Conflict,
    Forbidden,
    NotFound,
    RuleViolation,
)
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.resources.change_log import ChangeLog
from crm_cell.resources.members.declared import WRITE, Role
from crm_cell.resources.members.store import role_of
from crm_cell.resources.messages import (
    RESTORE_ERASED,
    has_children,
    not_found,
    owned_by_colleague,
    restore_first,
)
from crm_cell.resources.new_records import owner_of
from crm_cell.resources.reading import RecordWithDeletion
from crm_cell.resources.record import R, Record, revised
from crm_cell.resources.registry import Child
from crm_cell.resources.resource import AnyResource, Resource
from crm_cell.resources.store import Filters, Store
from crm_cell.storage.engine import Reader, Tx

if TYPE_CHECKING:
    from crm_cell.resources.service import Service
    from crm_cell.resources.services import Services

Values = Mapping[str, Any]
"""Validated values by field name: those in the request, and defaults."""
Parents = Mapping[str, Record]
"""The records that a new or changed record refers to, by reference field."""


class Transfer(msgspec.Struct, frozen=True):
    """A change of owner for some records."""

    ids: Sequence[str]
    before: str | None
    after: str | None
    options: frozenset[str]


class Lifecycle(Generic[R]):
    """The part of a `Service` that follows the references between resources."""

    def __init__(self, resource: Resource[R], services: "Services") -> None:
        self.resource = resource
        self.services = services
        self.store = self.make_store()
        self.store.memberships = services.memberships
        self.changes = ChangeLog(resource, services)
        self.owned_by_colleague = owned_by_colleague(services.registry.owned(resource))

    def make_store(self) -> Store[R]:
        return Store(self.resource, self.services.tables, search_texts=self.services.search_texts)

    async def prepare_restore(self, _tx: Tx, _actor: Actor, _deleted: R, restored: R) -> R:
        """A hook: returns the record to restore, where it is not restored with its parent."""
        return restored

    async def get(self, tx: Reader, actor: Actor, identifier: str) -> R:
        """Raises NotFound, also for a record that the caller may not see."""
        record = await self.store.find(tx, actor, identifier, tx.for_update)
        if record is None:
            raise await self.missing(tx, actor, identifier)
        return record

    async def missing(self, _tx: Reader, _actor: Actor, _identifier: str | None) -> ClientError:
        """A hook: the error of a record that the caller does not read; None: one without an id."""
        return self.not_found()

    def _is_of(self, actor: Actor, owner: str | None) -> bool:
        """Whether the caller reads all records of this owner."""
        return self.resource.caller(actor).may_see(owner)

    async def get_writable(
        self, tx: Reader, actor: Actor, identifier: str, *, as_member: bool = True
    ) -> R:
        """As `get`. Raises Forbidden for a record that the caller may read but not change.
        `as_member`: whether its members may do what is to be done."""
        record = await self.get(tx, actor, identifier)
        await self.check_writable(tx, actor, record, as_member=as_member)
        return record

    async def check_writable(
        self, tx: Reader, actor: Actor, record: R, *, as_member: bool = True
    ) -> None:
        """Of a record that the caller reads. Raises Forbidden."""
        if self._is_of(actor, self.owner_of(record)):
            return
        shared = self.resource.shared_with_members
        if not self.resource.owner_writes and (
            shared is None or await self.store.is_shared(tx, actor, record.id)
        ):
            return
        if shared is None or not (as_member and shared.written):
            raise Forbidden(self.owned_by_colleague)
        if await self.role_of(tx, actor, record) != WRITE:
            raise Forbidden(self.owned_by_colleague)

    async def role_of(self, tx: Reader, actor: Actor, record: R) -> Role | None:
        """The caller's as a member; None for one who is none."""
        shared = self.resource.shared_with_members
        identifier = getattr(record, shared.local) if shared and not shared.through else None
        if shared is None or identifier is None or actor.owner is None:
            return None
        return await role_of(tx, shared.table, actor.tenant, identifier, actor.owner)

    async def may_refer(
        self,
        tx: Reader,
        actor: Actor,
        record: R,
        *,
        owned: bool = False,
        by: AnyResource | None = None,
    ) -> bool:
        """Whether records of `by` may refer to a record that the caller reads. With `owned` it has
        to be the caller's; members with the role `write` add what the declaration says."""
        if self._is_of(actor, self.owner_of(record)):
            return True
        if self.resource.shared_with_members is None:
            return not owned
        if not owned and await self.store.is_shared(tx, actor, record.id):
            return True
        shared = by.shared_with_members if by else None
        return (
            shared is not None and shared.added and await self.role_of(tx, actor, record) == WRITE
        )

    async def page(
        self, tx: Reader, actor: Actor, filters: Filters, page_request: PageRequest
    ) -> Slice[R]:
        return await self.store.page(tx, actor, filters, page_request)

    async def total(self, tx: Reader, actor: Actor) -> int:
        return await self.store.total(tx, actor)

    async def resolve(
        self,
        tx: Reader,
        actor: Actor,
        identifier: str,
        *,
        owned: bool = False,
        exclusive: bool = False,
        by: AnyResource | None = None,
    ) -> R:
        """Finds and locks the record that a request refers to, so that it is neither deleted nor
        transferred before the transaction ends.

        Raises RuleViolation where the caller sees no such record, or may not refer to it: see
        `may_refer`. `exclusive` also stops other transactions from referring to it.
        """
        lock = tx.for_update if exclusive else tx.for_share
        record = await self.store.find(tx, actor, identifier, lock)
        if record is None:
            raise RuleViolation(not_found(self.resource))
        if not await self.may_refer(tx, actor, record, owned=owned, by=by):
            raise RuleViolation(self.owned_by_colleague)
        return record

    async def authorize_replay(self, tx: Reader, actor: Actor, identifier: str) -> None:
        """Raises NotFound where a stored response shows a record that the caller may no longer
        see."""
        if not await self.store.is_readable(tx, actor, identifier):
            raise self.not_found()

    # Deleting and restoring

    async def delete(self, tx: Tx, actor: Actor, record: R) -> None:
        """Also deletes children by CASCADE. Raises Conflict where children RESTRICT it."""
        await self.delete_children(tx, actor, record)
        await self.soft_delete(tx, actor, [record])

    async def restore(self, tx: Tx, actor: Actor, identifier: str) -> R:
        """Also restores the children that were deleted with it. Does nothing to a live record.

        Raises NotFound and Forbidden as `get_writable`, and Conflict where its parent is deleted,
        its personal data was erased, or a unique value is taken.
        """
        deleted, deleted_at = await self._deleted(tx, actor, identifier)
        if deleted_at is None:
            return deleted
        parents = await self._parents_of_restored(tx, deleted)
        deleted, deleted_at = await self._deleted(tx, actor, identifier, tx.for_update)
        if deleted_at is None:
            return deleted
        await self.check_restorable(tx, actor, deleted)
        restored = self.restored(tx, deleted, parents)
        restored = await self.prepare_restore(tx, actor, deleted, restored)
        await self.restore_all(tx, actor, [restored])
        await self.restore_children(tx, actor, restored)
        return restored

    async def delete_children(self, tx: Tx, actor: Actor, record: R) -> None:
        for child, field in self._children():
            service = self.services.of(child)
            if field.reference.on_delete is OnDelete.RESTRICT:  # type: ignore[union-attr]  # a child's field is one
                if await service.store.any_of(tx, actor.tenant, field.name, record.id):
                    raise Conflict(has_children(self.resource, child))
            elif field.reference.on_delete is OnDelete.CASCADE:  # type: ignore[union-attr]
                while await service.delete_some(tx, actor, field, record.id, limit=child.batch):
                    pass

    async def delete_some(
        self, tx: Tx, actor: Actor, field: Field, parent: str, *, limit: int
    ) -> int:
        """Deletes up to `limit` children of a parent and returns how many it deleted."""
        found = await self.store.some_of(tx, actor.tenant, field.name, parent, limit=limit)
        for each in found:
            await self.delete_children(tx, actor, each)
        await self.soft_delete(tx, actor, found, deleted_with=self._deleted_with(field, parent))
        return len(found)

    def _deleted_with(self, field: Field, parent: str) -> str | None:
        assert field.reference is not None, "the field refers to the parent"
        return parent if field.reference.on_delete is OnDelete.CASCADE else None

    async def soft_delete(
        self, tx: Tx, actor: Actor, records: Sequence[R], *, deleted_with: str | None = None
    ) -> None:
        if records:
            await self.store.soft_delete(tx, records, deleted_with)
            await self.changes.record(tx, actor, "deleted", [(each, None) for each in records])

    async def _deleted(
        self, tx: Tx, actor: Actor, identifier: str, lock: str = ""
    ) -> RecordWithDeletion[R]:
        """The record, deleted or not, if the caller may restore it."""
        found = await self.store.find_including_deleted(tx, actor.tenant, identifier, lock)
        if found is None:
            raise self.not_found()
        if self._is_of(actor, await self._current_owner(tx, found[0])):
            return found
        if self.resource.owner_writes:
            return await self.get_writable(tx, actor, identifier, as_member=False), None
        if not await self.store.is_shared(tx, actor, identifier):
            raise self.not_found()
        return found

    async def _current_owner(self, tx: Reader, record: R) -> str | None:
        """Reads the owner of the parent, because a transfer does not change deleted children."""
        owner = self.resource.owner
        if owner is None or not owner.follows or getattr(record, owner.follows) is None:
            return self.owner_of(record)
        parent = self.resource.fields[owner.follows]
        store = self._service_of(parent).store
        return await store.owner_of(tx, record.tenant_id, getattr(record, owner.follows))

    async def _parents_of_restored(self, tx: Tx, deleted: R) -> Parents:
        """Raises Conflict where a parent that cascades to the record is deleted or was erased."""
        found: dict[str, Record] = {}
        for field in self.resource.references:
            identifier = getattr(deleted, field.name)
            assert field.reference is not None, "references have one"
            if identifier is not None and field.reference.on_delete is OnDelete.CASCADE:
                found[field.name] = await self._service_of(field).parent_of_restored(
                    tx, deleted.tenant_id, identifier, exclusive=self.restores_exclusively(deleted)
                )
        return found

    def restores_exclusively(self, _deleted: R) -> bool:
        """Whether to lock the parents so that no other transaction can refer to them meanwhile."""
        return bool(self.store.rollups)

    async def parent_of_restored(
        self, tx: Tx, tenant: str, identifier: str, *, exclusive: bool
    ) -> R:
        lock = tx.for_update if exclusive else tx.for_share
        found = await self.store.find_including_deleted(tx, tenant, identifier, lock)
        assert found is not None, "a foreign key refers to it"
        record, deleted_at = found
        if self.resource.is_person and await self.store.is_erased(tx, tenant, identifier):
            raise Conflict(RESTORE_ERASED)
        if deleted_at is not None:
            raise Conflict(restore_first(self.resource))
        return record

    async def check_restorable(self, tx: Tx, actor: Actor, deleted: R) -> None:
        """Raises Conflict where the personal data of the record, or of a person whose erasure
        deletes it, was erased."""
        if self.resource.is_person and await self.store.is_erased(tx, actor.tenant, deleted.id):
            raise Conflict(RESTORE_ERASED)
        for field in self.resource.references:
            assert field.reference is not None, "references have one"
            person = getattr(deleted, field.name)
            service = self._service_of(field)
            if (
                person is not None
                and service.resource.is_person
                # `_parents_of_restored` has checked parents that cascade.
                and field.reference.on_delete is not OnDelete.CASCADE
                and field.reference.on_erase is OnErase.CASCADE
                and await service.store.is_erased(tx, actor.tenant, person, tx.for_share)
            ):
                raise Conflict(RESTORE_ERASED)

    def restored(self, tx: Tx, deleted: R, parents: Parents) -> R:
        owner = self.resource.owner
        changes = {}
        if owner is not None and owner.follows in parents:
            changes[owner.name] = owner_of(parents[owner.follows])
        return revised(deleted, changes, tx.now)

    async def restore_all(self, tx: Tx, actor: Actor, records: Sequence[R]) -> None:
        if records:
            await self.store.restore(tx, records)
            await self.changes.record(tx, actor, "restored", [(None, each) for each in records])

    async def restore_children(self, tx: Tx, actor: Actor, record: R) -> None:
        for child, field in self._children():
            if field.reference.on_delete is OnDelete.CASCADE:  # type: ignore[union-attr]
                await self.services.of(child).restore_with_parent(tx, actor, field, record)

    async def restore_with_parent(self, tx: Tx, actor: Actor, field: Field, parent: Record) -> None:
        """Restores the records that were deleted together with the parent, in batches."""
        after, limit = "", self.resource.batch
        while found := await self.store.deleted_with(
            tx, actor.tenant, field.name, parent.id, after=after, limit=limit
        ):
            after = found[-1].id
            wanted = await self.restorable_with_parent(tx, parent, found)
            records = [self.restored(tx, each, {field.name: parent}) for each in wanted]
            await self.restore_all(tx, actor, records)
            for each in records:
                await self.restore_children(tx, actor, each)

    async def restorable_with_parent(
        self, _tx: Tx, _parent: Record, deleted: Sequence[R]
    ) -> Sequence[R]:
        """A hook: filters the records to restore together with their parent."""
        return deleted

    async def let_go(self, tx: Tx, actor: Actor, field: Field, parent: str) -> None:
        """The records stay, and no longer refer to one that is removed for good."""
        lineage = self.services.of(self.resource).lineage
        if lineage is not None:
            await lineage.lock(tx, actor.tenant)
        limit = self.resource.batch
        while found := await self.store.some_of(tx, actor.tenant, field.name, parent, limit=limit):
            steps = [(each, revised(each, {field.name: None}, tx.now)) for each in found]
            await self.store.update_many(tx, steps)
            await self.changes.record(tx, actor, "updated", steps)
        deleted = await self.store.ids_of(tx, actor.tenant, field.name, parent)
        await self.store.repoint(tx, actor.tenant, field.name, deleted, None)

    # Ownership

    def owner_of(self, record: R) -> str | None:
        return owner_of(record)

    async def transfer_children(self, tx: Tx, actor: Actor, transfer: "Transfer") -> None:
        """Tells the services of child resources that these records have a new owner."""
        for child, field in self._children():
            await self.services.of(child).parent_transferred(tx, actor, field, transfer)

    async def parent_transferred(
        self, tx: Tx, actor: Actor, field: Field, transfer: "Transfer"
    ) -> None:
        """Transfers the records that follow the owner of `field`, and their children."""
        owner = self.resource.owner
        if owner is None or owner.follows != field.name:
            return
        for parent in transfer.ids:
            if self._children():
                ids = await self.store.ids_of(tx, actor.tenant, field.name, parent)
                below = msgspec.structs.replace(transfer, ids=ids)
                await self.transfer_children(tx, actor, below)
            await self.store.transfer(
                tx, actor.tenant, field.name, parent, transfer.before, transfer.after
            )
            await self.changes.access.announce_transfer(
                tx, actor, field.name, parent, (transfer.before, transfer.after)
            )

    # Other resources

    def _children(self) -> list[Child]:
        return self.services.registry.children(self.resource)

    def _service_of(self, field: Field) -> "Service[Any]":
        assert field.reference is not None, "callers pass references"
        return self.services.of(self.services.registry.of_table(field.reference.path))

    def not_found(self) -> NotFound:
        return NotFound(not_found(self.resource))
