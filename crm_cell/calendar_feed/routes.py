"""GET /calendar.ics, and /users/me/calendar"""

from collections.abc import AsyncGenerator
from time import monotonic

from crm_cell.calendar_feed.messages import CALENDAR_UNKNOWN, NO_USER
from crm_cell.calendar_feed.schemas import CalendarQuery, CalendarView
from crm_cell.calendar_feed.service import Calendars
from crm_cell.calendar_feed.tokens import tenant_of
from crm_cell.http.limits.rate_limits import Buckets
from crm_cell.http.responses import Stream
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import NotFound, RateLimited, RuleViolation
from crm_cell.kernel.scopes import READ
from crm_cell.storage.engine import Database, Reader, Tx

MEDIA = "text/calendar"
# Calendar programs ask a few times an hour.
_PER_SECOND, _BURST_SECONDS = 1, 30


def calendar_routes(calendars: Calendars) -> Routes:
    routes = Routes(
        "",
        tag=Tag("calendar", "日历", "A calendar of one's open tasks, to subscribe to."),
        missing=CALENDAR_UNKNOWN,
    )
    _add_feed(routes, calendars)

    @routes.read("/users/me/calendar", "我的日历")
    async def get(tx: Reader, actor: Actor) -> CalendarView:
        """Whether the caller has a calendar. Its address is not shown again."""
        return CalendarView.of(await calendars.feed(tx, actor))

    async def again(tx: Tx, actor: Actor) -> CalendarView:
        return CalendarView.of(await calendars.feed(tx, actor))

    @routes.write(
        "POST",
        "/users/me/calendar",
        "创建日历地址",
        scope=READ,
        reread=again,
        rejections=[RuleViolation(NO_USER)],
    )
    async def create(tx: Tx, actor: Actor) -> CalendarView:
        """Make the address of the caller's calendar; a former one no longer works.

        Anybody who has the address reads the caller's open tasks. It is shown once, also where the
        request is repeated.
        """
        return CalendarView.of(*await calendars.create(tx, actor))

    @routes.write(
        "DELETE",
        "/users/me/calendar",
        "停用日历地址",
        scope=READ,
        status=204,
        rejections=[RuleViolation(NO_USER)],
    )
    async def revoke(tx: Tx, actor: Actor) -> None:
        """The address no longer works. Nothing happens where there is none."""
        await calendars.revoke(tx, actor)

    return routes


def _add_feed(routes: Routes, calendars: Calendars) -> None:
    limit = Buckets("calendar", _PER_SECOND, _BURST_SECONDS)

    def spend(token: str) -> None:
        """Raises RateLimited. The token itself must not stay in memory."""
        key, now = hash(token), monotonic()
        missing = limit.missing(key, now)
        if missing > limit.max_missing:
            raise RateLimited(_BURST_SECONDS)
        limit.take(key, missing, now)

    @routes.plain(
        "/calendar.ics", "日历订阅", open=True, long=True, media=[MEDIA], rejections=["NOT_FOUND"]
    )
    async def subscribe(database: Database, query: CalendarQuery) -> Stream:
        """The open tasks of a user, in the form of RFC 5545, for calendar programs.

        The token in the address is all that is needed.
        """
        tenant = tenant_of(query.token)
        if tenant is None:
            raise NotFound(CALENDAR_UNKNOWN)
        spend(query.token)

        async def unit(tx: Reader) -> str:
            return await calendars.read(tx, tenant, query.token)

        text = await database.read("calendar.read", tenant, unit, long=True)

        async def chunks() -> AsyncGenerator[bytes, None]:
            yield text.encode()

        return Stream(chunks(), [(b"content-type", b"text/calendar; charset=utf-8")])
