"""Writing one item of a batch as a request of its own would be written."""

from collections.abc import Callable
from typing import Any, Generic

import msgspec

from crm_cell.http.schema import Body, PatchFields, validate, validate_patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, Conflict, PreconditionFailed
from crm_cell.resources.batch.items import Batch, Item, key_column
from crm_cell.resources.batch.outcomes import Outcome
from crm_cell.resources.bodies import values_of
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.external.upserting import Upserter
from crm_cell.resources.messages import EXTERNAL_ID_TAKEN, VERSION_DIFFERS
from crm_cell.resources.record import R
from crm_cell.resources.service import Service, Values
from crm_cell.storage.engine import Tx

# Between two looks somebody may have created the record, and somebody else have erased it.
_TRIES = 3


class ItemWriter(Generic[R]):
    """One item at a time, whatever rules its resource has."""

    def __init__(
        self,
        service: Service[R],
        create_body: type[Body],
        patch: type[PatchFields],
        make_view: Callable[[R], Any],
    ) -> None:
        self.service = service
        self.upserter = Upserter(service)
        self._create_body = create_body
        self._patch = patch
        self._make_view = make_view

    # What an item says

    def values(self, item: Item) -> Values:
        """Of a create. Raises BadRequest."""
        return values_of(validate(item.members, self._create_body))

    def changes(self, item: Item, current: R) -> dict[str, Any]:
        """Raises BadRequest."""
        patch = validate_patch(item.members, self._patch)
        return patch.against(self._make_view(current), current)

    async def check(
        self, tx: Tx, actor: Actor, batch: Batch, item: Item, current: R
    ) -> Outcome[R] | None:
        """Raises Forbidden; gives the outcome of an item that is about another version."""
        as_member = batch.mode != "delete"
        await self.service.check_writable(tx, actor, current, as_member=as_member)
        if item.version in (None, current.version):
            return None
        error = PreconditionFailed(VERSION_DIFFERS)
        return Outcome(item.index, error.status, error=error, current=current)

    # Writing

    async def write(self, tx: Tx, actor: Actor, batch: Batch, item: Item) -> Outcome[R]:
        """Raises ClientError."""
        if item.errors:
            raise BadRequest(item.errors)
        actor = msgspec.structs.replace(actor, item=item.index)
        if batch.mode == "create":
            return await self._create(tx, actor, batch, item)
        if batch.mode == "restore":
            return await self._restore(tx, actor, item)
        for _ in range(_TRIES):
            current = await self._current(tx, actor, batch, item)
            if current is not None:
                return await self._change(tx, actor, batch, item, current)
            if item.version is not None:
                raise PreconditionFailed(VERSION_DIFFERS)
            if batch.match == "id":
                return await self._create(tx, actor, batch, item)
            key = self.upserter.key(batch.source or "", item.external_id or "")
            made = await self.upserter.create(tx, actor, key, lambda: self.values(item))
            if made is not None:
                return Outcome(item.index, 201, made, created=True, changed=True)
        raise Conflict(EXTERNAL_ID_TAKEN)

    async def _current(self, tx: Tx, actor: Actor, batch: Batch, item: Item) -> R | None:
        """Locked. None for what an upsert is to create; raises NotFound and Conflict."""
        if batch.mode == "upsert":
            if batch.match == "external":
                key = self.upserter.key(batch.source or "", item.external_id or "")
                return await self.upserter.current(tx, actor, key, _MayBeMissing())
            if item.id is None:
                return None
        found = await self._found(tx, actor, batch, item)
        if found is None:
            raise await self.service.missing(tx, actor, item.id)
        return found

    async def _found(self, tx: Tx, actor: Actor, batch: Batch, item: Item) -> R | None:
        store = self.service.store
        if batch.match == "name":
            column = key_column(self.service.resource)
            found = await store.lock_many(tx, actor, [item.name or ""], column)
            return found[0] if found else None
        identifier = item.id
        if batch.match == "external":
            key = self.upserter.key(batch.source or "", item.external_id or "")
            identifier = await external_ids.record_of(tx, actor.tenant, key)
        if identifier is None:
            return None
        return await store.find(tx, actor, identifier, tx.for_update)

    async def _create(self, tx: Tx, actor: Actor, batch: Batch, item: Item) -> Outcome[R]:
        values = self.values(item)
        if item.external_id is None:
            made: R | None = await self.service.create(tx, actor, values)
        else:
            key = self.upserter.key(batch.source or "", item.external_id)
            if await external_ids.record_of(tx, actor.tenant, key) is not None:
                raise Conflict(EXTERNAL_ID_TAKEN)
            made = await self.upserter.create(tx, actor, key, lambda: values)
        if made is None:
            raise Conflict(EXTERNAL_ID_TAKEN)
        return Outcome(item.index, 201, made, created=True, changed=True)

    async def _restore(self, tx: Tx, actor: Actor, item: Item) -> Outcome[R]:
        identifier = item.id or ""
        was_there = await self.service.store.find(tx, actor, identifier) is not None
        record = await self.service.restore(tx, actor, identifier)
        return Outcome(item.index, 200, record, changed=not was_there)

    async def _change(
        self, tx: Tx, actor: Actor, batch: Batch, item: Item, current: R
    ) -> Outcome[R]:
        if (refused := await self.check(tx, actor, batch, item, current)) is not None:
            return refused
        if batch.mode == "delete":
            await self.service.delete(tx, actor, current)
            return Outcome(item.index, 204, current, changed=True)
        after = await self.service.update(tx, actor, current, self.changes(item, current))
        changed = after is not current
        if item.external_id is not None and batch.match != "external":
            changed |= await self._add_external_id(tx, actor, batch, item, current)
        return Outcome(item.index, 200, after, changed=changed)

    async def _add_external_id(
        self, tx: Tx, actor: Actor, batch: Batch, item: Item, record: R
    ) -> bool:
        """False where it has it already. Raises Conflict."""
        key = self.upserter.key(batch.source or "", item.external_id or "")
        if await external_ids.claim(tx, actor.tenant, key, record.id):
            return True
        if await external_ids.record_of(tx, actor.tenant, key) != record.id:
            raise Conflict(EXTERNAL_ID_TAKEN)
        return False


class _MayBeMissing:
    def require_missing_allowed(self) -> None:
        """An upsert creates what is missing."""
