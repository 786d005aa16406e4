"""Calendars on the wire."""

from typing import Annotated

from msgspec import Meta

from crm_cell.calendar_feed.store import Feed
from crm_cell.fields.checks import text
from crm_cell.http.schema import Query, View
from crm_cell.kernel.clock import format_time


class CalendarQuery(Query):
    token: Annotated[str, text(1, 200, description="日历令牌 · The token of the calendar")]


class CalendarView(View):
    """Whether the caller has a calendar; its address only where it was made just now."""

    created_at: Annotated[
        str | None,
        Meta(
            description="创建时间，没有日历为 null · When it was made; null: there is none",
            extra_json_schema={"format": "date-time"},
        ),
    ]
    path: Annotated[
        str | None,
        Meta(
            description="订阅地址，仅在创建时显示一次 · The address to subscribe to, below"
            " that of the service; shown once, when it is made",
            examples=["/calendar.ics?token=cal_YWNtZQ_…"],
        ),
    ] = None

    @classmethod
    def of(cls, feed: Feed | None, token: str | None = None) -> "CalendarView":
        return cls(
            created_at=None if feed is None else format_time(feed.created_at),
            path=None if token is None else f"/calendar.ics?token={token}",
        )
