"""Merges the parts of a timeline by time, newest first, each record as the caller may see it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any, Final

import msgspec

from crm_cell.contracts.resource import contracts
from crm_cell.customers.resource import customers
from crm_cell.follow_ups.resource import follow_ups
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.positions import END, position
from crm_cell.opportunities.resource import opportunities
from crm_cell.payments.resource import payments
from crm_cell.resources.record import R
from crm_cell.resources.resource import Resource
from crm_cell.resources.scope import Scope
from crm_cell.resources.services import Services
from crm_cell.resources.visibility import scope_of
from crm_cell.storage.engine import Reader
from crm_cell.tasks.resource import tasks
from crm_cell.timeline import store

TYPES: Final = ("followUp", "task", "stage", "contract", "payment", "transfer", "change")
_OWNER: Final = "ownerId"
_IN_MOVES: Final = {"stage", "status", "stageSince", "closedAt"}
"""Members of an opportunity that change with its stage: the moves say so."""
_KINDS: Final[Mapping[store.Of, str]] = {
    "customer_id": customers.name,
    "opportunity_id": opportunities.name,
}


class Item(msgspec.Struct, frozen=True):
    """Something that happened. `what` is a record, a move between stages, or changes by member."""

    position: str
    type: str
    at: int
    actor: str | None
    what: Any
    title: str | None = None


class Question(msgspec.Struct, frozen=True):
    tx: Reader
    actor: Actor
    of: store.Of
    whose: str
    scope: Scope
    """TENANT where the caller sees all that belongs to it."""
    types: Collection[str]


Page = tuple[list[Item], str | None]
"""Items, and the place behind which the next page begins."""
Read = Callable[[Question, str, int], Awaitable[list[Item]]]


class Timeline:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._streams: dict[str, Sequence[Read]] = {
            "followUp": [self._follow_ups, self._undated],
            "task": [self._done, self._planned],
            "stage": [self._moves],
            "contract": [self._contracts],
            "payment": [self._payments],
        }

    async def of_customer(
        self,
        tx: Reader,
        actor: Actor,
        customer_id: str,
        types: Collection[str],
        after: str | None,
        size: int,
    ) -> Page:
        """Raises NotFound."""
        customer = await self._services.of(customers).get(tx, actor, customer_id)
        of_customers = self._services.of(customers)
        sees_all = actor.may_see(customer.owner_id) or (
            await of_customers.role_of(tx, actor, customer) is not None
        )
        scope = Scope.TENANT if sees_all else scope_of(actor, Scope.READABLE)
        asked = Question(tx, actor, "customer_id", customer_id, scope, types)
        return await self._page(asked, after, size, with_changes=sees_all)

    async def of_opportunity(
        self,
        tx: Reader,
        actor: Actor,
        opportunity_id: str,
        types: Collection[str],
        after: str | None,
        size: int,
    ) -> Page:
        """All who see an opportunity may change it, and see its changes. Raises NotFound."""
        await self._services.of(opportunities).get(tx, actor, opportunity_id)
        scope = scope_of(actor, Scope.READABLE)
        asked = Question(tx, actor, "opportunity_id", opportunity_id, scope, types)
        return await self._page(asked, after, size, with_changes=True)

    async def _page(
        self, asked: Question, after: str | None, size: int, *, with_changes: bool
    ) -> Page:
        reads = [read for name in asked.types for read in self._streams.get(name, ())]
        if with_changes and {"transfer", "change"} & set(asked.types):
            reads.append(self._changes)
        streams = [await read(asked, after or END, size + 1) for read in reads]
        merged = merge(*streams, key=lambda each: each.position, reverse=True)
        found = list(islice(merged, size + 1))
        return found[:size], found[size - 1].position if len(found) > size else None

    # Each reads up to `limit` items before a place, from the newest on.

    async def _follow_ups(self, asked: Question, before: str, limit: int) -> list[Item]:
        found = await self._by_time(asked, follow_ups, "followed_at", before, limit)
        return [
            Item(position(at, each.id), "followUp", at, each.created_by, each)
            for each in found
            if (at := each.followed_at) is not None
        ]

    async def _undated(self, asked: Question, before: str, limit: int) -> list[Item]:
        """Follow-ups that a process of the release before has written."""
        found = await self._by_id(asked, follow_ups, before, limit, without="followed_at")
        return [Item(each.id, "followUp", each.created_at, each.created_by, each) for each in found]

    async def _done(self, asked: Question, before: str, limit: int) -> list[Item]:
        found = await self._by_time(asked, tasks, "done_at", before, limit)
        return [
            Item(position(at, each.id), "task", at, each.done_by, each)
            for each in found
            if (at := each.done_at) is not None
        ]

    async def _planned(self, asked: Question, before: str, limit: int) -> list[Item]:
        found = await self._by_id(asked, tasks, before, limit, without="done_at")
        return [Item(each.id, "task", each.created_at, None, each) for each in found]

    async def _contracts(self, asked: Question, before: str, limit: int) -> list[Item]:
        found = await self._by_id(asked, contracts, before, limit)
        return [Item(each.id, "contract", each.created_at, None, each) for each in found]

    async def _by_time(
        self, asked: Question, resource: Resource[R], column: str, before: str, limit: int
    ) -> list[R]:
        records = self._services.of(resource).store
        return await store.by_time(
            asked.tx,
            asked.actor,
            records,
            asked.scope,
            asked.of,
            asked.whose,
            before,
            limit,
            column=column,
        )

    async def _by_id(
        self, asked: Question, resource: Resource[R], before: str, limit: int, *, without: str = ""
    ) -> list[R]:
        records = self._services.of(resource).store
        return await store.by_id(
            asked.tx,
            asked.actor,
            records,
            asked.scope,
            asked.of,
            asked.whose,
            before,
            limit,
            without=without,
        )

    async def _moves(self, asked: Question, before: str, limit: int) -> list[Item]:
        async def read(before: str) -> tuple[list[Item], str | None]:
            moves = await store.stage_moves(
                asked.tx, asked.actor.tenant, asked.of, asked.whose, before, limit
            )
            deals = await self._services.of(opportunities).store.find_readable(
                asked.tx, asked.actor, {each.opportunity_id for each in moves}
            )
            items = [
                Item(each.id, "stage", each.created_at, each.actor, each, deal.title)
                for each in moves
                if (deal := deals.get(each.opportunity_id)) is not None
            ]
            return items, moves[-1].id if len(moves) == limit else None

        return await _enough(read, before, limit)

    async def _payments(self, asked: Question, before: str, limit: int) -> list[Item]:
        async def read(before: str) -> tuple[list[Item], str | None]:
            ids = await store.payment_ids(
                asked.tx, asked.actor.tenant, asked.of, asked.whose, before, limit
            )
            found = await self._services.of(payments).store.find_readable(
                asked.tx, asked.actor, set(ids)
            )
            items = [
                Item(each.id, "payment", each.created_at, None, each)
                for identifier in ids
                if (each := found.get(identifier)) is not None
            ]
            return items, ids[-1] if len(ids) == limit else None

        return await _enough(read, before, limit)

    async def _changes(self, asked: Question, before: str, limit: int) -> list[Item]:
        """Transfers, and changes of other members, as the audit log shows them."""

        async def read(before: str) -> tuple[list[Item], str | None]:
            rows = await store.changes(
                asked.tx, asked.actor.tenant, _KINDS[asked.of], asked.whose, before, limit
            )
            items = []
            for identifier, actor, text, at in rows:
                by_member = msgspec.json.decode(text)
                if asked.of == "opportunity_id":
                    by_member = {
                        name: by_member[name] for name in by_member if name not in _IN_MOVES
                    }
                kind = "transfer" if _OWNER in by_member else "change"
                if by_member and kind in asked.types:
                    items.append(Item(identifier, kind, at, actor, by_member))
            return items, rows[-1][0] if len(rows) == limit else None

        return await _enough(read, before, limit)


async def _enough(
    read: Callable[[str], Awaitable[tuple[list[Item], str | None]]], before: str, limit: int
) -> list[Item]:
    """Until there are `limit` items that may be shown, or no more."""
    found: list[Item] = []
    place: str | None = before
    while place is not None and len(found) < limit:
        items, place = await read(place)
        found += items
    return found[:limit]
