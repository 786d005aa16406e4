"""Schemas of the report on what users have done."""

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields.checks import enum, owner
from crm_cell.http.schema import Query, View
from crm_cell.http.time_range import From, To
from crm_cell.kernel.clock import format_time
from crm_cell.reports.schemas import TeamId
from crm_cell.reports.store import Activity, Period

GROUPS = ("owner", "day", "week", "month")
Count = Annotated[int, Meta(description="数量 · How many", examples=[3])]


_USER = Meta(
    description="用户，仅 groupBy=owner，未知为 null"
    " · The user, with groupBy=owner; null where not known",
    examples=["alice"],
)


class ActivitiesQuery(Query):
    """`from` and `to` are a half-open range; by default the current week."""

    from_: From | None = msgspec.field(default=None, name="from")
    to: To | None = None
    group_by: Annotated[
        str,
        enum(*GROUPS),
        Meta(description="按人、日、周或月 · A row for each user, day, week or month"),
    ] = "owner"
    owner_id: (
        Annotated[
            str,
            owner(),
            Meta(description="仅此用户 · What this user did", examples=["alice"]),
        ]
        | None
    ) = None
    team_id: TeamId | None = None


class ActivityFigures(View):
    """What was done: follow-ups by how, how many customers they were with, and what else."""

    follow_ups: Annotated[int, Meta(description="跟进次数 · Follow-ups in all", examples=[9])]
    calls: Annotated[int, Meta(description="电话 · Calls", examples=[3])]
    visits: Annotated[int, Meta(description="拜访 · Visits", examples=[2])]
    emails: Annotated[int, Meta(description="邮件 · E-mails", examples=[1])]
    meetings: Annotated[int, Meta(description="会议 · Meetings", examples=[1])]
    wechats: Annotated[int, Meta(description="微信 · By WeChat", examples=[1])]
    others: Annotated[int, Meta(description="其他 · Others", examples=[1])]
    customers_touched: Annotated[
        int, Meta(description="跟进家数 · Different customers followed up", examples=[5])
    ]
    new_customers: Annotated[int, Meta(description="新增客户 · New customers", examples=[1])]
    tasks_done: Annotated[int, Meta(description="完成任务 · Tasks done", examples=[4])]


class ActivityView(ActivityFigures):
    """A row: one user, or one day, week or month."""

    user_id: Annotated[str, _USER] | UnsetType | None = UNSET
    first_day: (
        Annotated[
            str,
            Meta(
                description="该日、周、月的第一天 · The first day of the period",
                examples=["2026-11-23"],
                extra_json_schema={"format": "date"},
            ),
        ]
        | UnsetType
    ) = UNSET


class ActivitiesView(View):
    """Who did what, or what was done when."""

    from_: Annotated[str, Meta(description="起始时间（含） · From this time on")] = msgspec.field(
        name="from"
    )
    to: Annotated[str, Meta(description="截止时间（不含） · Before this time")]
    data: Annotated[list[ActivityView], Meta(description="各行 · The rows")]
    total: Annotated[ActivityFigures, Meta(description="合计 · All of it")]


def figures(activity: Activity) -> dict[str, Any]:
    calls, visits, emails, meetings, wechats, others = activity.by_type
    return {
        "follow_ups": sum(activity.by_type),
        "calls": calls,
        "visits": visits,
        "emails": emails,
        "meetings": meetings,
        "wechats": wechats,
        "others": others,
        "customers_touched": activity.customers,
        "new_customers": activity.new_customers,
        "tasks_done": activity.tasks_done,
    }


def of_user(user: str | None, activity: Activity) -> ActivityView:
    return ActivityView(user_id=user, **figures(activity))


def of_period(first_day: date, activity: Activity) -> ActivityView:
    return ActivityView(first_day=first_day.isoformat(), **figures(activity))


def activities_view(whole: Period, rows: list[ActivityView], total: Activity) -> ActivitiesView:
    return ActivitiesView(
        from_=format_time(whole.first),
        to=format_time(whole.past),
        data=rows,
        total=ActivityFigures(**figures(total)),
    )
