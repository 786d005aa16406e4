"""Gives what a user has in hand to others, and takes it back.

Only owners change. A large handover is many transactions: each writes some records, and says what
remains.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from typing import Any, Final

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.customers.resource import customers
from crm_cell.handovers import store
from crm_cell.handovers.holdings import IN_HAND
from crm_cell.handovers.messages import HANDOVER_UNKNOWN, TOO_LATE, UNDONE
from crm_cell.handovers.store import GIVEN, RETURNED, SKIPPED, Given, Handover
from crm_cell.inbox import store as inbox
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.errors import Conflict, NotFound
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.positions import END
from crm_cell.resources.new_records import owner_of
from crm_cell.resources.record import Record
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader, Tx
from crm_cell.tasks.service import WITHOUT_NOTICE

MOST: Final = 500
"""Records of one transaction."""
UNDO_DAYS: Final = 7
_DAY_MS: Final = 86_400_000
# Receivers get one notification of a handover, and nobody gets one of what is taken back.
_QUIETLY: Final = frozenset({WITHOUT_NOTICE})


class Share(msgspec.Struct, frozen=True):
    user: str
    share: int
    """Of two with 1 and 3 the second gets three of four records."""


class Plan(msgspec.Struct, frozen=True):
    to: list[Share]
    include: list[str]
    """Tables of resources."""


class Progress(msgspec.Struct, frozen=True):
    handover: Handover
    counts: Mapping[tuple[str, str], int]
    """By table and state of the items."""
    remaining: Mapping[str, int]
    """By table, what is still in hand."""
    plan: Plan
    begun_by: str | None

    @property
    def undoable_until(self) -> int:
        return self.handover.created_at + UNDO_DAYS * _DAY_MS


class HandoverService:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def remaining(self, tx: Reader, tenant: str, user: str, plan: Plan) -> dict[str, int]:
        """By table, how many records are to be given away."""
        return {
            resource.table: await self._services.of(resource).store.number_of(
                tx, tenant, _in_hand(resource, user)
            )
            for resource in _included(plan)
        }

    async def check(self, tx: Reader, tenant: str, plan: Plan) -> None:
        """Raises RuleViolation for receivers who are no active users."""
        for number, each in enumerate(plan.to):
            directory = self._services.directory
            await directory.check(tx, tenant, each.user, f"to[{number}].userId")

    async def begin(self, tx: Tx, actor: Actor, user: str, plan: Plan) -> Progress:
        await self._lock(tx, actor)
        handover = Handover(
            tenant_id=actor.tenant,
            id=new_id(tx.id_time),
            version=1,
            from_user=user,
            plan=msgspec.json.encode(plan).decode(),
            created_at=tx.now,
            updated_at=tx.now,
            undone_at=None,
        )
        await store.insert(tx, handover)
        logged = {
            "fromUserId": {"after": user},
            "to": {"after": [each.user for each in plan.to]},
        }
        await audit.record(tx, actor, "created", [Action("handover", handover.id, user, logged)])
        begun = await self._give(tx, actor, handover, plan)
        # The audit entry is written with the commit.
        return msgspec.structs.replace(begun, begun_by=actor.user)

    async def get(self, tx: Reader, actor: Actor, identifier: str) -> Progress:
        """Raises NotFound."""
        handover = await self._find(tx, actor, identifier)
        return await self._progress(tx, handover, _plan_of(handover))

    async def page(
        self, tx: Reader, tenant: str, after: str | None, size: int
    ) -> tuple[list[Progress], str | None]:
        """Newest first, and the place behind which the next page begins."""
        found = await store.page(tx, tenant, after or END, size + 1)
        left: dict[tuple[str, str], dict[str, int]] = {}
        page = []
        for each in found[:size]:
            plan = _plan_of(each)
            hand = each.from_user, " ".join(plan.include)
            if hand not in left:
                left[hand] = await self.remaining(tx, tenant, each.from_user, plan)
            page.append(await self._progress(tx, each, plan, left[hand]))
        return page, found[size - 1].id if len(found) > size else None

    async def go_on(self, tx: Tx, actor: Actor, identifier: str) -> Progress:
        """Gives away more. Raises NotFound, and Conflict after it was undone."""
        await self._lock(tx, actor)
        handover = await self._find(tx, actor, identifier)
        if handover.undone_at is not None:
            raise Conflict(UNDONE)
        plan = _plan_of(handover)
        await self.check(tx, actor.tenant, plan)
        return await self._give(tx, actor, handover, plan)

    async def undo(self, tx: Tx, actor: Actor, identifier: str) -> Progress:
        """Takes back some of what still belongs to those who got it; the rest stays with whom it
        is by now. Raises NotFound, Conflict for an old handover, and RuleViolation where the user
        has left."""
        await self._lock(tx, actor)
        handover = await self._find(tx, actor, identifier)
        if tx.now > handover.created_at + UNDO_DAYS * _DAY_MS:
            raise Conflict(TOO_LATE, days=UNDO_DAYS)
        user = handover.from_user
        await self._services.directory.check(tx, actor.tenant, user, "fromUserId")
        if handover.undone_at is None:
            handover = msgspec.structs.replace(
                handover, version=handover.version + 1, updated_at=tx.now, undone_at=tx.now
            )
            await store.update(tx, handover)
            undone = {"undoneAt": {"before": None, "after": format_time(tx.now)}}
            await audit.record(
                tx, actor, "updated", [Action("handover", handover.id, user, undone)]
            )
        settled = [
            await self._take_back(tx, actor, handover, each)
            for each in await store.given(tx, handover, limit=MOST)
        ]
        await store.settle(tx, handover, settled)
        return await self._progress(tx, handover, _plan_of(handover))

    async def _take_back(self, tx: Tx, actor: Actor, handover: Handover, item: Given) -> Given:
        resource = self._services.registry.of_table(item.kind)
        service = self._services.of(resource)
        record = await service.store.find(tx, actor, item.record_id, tx.for_update)
        if record is None or owner_of(record) != item.user_id:
            return msgspec.structs.replace(item, state=SKIPPED)
        changes = {resource.record.owner_field: handover.from_user}
        await service.update(tx, actor, record, changes, options=_QUIETLY)
        return msgspec.structs.replace(item, state=RETURNED)

    async def _give(self, tx: Tx, actor: Actor, handover: Handover, plan: Plan) -> Progress:
        """Customers first: what belongs to one goes to the same user."""
        left = MOST
        for resource in _included(plan):
            records = await self._services.of(resource).store.some_with(
                tx, actor.tenant, _in_hand(resource, handover.from_user), limit=left
            )
            await self._give_records(tx, actor, handover, plan, resource, records)
            left -= len(records)
            if left <= 0:
                break
        return await self._progress(tx, handover, plan)

    async def _give_records(
        self,
        tx: Tx,
        actor: Actor,
        handover: Handover,
        plan: Plan,
        resource: AnyResource,
        records: Sequence[Record],
    ) -> None:
        if not records:
            return
        with_customer: Mapping[str, str] = {}
        if resource is not customers:
            of = {customer for each in records if (customer := _customer_of(each)) is not None}
            with_customer = await store.receivers(tx, handover, customers.table, of)
        done = await store.counts(tx, handover)
        turns = _turns(plan, done.get((resource.table, GIVEN), 0))
        service = self._services.of(resource)
        given = []
        for record in records:
            user = with_customer.get(_customer_of(record) or "") or next(turns)
            changes = {resource.record.owner_field: user}
            await service.update(tx, actor, record, changes, options=_QUIETLY)
            given.append(Given(resource.table, record.id, user))
        await store.add(tx, handover, given)
        for user, many in Counter(each.user_id for each in given).items():
            about = actor.tenant, user, inbox.HANDOVER, handover.id
            await inbox.add_to(tx, *about, sender=handover.from_user, many=many)

    async def _progress(
        self, tx: Reader, handover: Handover, plan: Plan, left: Mapping[str, int] | None = None
    ) -> Progress:
        if left is None:
            left = await self.remaining(tx, handover.tenant_id, handover.from_user, plan)
        counts = await store.counts(tx, handover)
        return Progress(handover, counts, left, plan, await store.beginner(tx, handover))

    async def _find(self, tx: Reader, actor: Actor, identifier: str) -> Handover:
        found = await store.find(tx, actor.tenant, identifier)
        if found is None:
            raise NotFound(HANDOVER_UNKNOWN)
        return found

    async def _lock(self, tx: Tx, actor: Actor) -> None:
        """One at a time, since two would give away the same records."""
        await tx.lock("handovers", tenant=actor.tenant)


def _plan_of(handover: Handover) -> Plan:
    return msgspec.json.decode(handover.plan, type=Plan)


def _included(plan: Plan) -> list[AnyResource]:
    return [resource for resource in IN_HAND if resource.table in plan.include]


def _in_hand(resource: AnyResource, user: str) -> dict[str, Any]:
    return {resource.record.owner_field: user, **IN_HAND[resource]}


def _customer_of(record: Record) -> str | None:
    return getattr(record, "customer_id", None)


def _turns(plan: Plan, passed: int) -> Iterator[str]:
    """The receivers one after another, as often as their shares say, from where it ended."""
    round_ = [each.user for each in plan.to for _ in range(each.share)]
    return islice(cycle(round_), passed % len(round_), None)
