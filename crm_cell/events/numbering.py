"""Numbers for events that are committed, on a server where transactions commit in any order.

An id is made before the commit, so a reader that continues from the last id would miss an event
that is committed late. Numbers are given afterwards, tenant by tenant, by one transaction at a
time: it holds the row with the tenant's last number. So when a reader sees a number, all lower ones
are there, and nothing comes in below it any more.

Every process numbers the events that it has written; those of a process that has ended are found
by a look at all of them once a second.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from operator import attrgetter

import msgspec
import structlog

from crm_cell.events import store
from crm_cell.events.service import Details
from crm_cell.events.store import Unnumbered
from crm_cell.events.waiters import Waiters, Watch
from crm_cell.kernel.errors import CrmError
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx

log = structlog.get_logger()

# What commits meanwhile is numbered along with it.
_GATHER_SECONDS = 0.05
_LOOK_SECONDS = 1.0
# How often other processes' numbers are looked for while somebody waits.
_POLL_SECONDS = 0.1
_BATCH = 5_000
_MOST_TENANTS = 200


class Numbering:
    def __init__(self, database: Database, waiters: Waiters) -> None:
        self._database = database
        self._waiters = waiters
        self._due: dict[str, None] = {}
        self._woken = asyncio.Event()
        self._next_look = 0.0

    def wake(self, tenant: str) -> None:
        """Called for each commit of the tenant in this process."""
        self._due[tenant] = None
        self._woken.set()

    async def run_forever(self) -> None:
        """What the database does not do now is left to the next round."""
        while True:
            try:
                await self._round()
            except CrmError as error:
                log.warning("numbering_postponed", error=str(error))
                await asyncio.sleep(_LOOK_SECONDS)

    async def watch_forever(self) -> None:
        """Wake those who wait for numbers that other processes have given."""
        watch = Watch(self._waiters, self._last_number)
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            try:
                await watch.look()
            except CrmError as error:
                log.warning("numbers_not_read", error=str(error))
                await asyncio.sleep(_LOOK_SECONDS)

    async def _round(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._next_look):
                await self._woken.wait()
        if loop.time() >= self._next_look:
            self._due.update(dict.fromkeys(await self._left_by_others()))
            self._next_look = loop.time() + _LOOK_SECONDS
        await asyncio.sleep(_GATHER_SECONDS)
        self._woken.clear()
        due, self._due = self._due, {}
        for tenant in due:
            # Another process that numbers them may have looked before this commit.
            if await self.number(tenant):
                self._waiters.wake(tenant)
            else:
                self.wake(tenant)

    async def number(self, tenant: str) -> bool:
        """Number what is committed; False where it has to be tried again. Raises CrmError."""

        async def unit(tx: Tx) -> bool:
            if not await store.lock_head(tx, tenant):
                return False
            found = await store.unnumbered(tx, tenant, _BATCH)
            if found:
                first = await store.take_numbers(tx, tenant, len(found))
                await store.number(tx, tenant, in_order(found), first)
            return len(found) < _BATCH

        return await self._database.write("events.number", EVERY_TENANT, unit)

    async def _left_by_others(self) -> list[str]:
        async def unit(tx: Reader) -> list[str]:
            return await store.tenants_with_unnumbered(tx, _MOST_TENANTS)

        return await self._database.read("events.unnumbered", EVERY_TENANT, unit)

    async def _last_number(self, tenant: str) -> int:
        async def unit(tx: Reader) -> int:
            return (await store.head(tx, tenant)).last

        return await self._database.read("events.last_number", tenant, unit)


def in_order(events: Iterable[Unnumbered]) -> list[str]:
    """Their ids in the order of the changes. Of two changes of one record the one with the lower
    version was first, though its transaction, and so its id, may have begun later."""
    ordered = list(events)
    if all(event.details is None for event in ordered):
        return list(map(_ID, ordered))  # they are of new records
    places: dict[tuple[str, str], list[int]] = {}
    for place, event in enumerate(ordered):
        places.setdefault(_record_of(event), []).append(place)
    for own in places.values():
        if len(own) > 1:
            by_version = sorted((ordered[place] for place in own), key=_version_of)
            for place, event in zip(own, by_version, strict=True):
                ordered[place] = event
    return list(map(_ID, ordered))


def _record_of(event: Unnumbered) -> tuple[str, str]:
    resource = event.event_type.split(".")[1]
    data = msgspec.json.decode(event.data)
    member = _id_member(resource)
    return resource, data.get(member, event.id)


def _id_member(resource: str) -> str:
    """follow_up → followUpId"""
    first, *rest = resource.split("_")
    return first + "".join(word.title() for word in rest) + "Id"


def _version_of(event: Unnumbered) -> int:
    """Events without details are of new records, and those that say something about a change
    beside its own event."""
    if event.details is None:
        return 0
    return msgspec.json.decode(event.details, type=Details).version


_ID = attrgetter("id")
