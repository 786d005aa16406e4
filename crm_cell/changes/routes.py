"""GET /changes and GET /changes/now."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from crm_cell.changes.feed import Change, Feed, Found, Wanted, collapsed
from crm_cell.changes.schemas import ChangesView, ChangeView, NowView, query_type
from crm_cell.events.waiters import Waiters, Waiting
from crm_cell.http.request import Request
from crm_cell.http.responses import encode
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.resources.record import Record
from crm_cell.resources.services import Services
from crm_cell.resources.views import ViewMakers, view_type
from crm_cell.storage.engine import Database, Reader

# A tenant that writes all the time does not make its waiters read all the time.
_PAUSE_SECONDS = 0.1
# Another process may have written to the same file, unnoticed here.
_LOOK_SECONDS = 2.0
# Larger pages are read beside the event loop.
_SHORT_PAGE = 100

Show = Callable[[Record], bytes]


class ChangeRoutes:
    def __init__(self, services: Services, waiters: Waiters, days: int) -> None:
        self._feed = Feed(services, days)
        self._waiters = waiters
        self._makers = {
            each.resource.name: ViewMakers(each.resource, view_type(each.resource))
            for each in services
        }
        self._query: Any = query_type(self._makers)
        self.routes = Routes(
            "/changes",
            tag=Tag("changes", "变更", "What has changed, in order, for those who keep a copy."),
        )
        self._add()

    def _add(self) -> None:
        async def list_(
            database: Database, actor: Actor, query: Any, request: Request
        ) -> ChangesView:
            """What has changed since `after`, in order, of the records that the caller reads.

            `left` says that the caller no longer reads a record, `entered` that they do now. With
            `wait`, a request for which there is nothing yet is answered when there is something.
            The feed goes back 30 days; an older cursor is 410 `CHANGES_EXPIRED`.
            """
            return await self._list(database, actor, query, request)

        # The class of the query is made of the registry.
        list_.__annotations__["query"] = self._query
        self.routes.plain("", "变更流", waits=True, rejections=["CHANGES_EXPIRED"])(list_)

        @self.routes.read("/now", "变更流的当前位置")
        async def now(tx: Reader, actor: Actor) -> NowView:
            """Where the feed ends now. Ask before a complete read of the lists, and follow the feed
            from there afterwards: what changes in between is in it."""
            return NowView(next=await self._feed.now(tx, actor))

    async def _list(
        self, database: Database, actor: Actor, query: Any, request: Request
    ) -> ChangesView:
        wanted = Wanted(
            query.limit,
            frozenset(query.types.split(",")) if query.types else frozenset(),
            query.include == "data",
            query.except_origin,
        )

        async def read(after: str | None) -> Found:
            async with request.turn():
                return await database.read(
                    "changes.list",
                    actor.tenant,
                    lambda tx: self._feed.read(tx, actor, wanted, after),
                    long=query.limit > _SHORT_PAGE,
                )

        if query.wait:
            request.watch()
            with self._waiters.waiting(actor.tenant) as waiting:
                found = await _until_found(read, waiting, query.after, query.wait)
        else:
            found = await read(query.after)
        changes = collapsed(found.changes) if query.collapse else found.changes
        return ChangesView(
            data=[self._view(actor, each, with_data=wanted.with_records) for each in changes],
            next=found.next,
            caught_up=found.caught_up,
        )

    def _view(self, actor: Actor, change: Change, *, with_data: bool) -> ChangeView:
        resource = change.service.resource
        data: Any = msgspec.UNSET
        if with_data and change.record is not None:
            make = self._makers[resource.name].of(actor, 1)
            data = msgspec.Raw(encode(make(change.record)))
        return ChangeView(
            change=change.id,
            type=resource.name,
            id=change.record_id,
            op=change.op,
            version=change.version,
            fields=list(change.fields),
            origin=change.origin,
            at=format_time(change.at),
            data=data,
        )


async def _until_found(
    read: Callable[[str | None], Awaitable[Found]],
    waiting: Waiting,
    after: str | None,
    seconds: int,
) -> Found:
    """Read on until there is something for the caller, the time is up, or the process ends."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while True:
        waiting.expect()
        found = await read(after)
        left = ends - loop.time()
        if found.changes or left <= 0 or waiting.is_over:
            return found
        after = found.next
        if found.caught_up:
            await waiting.wait(min(left, _LOOK_SECONDS))
            await asyncio.sleep(min(max(0.0, ends - loop.time()), _PAUSE_SECONDS))
