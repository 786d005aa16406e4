"""Today on the wire."""

import re
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields.checks import InvalidValue, as_meta, integer, is_owner, string
from crm_cell.http.schema import View
from crm_cell.kernel.messages import Message
from crm_cell.resources.listing.zones import ZoneQuery
from crm_cell.today.service import Part

DEFAULT_QUIET_DAYS: Final = 30
_MOST_DAYS: Final = 3_650
_SCOPE = Message(
    "today_scope",
    "应为 own、team、all 或 user:用户编号",
    "is own, team, all, or user: with a user id",
)
_USER: Final = re.compile("user:(.+)", re.DOTALL)


def owner_scope(**schema: Any) -> Meta:
    """Whose day: one's own, that of the teams one leads, everybody's, or that of one user."""

    def check(value: Any) -> str:
        given = string(value)
        user = _USER.fullmatch(given)
        if given not in ("own", "team", "all") and not (user and is_owner(user[1])):
            raise InvalidValue("value", text=_SCOPE)
        return given

    return as_meta(check, min_length=1, max_length=260, **schema)


class TodayQuery(ZoneQuery):
    scope: (
        Annotated[
            str,
            owner_scope(
                description="看谁的：own 自己，team 所带团队，all 全部，user:编号 某人"
                " · Whose: own, team, all, or user: with an id. Without it own, or all for a"
                " caller without a user",
                examples=["own"],
            ),
        ]
        | None
    ) = None
    stuck_days: (
        Annotated[
            int,
            integer(
                1,
                _MOST_DAYS,
                description="商机在同一阶段超过几天算停滞；不填则按各阶段自己的天数"
                " · Days at one stage after which a deal is stuck. Without it, each stage's own",
            ),
        ]
        | None
    ) = None
    quiet_days: Annotated[
        int,
        integer(
            1,
            _MOST_DAYS,
            description="客户超过几天没有跟进算久未联系"
            " · Days without a follow-up after which a customer is quiet",
        ),
    ] = DEFAULT_QUIET_DAYS


class SectionView(View):
    """One part of the day: its first rows, and the list that has them all."""

    section: Annotated[str, Meta(description="分区 · Which part", examples=["overdue"])]
    resource: Annotated[str, Meta(description="列表路径 · Path of the list", examples=["/tasks"])]
    filter: Annotated[
        str,
        Meta(
            description="该列表的 filter · The filter of that list",
            examples=['assigneeId = me and status = "open" and due < now'],
        ),
    ]
    sort: Annotated[str, Meta(description="该列表的 sort · Its sort", examples=["due"])]
    embed: Annotated[
        str | None, Meta(description="该列表的 embed · Its embed", examples=["customer"])
    ]
    count: Annotated[
        int | None,
        Meta(
            description="条数，至多数到 1000，无法及时算出时为 null"
            " · How many, counted up to 1000; null where that would take too long",
            examples=[3],
        ),
    ]
    items: Annotated[
        list[dict[str, Any]],
        Meta(description="前 10 条 · The first 10, as that list shows them"),
    ]
    count_is_minimum: (
        Annotated[
            bool,
            Meta(
                description="true 表示至少有这么多 · true where there are more than that",
                examples=[True],
            ),
        ]
        | UnsetType
    ) = UNSET

    @classmethod
    def of(cls, part: Part) -> "SectionView":
        section, some = part.section, part.some
        return cls(
            section=section.name,
            resource=section.path,
            filter=part.filter,
            sort=section.sort,
            embed=section.embed or None,
            count=None if some is None else some.total,
            items=[] if some is None else some.data,
            count_is_minimum=True if some is not None and some.total_is_minimum else UNSET,
        )


class TodayView(View):
    """What there is to do, by urgency."""

    date: Annotated[
        str, Meta(description="该时区的今天 · Today in that zone", examples=["2026-11-29"])
    ]
    tz: Annotated[str, Meta(description="时区 · The time zone", examples=["Asia/Shanghai"])]
    scope: Annotated[str, Meta(description="看谁的 · Whose day it is", examples=["own"])]
    sections: Annotated[list[SectionView], Meta(description="各分区 · Its parts, in order")]
