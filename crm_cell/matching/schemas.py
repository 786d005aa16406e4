"""Records that may be the same, in responses."""

from typing import Annotated

from msgspec import Meta

from crm_cell.http.schema import View
from crm_cell.kernel.clock import format_time
from crm_cell.matching.keys import KEYS
from crm_cell.matching.showing import Match

_LENGTH_OF_MONTH = len("2026-11")


class DuplicateView(View):
    """A record that may be the same."""

    type: Annotated[str, Meta(description="类型 · `customer` or `contact`", examples=["customer"])]
    id: Annotated[
        str | None,
        Meta(description="记录编号，无权打开时为 null · Its id; null where it cannot be opened"),
    ]
    matched_by: Annotated[
        list[str],
        Meta(
            description=f"匹配项 · By what it matches: {', '.join(KEYS)}",
            examples=[["nameCore"]],
        ),
    ]
    name: Annotated[
        str | None,
        Meta(
            description="名称；无权打开且只匹配电话或邮箱时为 null · Its name; null where it cannot"
            " be opened and only a number or an address matches",
            examples=["云帆科技（上海）有限责任公司"],
        ),
    ]
    owner_id: Annotated[str | None, Meta(description="负责人 · Its owner", examples=["alice"])]
    owner_name: Annotated[
        str | None, Meta(description="负责人姓名 · The owner's name, of a user", examples=["Alice"])
    ]
    last_active_month: Annotated[
        str,
        Meta(
            description="最近跟进的月份，无跟进则为创建月份，按 UTC · The month of the last"
            " follow-up, or of its creation, in UTC",
            examples=["2026-11"],
        ),
    ]
    can_open: Annotated[
        bool, Meta(description="能否打开 · Whether the caller can open it", examples=[True])
    ]

    @classmethod
    def of(cls, match: Match) -> "DuplicateView":
        return cls(
            type=match.type,
            id=match.id,
            matched_by=list(match.matched_by),
            name=match.name,
            owner_id=match.owner,
            owner_name=match.owner_name,
            last_active_month=format_time(match.last_active_at)[:_LENGTH_OF_MONTH],
            can_open=match.can_open,
        )
