"""Pairs of customers that may be the same, for those who may read both."""

from collections.abc import Sequence
from typing import Final

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.customers.pairs import store
from crm_cell.customers.pairs.store import Pair
from crm_cell.customers.resource import Customer, customers
from crm_cell.duplicates.messages import PAIR_UNKNOWN
from crm_cell.duplicates.searching import common_keys
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import NotFound
from crm_cell.kernel.positions import END
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader, Tx

RESOURCE: Final = "duplicate_pair"
# Of pairs that the caller may not read, one request looks at no more.
_MOST_PARTS = 20


class Shown(msgspec.Struct, frozen=True):
    pair: Pair
    customers: tuple[Customer, Customer]
    matched_by: Sequence[str]


class DuplicatePairs:
    def __init__(self, services: Services) -> None:
        self._customers = services.of(customers)

    async def page(
        self, tx: Reader, actor: Actor, after: str | None, size: int, *, dismissed: bool
    ) -> tuple[list[Shown], str | None]:
        """The newest first, and the place behind which the next page begins."""
        found: list[Shown] = []
        place: str | None = after or END
        for _ in range(_MOST_PARTS):
            assert place is not None, "the loop ends with the last part"
            some = await store.page(tx, actor.tenant, place, size + 1, dismissed=dismissed)
            found += await self._shown(tx, actor, some)
            place = some[-1].id if len(some) > size else None
            if place is None or len(found) > size:
                break
        if len(found) > size:
            return found[:size], found[size - 1].pair.id
        return found, place

    async def get(self, tx: Reader, actor: Actor, identifier: str) -> Shown:
        """Raises NotFound, also where the caller may not read both."""
        pair = await store.find(tx, actor.tenant, identifier)
        shown = await self._shown(tx, actor, [pair] if pair else [])
        if not shown:
            raise NotFound(PAIR_UNKNOWN)
        return shown[0]

    async def authorize_replay(self, tx: Reader, actor: Actor, identifier: str) -> None:
        await self.get(tx, actor, identifier)

    async def dismiss(self, tx: Tx, actor: Actor, identifier: str) -> Shown:
        """They are none, although they are alike. It is remembered as long as they are."""
        shown = await self.get(tx, actor, identifier)
        if shown.pair.dismissed_at is not None:
            return shown
        pair = msgspec.structs.replace(shown.pair, dismissed_at=tx.now, dismissed_by=actor.user)
        return await self._mark(tx, actor, "dismissed", shown, pair)

    async def reopen(self, tx: Tx, actor: Actor, identifier: str) -> Shown:
        shown = await self.get(tx, actor, identifier)
        if shown.pair.dismissed_at is None:
            return shown
        pair = msgspec.structs.replace(shown.pair, dismissed_at=None, dismissed_by=None)
        return await self._mark(tx, actor, "reopened", shown, pair)

    async def _mark(self, tx: Tx, actor: Actor, action: str, shown: Shown, pair: Pair) -> Shown:
        await store.mark(tx, pair)
        details = {"customerIds": list(pair.ids), "matchedBy": list(shown.matched_by)}
        await audit.record(tx, actor, action, [Action(RESOURCE, pair.id, None, details)])
        return msgspec.structs.replace(shown, pair=pair)

    async def _shown(self, tx: Reader, actor: Actor, pairs: Sequence[Pair]) -> list[Shown]:
        """Those of which the caller may read both, and that are still alike."""
        ids = {each for pair in pairs for each in pair.ids}
        known = await self._customers.store.find_readable(tx, actor, ids)
        found = []
        for pair in pairs:
            one, other = known.get(pair.one_id), known.get(pair.other_id)
            if one is not None and other is not None and (keys := common_keys(one, other)):
                found.append(Shown(pair, (one, other), keys))
        return found
