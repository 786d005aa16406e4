"""Writing a few hundred items of a batch with a handful of statements.

For resources whose write is its row and what follows from the declaration. What cannot be settled
like that is left to writing one by one: a lost race, or two items that are in each other's way.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Generic

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, ClientError, Conflict, PreconditionFailed
from crm_cell.kernel.ids import new_ids
from crm_cell.resources.batch.item_writer import ItemWriter
from crm_cell.resources.batch.items import Batch, Item, key_column
from crm_cell.resources.batch.outcomes import Outcome
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.external.store import ExternalKey
from crm_cell.resources.messages import EXTERNAL_ID_TAKEN, VERSION_DIFFERS
from crm_cell.resources.record import R
from crm_cell.resources.service import Parents, Values
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Tx


class SetWriter(Generic[R]):
    def __init__(self, items: ItemWriter[R]) -> None:
        self._items = items
        self._service = items.service

    async def write(self, tx: Tx, actor: Actor, batch: Batch) -> Sequence[Outcome[R]]:
        """In the order of the items. Raises Conflict where they have to be written one by one."""
        if self._may_move(batch):
            raise Conflict
        known = await self._known(tx, actor, batch)
        plan = _Plan(self._items, tx, actor, batch, known)
        outcomes = [await plan.of(item) for item in batch.items]
        await self._create(tx, actor, plan)
        await self._service.update_many(tx, actor, plan.steps)
        if not await external_ids.claim_many(tx, actor.tenant, plan.claims):
            raise Conflict
        return outcomes

    def _may_move(self, batch: Batch) -> bool:
        """Whether records get another place below others: each depends on those before."""
        above = self._service.resource.above
        if above is None or batch.mode == "create":
            return False
        member = camel(above.name)
        return any(member in each.members for each in batch.items)

    async def _create(self, tx: Tx, actor: Actor, plan: "_Plan[R]") -> None:
        if not plan.new:
            return
        inserted = await self._service.create_many(tx, actor, [each.record for each in plan.new])
        refused = [each for each in plan.new if each.record.id not in inserted]
        unique = self._service.resource.unique
        if refused and (len(unique) != 1 or await self._may_be_late(tx, actor, plan, refused)):
            raise Conflict
        for each in refused:
            error = unique[0].error()
            each.outcome.status, each.outcome.error = error.status, error
            each.outcome.record = None
            each.outcome.created = each.outcome.changed = False
        gone = {each.record.id for each in refused}
        plan.claims = [claimed for claimed in plan.claims if claimed[1] not in gone]

    async def _may_be_late(
        self, tx: Tx, actor: Actor, plan: "_Plan[R]", refused: Sequence["_New[R]"]
    ) -> bool:
        """Whether an item before may have freed what the refused ones need, or somebody else has
        created just these records meanwhile."""
        columns = self._service.resource.unique[0].columns
        for before, after in plan.steps:
            if any(getattr(before, name) != getattr(after, name) for name in columns):
                return True
        ids = {each.record.id for each in refused}
        keys = [key for key, record in plan.claims if record in ids]
        if not keys:
            return False
        names = [key.external_id for key in keys]
        kind, source = keys[0].kind, keys[0].source
        return bool(await external_ids.records_of(tx, actor.tenant, kind, source, names))

    async def _known(self, tx: Tx, actor: Actor, batch: Batch) -> "_Known[R]":
        store, resource = self._service.store, self._service.resource
        wanted = [each.external_id for each in batch.items if each.external_id is not None]
        named: dict[str, str] = {}
        if wanted and batch.source is not None:
            named = await external_ids.records_of(
                tx, actor.tenant, resource.name, batch.source, wanted
            )
        if batch.match == "name":
            column = key_column(resource)
            names = [each.name for each in batch.items if each.name is not None]
            found = await store.lock_many(tx, actor, names, column)
            return _Known(named, {getattr(each, column): each for each in found})
        ids = {each.id for each in batch.items if each.id is not None}
        if batch.match == "external":
            ids = {named[each] for each in wanted if each in named}
        found = await store.lock_many(tx, actor, ids) if ids and batch.mode != "create" else []
        return _Known(named, {each.id: each for each in found})


class _Known(msgspec.Struct, Generic[R], frozen=True):
    """What was there before."""

    external: Mapping[str, str]
    """By external id, the ids of the records."""
    records: Mapping[str, R]
    """By the key that the batch matches by, of records that the caller reads, and that are locked.
    By their ids where it matches by external ids."""


class _New(msgspec.Struct, Generic[R], frozen=True):
    record: R
    outcome: Outcome[R]


class _Plan(Generic[R]):
    """What is to be written for some items."""

    def __init__(
        self, items: ItemWriter[R], tx: Tx, actor: Actor, batch: Batch, known: _Known[R]
    ) -> None:
        self._items = items
        self._service = items.service
        self._tx, self._actor, self._batch, self._known = tx, actor, batch, known
        self._ids = iter(new_ids(tx.id_time, len(batch.items)))
        self._references = [each.name for each in self._service.resource.references]
        self._parents: dict[tuple[Any, ...], Parents | ClientError] = {}
        self.new: list[_New[R]] = []
        self.steps: list[tuple[R, R]] = []
        self.claims: list[tuple[ExternalKey, str]] = []

    async def of(self, item: Item) -> Outcome[R]:
        try:
            return await self._of(item)
        except ClientError as error:
            return Outcome(item.index, error.status, error=error)

    async def _of(self, item: Item) -> Outcome[R]:
        if item.errors:
            raise BadRequest(item.errors)
        current = await self._current(item)
        if current is not None:
            return await self._change(item, current)
        if self._batch.mode == "update":
            raise await self._service.missing(self._tx, self._actor, item.id)
        if item.version is not None:
            raise PreconditionFailed(VERSION_DIFFERS)
        return await self._create(item)

    async def _current(self, item: Item) -> R | None:
        mode, known = self._batch.mode, self._known
        if self._batch.match == "name":
            return known.records.get(item.name or "")
        if mode == "create" or self._batch.match == "id":
            if item.id is not None and item.id not in known.records:
                raise await self._service.missing(self._tx, self._actor, item.id)
            return known.records.get(item.id or "")
        identifier = known.external.get(item.external_id or "")
        if identifier is None:
            return None
        if identifier not in known.records and mode == "upsert":
            await self._items.upserter.raise_conflict(self._tx, self._actor, identifier)
        return known.records.get(identifier)

    async def _create(self, item: Item) -> Outcome[R]:
        values = self._items.values(item)
        if item.external_id is not None and item.external_id in self._known.external:
            raise Conflict(EXTERNAL_ID_TAKEN)
        write = await self._service.planned_create(
            self._tx, self._actor, values, next(self._ids), await self._resolved(values)
        )
        outcome = Outcome(item.index, 201, write.after, created=True, changed=True)
        self.new.append(_New(write.after, outcome))
        self._claim(item, write.after)
        return outcome

    async def _change(self, item: Item, current: R) -> Outcome[R]:
        refused = await self._items.check(self._tx, self._actor, self._batch, item, current)
        if refused is not None:
            return refused
        changes = self._items.changes(item, current)
        after, changed = current, False
        if self._batch.match != "external" and item.external_id is not None:
            changed = self._is_new(item, current)
        if changes:
            write = await self._service.planned_update(
                self._tx, self._actor, current, changes, await self._resolved(changes)
            )
            after = write.after
            if after is not current:
                self.steps.append((current, after))
        if changed:
            self._claim(item, current)
        return Outcome(item.index, 200, after, changed=changed or after is not current)

    def _is_new(self, item: Item, current: R) -> bool:
        """Whether the record has the external id as yet. Raises Conflict."""
        taken = self._known.external.get(item.external_id or "")
        if taken not in (None, current.id):
            raise Conflict(EXTERNAL_ID_TAKEN)
        return taken is None

    def _claim(self, item: Item, record: R) -> None:
        if item.external_id is not None:
            key = self._items.upserter.key(self._batch.source or "", item.external_id)
            self.claims.append((key, record.id))

    async def _resolved(self, values: Values) -> Parents:
        """Once for all items that refer to the same. Raises RuleViolation."""
        key = tuple(values.get(name) for name in self._references)
        if key not in self._parents:
            try:
                self._parents[key] = await self._service.resolve_references(
                    self._tx, self._actor, values
                )
            except ClientError as error:
                self._parents[key] = error
        found = self._parents[key]
        if isinstance(found, ClientError):
            raise found
        return found
