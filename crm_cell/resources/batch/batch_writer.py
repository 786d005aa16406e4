"""Writing the items of a batch.

What one item is refused for undoes nothing of the others: each is written in a savepoint or, where
the records of a resource can be written in sets, a few hundred are, and one by one if that fails.
"""

from collections.abc import Sequence
from typing import Any, Generic

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import ClientError, Conflict, FailedDependency
from crm_cell.resources.batch.item_writer import ItemWriter
from crm_cell.resources.batch.items import Batch, Item
from crm_cell.resources.batch.outcomes import Outcome
from crm_cell.resources.batch.set_writer import SetWriter
from crm_cell.resources.record import R
from crm_cell.storage.engine import Tx

# A set that fails is written again one by one, so it is not the whole batch.
_SET = 250


class BatchWriter(Generic[R]):
    """All items of a batch."""

    def __init__(self, items: ItemWriter[R], sets: SetWriter[R] | None) -> None:
        """`sets` is for resources whose records can be written in sets."""
        self._items = items
        self._sets = sets
        self._name = items.service.resource.name

    async def write(
        self, tx: Tx, actor: Actor, batch: Batch, *, atomic: bool
    ) -> Sequence[Outcome[R]]:
        """In the order of the items. `atomic`: where one fails, nothing is written."""
        # Two batches with the same records in other orders would deadlock, again at each retry.
        await tx.lock(f"batch {self._name}", tenant=actor.tenant)
        actor = msgspec.structs.replace(actor, channel="batch")
        if not atomic:
            return await self._write(tx, actor, batch)
        try:
            return await tx.savepoint(lambda: self._all_or_nothing(tx, actor, batch))
        except _Undone as undone:
            return undone.outcomes

    async def _all_or_nothing(self, tx: Tx, actor: Actor, batch: Batch) -> Sequence[Outcome[R]]:
        outcomes = await self._write(tx, actor, batch)
        if all(each.error is None for each in outcomes):
            return outcomes
        error = FailedDependency()
        undone = [
            each if each.error else Outcome[R](each.index, error.status, error=error)
            for each in outcomes
        ]
        raise _Undone(undone)

    async def _write(self, tx: Tx, actor: Actor, batch: Batch) -> Sequence[Outcome[R]]:
        if self._sets is None or batch.mode in ("delete", "restore"):
            return await self._one_by_one(tx, actor, batch)
        outcomes: list[Outcome[R]] = []
        for start in range(0, len(batch.items), _SET):
            part = msgspec.structs.replace(batch, items=batch.items[start : start + _SET])
            outcomes += await self._in_sets(self._sets, tx, actor, part)
        return outcomes

    async def _in_sets(
        self, sets: SetWriter[R], tx: Tx, actor: Actor, batch: Batch
    ) -> Sequence[Outcome[R]]:
        try:
            return await tx.savepoint(lambda: sets.write(tx, actor, batch))
        except Conflict:  # which item it is for, and what the others come to, is found one by one
            return await self._one_by_one(tx, actor, batch)

    async def _one_by_one(self, tx: Tx, actor: Actor, batch: Batch) -> Sequence[Outcome[R]]:
        return [await self._one(tx, actor, batch, item) for item in batch.items]

    async def _one(self, tx: Tx, actor: Actor, batch: Batch, item: Item) -> Outcome[R]:
        try:
            return await tx.savepoint(lambda: self._items.write(tx, actor, batch, item))
        except ClientError as error:
            return Outcome(item.index, error.status, error=error)


class _Undone(FailedDependency):
    """Takes back an atomic batch, and says what became of its items."""

    def __init__(self, outcomes: Sequence[Outcome[Any]]) -> None:
        super().__init__()
        self.outcomes = outcomes
