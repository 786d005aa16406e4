"""Notifications on the wire."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields.checks import integer, text
from crm_cell.fields.scalars import optional_time
from crm_cell.http.schema import Query, View
from crm_cell.inbox.store import HANDOVER, TASK_ASSIGNED, TASK_REMINDER
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.messages import Language
from crm_cell.notifications.service import MOST_COUNTED, Shown, State

KINDS: Final = (TASK_REMINDER, TASK_ASSIGNED, HANDOVER)
LONGEST_WAIT_SECONDS: Final = 25

_UNREAD = Meta(
    description=f"未读数，至多数到 {MOST_COUNTED} · Unread ones, counted up to {MOST_COUNTED}",
    examples=[3],
)
_MINIMUM = Meta(
    description="true 表示未读更多 · true where there are more than that", examples=[True]
)


class NotificationQuery(Query):
    unread: Annotated[bool, Meta(description="只看未读 · Only unread ones")] = False


class UnreadQuery(Query):
    after: (
        Annotated[
            str,
            text(
                1,
                100,
                description="上一次应答的 next；与 wait 合用"
                " · The `next` of the previous answer, with `wait`",
            ),
        ]
        | None
    ) = None
    wait: Annotated[
        int,
        integer(
            0,
            LONGEST_WAIT_SECONDS,
            description="没有变化时最多等待秒数 · How many seconds to wait for a change",
        ),
    ] = 0


class NotificationView(View):
    """A notification of the caller."""

    notification_id: str
    kind: Annotated[
        str,
        Meta(
            description="类型，以后会有更多 · Its kind; there will be more",
            examples=[TASK_REMINDER],
            extra_json_schema={"enum": list(KINDS)},
        ),
    ]
    text: Annotated[
        str,
        Meta(
            description="内容，按请求的语言 · What it says, in the language of the request",
            examples=["提醒：回电确认报价"],
        ),
    ]
    resource: Annotated[
        str | None, Meta(description="记录类型 · Type of the record", examples=["task"])
    ]
    record_id: Annotated[
        str | None,
        Meta(
            description="记录编号，已无法查看时为 null · The record; null where the caller does not"
            " see it",
            examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"],
        ),
    ]
    title: Annotated[
        str | None, Meta(description="记录标题 · The record's title", examples=["回电确认报价"])
    ]
    customer_id: Annotated[
        str | None,
        Meta(
            description="记录所属客户 · The customer that the record belongs to",
            examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"],
        ),
    ]
    sender: Annotated[
        str | None, Meta(description="来自哪位用户 · The user behind it", examples=["alice"])
    ]
    count: Annotated[
        int, Meta(description="涉及几条记录 · How many records it is about", examples=[1])
    ]
    created_at: str
    read_at: Annotated[
        str | None,
        Meta(
            description="已读时间，未读为 null · When it was read; null for unread",
            extra_json_schema={"format": "date-time"},
        ),
    ]

    @classmethod
    def of(cls, shown: Shown, language: Language) -> "NotificationView":
        note, record = shown.notification, shown.record
        return cls(
            notification_id=note.id,
            kind=note.kind,
            text=shown.text(language),
            resource=shown.resource.name if shown.resource else None,
            record_id=record.id if record else None,
            title=shown.title,
            customer_id=getattr(record, "customer_id", None),
            sender=note.sender,
            count=note.many,
            created_at=format_time(note.created_at),
            read_at=optional_time(note.read_at),
        )


class UnreadView(View):
    """How many notifications the caller has not read."""

    unread: Annotated[int, _UNREAD]
    next: Annotated[
        str,
        Meta(
            description="下一次调用的 after · What to give as `after` next time",
            examples=["3.01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"],
        ),
    ]
    unread_is_minimum: Annotated[bool, _MINIMUM] | UnsetType = UNSET

    @classmethod
    def of(cls, state: State) -> "UnreadView":
        return cls(
            unread=min(state.unread, MOST_COUNTED),
            next=state.mark,
            unread_is_minimum=True if state.unread > MOST_COUNTED else UNSET,
        )


class NotificationsView(View):
    """A page of notifications, newest first."""

    data: list[NotificationView]
    next_cursor: str | None
    unread: Annotated[int, _UNREAD]
    unread_is_minimum: Annotated[bool, _MINIMUM] | UnsetType = UNSET

    @classmethod
    def of(
        cls, data: list[NotificationView], cursor: str | None, state: State
    ) -> "NotificationsView":
        shown = UnreadView.of(state)
        return cls(data, cursor, shown.unread, shown.unread_is_minimum)
