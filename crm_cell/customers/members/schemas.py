"""Collaborators in requests and responses."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from crm_cell.customers.members.service import Members
from crm_cell.customers.members.store import Member
from crm_cell.fields import checks
from crm_cell.http.schema import Body, View
from crm_cell.kernel.clock import format_time

_ROLES: Final = ("read", "write")
_ROLE_TEXT: Final = (
    "read 只读，write 可修改资料并添加跟进、联系人、任务"
    " · read, or write: changes the customer and adds follow-ups, contacts and tasks"
)
_ROLE: Final = checks.enum(
    *_ROLES, label=("角色", "Role"), description=_ROLE_TEXT, examples=["write"]
)


class MemberPut(Body):
    role: Annotated[Literal["read", "write"], _ROLE]


class MemberView(View):
    """A collaborator of a customer."""

    customer_id: str
    user_id: Annotated[str, Meta(description="用户编号 · The user's id", examples=["bob"])]
    name: Annotated[
        str | None,
        Meta(description="姓名；没有该用户则为 null · Name; null for none", examples=["陈晨"]),
    ]
    role: Annotated[
        str,
        Meta(
            description=_ROLE_TEXT,
            examples=["write"],
            extra_json_schema={"enum": list(_ROLES)},
        ),
    ]
    created_at: Annotated[str, Meta(description="添加时间 · When they were added")]

    @classmethod
    def of(cls, customer_id: str, member: Member) -> "MemberView":
        return cls(
            customer_id=customer_id,
            user_id=member.user_id,
            name=member.name,
            role=member.role,
            created_at=format_time(member.created_at),
        )


class MembersView(View):
    """The collaborators of a customer, in the order in which they were added."""

    customer_id: str
    may_change: Annotated[
        bool,
        Meta(
            description="调用方是否可增删协作人 · Whether the caller may add and remove them",
            examples=[True],
        ),
    ]
    data: list[MemberView]

    @classmethod
    def of(cls, found: Members) -> "MembersView":
        customer_id = found.customer.id
        return cls(
            customer_id=customer_id,
            may_change=found.may_change,
            data=[MemberView.of(customer_id, each) for each in found.members],
        )
