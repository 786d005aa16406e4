"""Erasing all that is kept of a person, while requests go on.

First the records are deleted as a user would, and marked so that nobody restores them: from then on
nobody changes them. Then the traces go,
and only then the records for good. So whatever interrupts it, the same again finds what is left:
each step is short, and has nothing to do where it was done.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from crm_cell.audit import service as audit
from crm_cell.contacts import service as contacts
from crm_cell.contracts import service as contracts
from crm_cell.customers import service as customers
from crm_cell.events import service as events
from crm_cell.follow_ups import service as follow_ups
from crm_cell.follow_ups.service import Of
from crm_cell.idempotency import store as answers
from crm_cell.idempotency.store import Name
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, camel
from crm_cell.opportunities import service as opportunities
from crm_cell.storage.engine import EVERY_TENANT, Database, Tenant, Tx
from crm_cell.subjects.rules import Found, Sought, sought
from crm_cell.subjects.traces import answers_of, entries_of, events_of

T = TypeVar("T")

# As many rows as are written in a few hundredths of a second, for which others wait.
_ROWS = 200
# What comes to belong to somebody while they are erased: a handful.
_EVERY = 1_000_000
# The service, waiting for a file's lock, tries every 10 ms.
_PAUSE_SECONDS = 0.02
# Clocks of processes disagree, and a transaction may have begun a while before it is seen.
_SKEW_MS = 600_000
_DAWN = 1
_TOLD = {"customer": "crm.customer.erased", "contact": "crm.contact.erased"}


class Traces(msgspec.Struct):
    """What has to be taken away."""

    seen_at: int
    """Later ones are not among them."""
    events: dict[str, str] = {}
    """By id, what they may still say."""
    answers: list[Name] = []
    entries: list[str] = []


class Erasing:
    """Of what has been found, in one tenant, by whom the trail will name."""

    def __init__(self, database: Database, actor: Actor, found: Found) -> None:
        self._database = database
        self._actor = actor
        self._tenant = actor.tenant
        self._found = found
        self._sought = sought(found, money=False)
        self._grew = False

    async def traces(self) -> Traces:
        """All that there are as yet."""
        oldest = self._sought.oldest - _SKEW_MS
        # A name may have been refused by an import before anybody had it.
        return await self._traces(oldest, _DAWN if self._found.names else oldest)

    async def run(self, traces: Traces) -> None:
        """`traces` are those that were seen before."""
        await self._withdraw()
        await self._wipe(traces)
        await self._wipe_later_than(traces)
        await self._erase()
        # What was just being written when it was withdrawn; a customer that only loses its number
        # has been changed until that went.
        if self._found.reached or self._grew:
            await self._wipe_later_than(traces)

    async def _withdraw(self) -> None:
        for customer in self._found.customers:
            await self._withdraw_customer(customer)
        for contact in self._found.contacts:
            await self._withdraw_contact(contact)

    async def _withdraw_customer(self, customer_id: str) -> None:
        """Itself first: nothing can be added to what is deleted."""
        if self._found.contracts:
            await self._make_anonymous(customer_id)
        else:
            await self._write(partial(self._delete_customer, customer_id=customer_id))
            await self._delete_by_some(
                partial(opportunities.delete_some, customer_id=customer_id, most=_ROWS)
            )
        of = Of(customer_id=customer_id)
        await self._delete_by_some(partial(follow_ups.delete_some, of=of, most=_ROWS))
        await self._delete_by_some(
            partial(contacts.delete_some, customer_id=customer_id, most=_ROWS)
        )

    async def _delete_customer(self, tx: Tx, customer_id: str) -> None:
        """Raises Conflict where there are contracts by now."""
        kept = await customers.held_for_deletion(tx, self._tenant, customer_id)
        if kept is None:
            return
        await customers.mark_erased(tx, kept[0])
        if kept[1] is None:
            await contracts.customer_deleted(tx, self._actor, kept[0])
            await customers.delete(tx, self._actor, kept[0])

    async def _withdraw_contact(self, contact_id: str) -> None:
        async def unit(tx: Tx) -> None:
            kept = await contacts.held_for_deletion(tx, self._tenant, contact_id)
            if kept is None:
                return
            await contacts.mark_erased(tx, kept[0])
            await follow_ups.keep_hidden(tx, self._tenant, contact_id)
            if kept[1] is None:
                await contacts.delete(tx, self._actor, kept[0])

        await self._write(unit)
        of = Of(contact_id=contact_id)
        await self._delete_by_some(partial(follow_ups.delete_some, of=of, most=_ROWS))

    async def _make_anonymous(self, customer_id: str) -> None:
        """Its money records stay, and need it."""
        after: str | None = ""
        while after is not None:
            retitle = partial(
                opportunities.make_anonymous,
                tenant=self._tenant,
                customer_id=customer_id,
                after=after,
                most=_ROWS,
            )
            after = await self._write(retitle)

        async def unit(tx: Tx) -> None:
            kept = await customers.held_for_deletion(tx, self._tenant, customer_id)
            if kept is None:
                return
            await customers.mark_erased(tx, kept[0])
            if await customers.make_anonymous(tx, kept[0]):
                await self._tell(tx, kept[0], {})

        await self._write(unit)

    async def _traces(self, events_since: int, answers_since: int) -> Traces:
        whose = self._database, self._tenant, self._sought
        found = Traces(seen_at=await self._write(_moment))
        names: frozenset[str] = frozenset()
        async for told in events_of(*whose, max(_DAWN, events_since)):
            for event in told:
                data = msgspec.json.decode(event.data)
                names |= self._sought.names_in(event.event_type, data)
                if (kept := self._sought.left_of(event.event_type, data)) != data:
                    found.events[event.id] = msgspec.json.encode(kept).decode()
        named = self._sought.and_named(names)
        async for answered in answers_of(self._database, self._tenant, named, answers_since):
            found.answers += [each.name for each in answered]
        found.entries = [entry async for entry in _telling(*whose)]
        return found

    async def _wipe_later_than(self, traces: Traces) -> None:
        since = traces.seen_at - _SKEW_MS
        await self._wipe(await self._traces(since, since))

    async def _wipe(self, traces: Traces) -> None:
        """The trail last: it tells the names that stored answers are looked through for."""
        wipe_answers = partial(answers.erase_answers, tenant=self._tenant)
        for names in _slices(traces.answers):
            await self._erasing(partial(wipe_answers, names=names))
        replace = partial(events.replace, tenant=self._tenant)
        for told in _slices(list(traces.events.items())):
            await self._erasing(partial(replace, data=dict(told)))
        wipe_entries = partial(audit.wipe, tenant=self._tenant)
        for entries in _slices(traces.entries):
            await self._erasing(partial(wipe_entries, ids=entries))

    async def _erase(self) -> None:
        for contact in self._found.contacts:
            await self._erase_contact(contact)
        for customer in self._found.customers:
            await self._erase_customer(customer)
        for customer in self._found.reached:
            await self._write(partial(self._forget_reach, customer_id=customer))

    async def _erase_contact(self, contact_id: str) -> None:
        of = Of(contact_id=contact_id)
        await self._erase_follow_ups(of)

        async def unit(tx: Tx) -> list[str]:
            kept = await contacts.held_for_deletion(tx, self._tenant, contact_id)
            if kept is None:
                return []
            late = await follow_ups.erase_some(tx, self._tenant, of, most=_EVERY)
            await contacts.erase(tx, *kept)
            await self._tell(tx, kept[0], {"customerId": kept[0].customer_id})
            return late

        self._seek_also("follow_up", await self._erasing(unit))

    async def _erase_follow_ups(self, of: Of) -> None:
        erase_some = partial(follow_ups.erase_some, tenant=self._tenant, of=of, most=_ROWS)
        await self._erase_by_some("follow_up", erase_some)

    async def _erase_customer(self, customer_id: str) -> None:
        await self._erase_follow_ups(Of(customer_id=customer_id))
        if not self._found.contracts:
            erase_some = partial(
                opportunities.erase_some,
                tenant=self._tenant,
                customer_id=customer_id,
                most=_ROWS,
            )
            await self._erase_by_some("opportunity", erase_some)
            await self._erasing(partial(self._finish_customer, customer_id=customer_id))

    async def _finish_customer(self, tx: Tx, customer_id: str) -> None:
        """It was deleted a while ago, and nothing has come to belong to it since."""
        kept = await customers.held_for_deletion(tx, self._tenant, customer_id)
        if kept is not None:
            await customers.erase(tx, *kept)
            await self._tell(tx, kept[0], {})

    async def _forget_reach(self, tx: Tx, customer_id: str) -> None:
        kept = await customers.held_for_deletion(tx, self._tenant, customer_id)
        if kept is not None and await customers.forget_reach(tx, kept[0]):
            await self._tell(tx, kept[0], {})

    async def _tell(self, tx: Tx, erased: Entity, ids: dict[str, str]) -> None:
        """On the trail how much it was, to others which it was; nobody what it was."""
        counts: dict[str, object] = dict(self._found.counts)
        await audit.record_erasure(tx, self._actor, erased, counts)
        own = {camel(f"{erased.resource}_id"): erased.id}
        await events.emit_ids(tx, self._actor, _TOLD[erased.resource], own | ids)

    async def _erase_by_some(
        self, resource: str, erase_some: Callable[[Tx], Awaitable[list[str]]]
    ) -> None:
        erased = await self._erasing(erase_some)
        while len(erased) == _ROWS:
            self._seek_also(resource, erased)
            erased = await self._erasing(erase_some)
        self._seek_also(resource, erased)

    def _seek_also(self, resource: str, ids: list[str]) -> None:
        """What came to belong to the person while they were being erased."""
        if late := set(ids) - self._sought.ids[resource]:
            self._sought = self._sought.and_also(resource, late)
            self._grew = True

    async def _delete_by_some(self, delete_some: Callable[[Tx, Actor], Awaitable[int]]) -> None:
        """Until fewer are left than it would take: where a customer stays, more may come."""
        while await self._write(lambda tx: delete_some(tx, self._actor)) == _ROWS:
            pass

    async def _write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        return await self._unit(self._tenant, unit)

    async def _erasing(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        """As upkeep: nothing that acts for a request may delete, or change what has happened."""
        return await self._unit(EVERY_TENANT, unit)

    async def _unit(self, tenant: Tenant, unit: Callable[[Tx], Awaitable[T]]) -> T:
        """And then the writer is free for all others."""
        result = await self._database.write("subject.erase", tenant, unit)
        await asyncio.sleep(_PAUSE_SECONDS)
        return result


async def _moment(tx: Tx) -> int:
    return tx.now


async def _telling(database: Database, tenant: str, of: Sought) -> AsyncGenerator[str, None]:
    async for entries in entries_of(database, tenant, of):
        for entry in entries:
            changes = msgspec.json.decode(entry.changes)
            if entry.wiped is None and of.has_entry(entry.resource_id, entry.action, changes):
                yield entry.id


def _slices(of: Sequence[T]) -> Iterator[Sequence[T]]:
    return (of[at : at + _ROWS] for at in range(0, len(of), _ROWS))
