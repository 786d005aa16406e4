"""Follow-ups: notes of calls, visits and messages to customers."""

from crm_cell.customers.members.table import shared_with_members
from crm_cell.fields import (
    CASCADE,
    KEEP,
    OnErase,
    created_by,
    instant,
    integer,
    option,
    owner,
    reference,
    text,
    users,
)
from crm_cell.resources.record import Record
from crm_cell.resources.resource import CRUD, EXPORT, IMPORT, RESTORE, Resource, SharedThrough


class FollowUp(Record):
    customer_id: str | None = reference(
        "customers", on_delete=CASCADE, label=("客户", "Customer"), filterable=True
    )
    opportunity_id: str | None = reference(
        "opportunities",
        on_delete=KEEP,
        on_erase=OnErase.CASCADE,
        label=("商机", "Opportunity"),
        filterable=True,
    )
    contact_id: str | None = reference(
        "contacts", on_delete=KEEP, on_erase=OnErase.CASCADE, label=("联系人", "Contact")
    )
    content: str = text(
        1,
        10_000,
        lines=True,
        label=("跟进内容", "Content"),
        short_label=("内容", "content"),
        description=("内容", "Content of the conversation"),
        examples=["电话沟通需求，下周上门演示"],
        searchable=True,
    )
    follow_up_type: str = option(
        {
            "call": ("电话", "call"),
            "visit": ("拜访", "visit"),
            "email": ("邮件", "e-mail"),
            "meeting": ("会议", "meeting"),
            "wechat": ("微信", "WeChat"),
            "other": ("其他", "other"),
        },
        label=("跟进方式", "Type"),
        description=(
            "方式：call 电话，visit 拜访，email 邮件，meeting 会议，wechat 微信，other 其他 等",
            "How: id of an option, see GET /options",
        ),
        default="call",
    )
    created_by: str | None = created_by()
    owner_id: str | None = owner(of="customer_id", visible=False)
    followed_at: int | None = instant(
        ("跟进时间", "Followed up at"),
        description=(
            "发生的时间，默认现在，不晚于现在 5 分钟以上",
            "When it happened: now by default, at most five minutes from now",
        ),
        is_now=True,
        sortable=True,
    )
    duration_min: int | None = integer(0, 1440, ("时长（分钟）", "Duration in minutes"), example=30)
    participants: str | None = users(("参与人", "Participants"))
    place: str | None = text(1, 200, ("地点", "Place"), examples=["客户会议室"])


follow_ups = Resource(
    FollowUp,
    path="/follow-ups",
    label=("跟进记录", "Follow-up"),
    verbs=CRUD | RESTORE | EXPORT | IMPORT,
    description="A note of one contact with a customer.",
    tag_description="Calls, visits, mails and meetings with a customer.",
    shared_with_members=shared_with_members(written=True, added=True),
    shared_through=(SharedThrough("opportunities", foreign="id", local="opportunity_id"),),
    batch=100,
    indexed_by=(("followed_at",), ("customer_id", "followed_at")),
    descriptions={
        "body": "A missing customer is filled from the opportunity or the contact.",
        "list": "List follow-ups, newest first, all or those of one customer or opportunity.",
        "create": "Note a follow-up. A missing customer is filled from the opportunity or the"
        " contact.",
        "get": "One follow-up.",
        "update": "Change a follow-up by a JSON merge patch. What it mentions has to agree.",
    },
)
