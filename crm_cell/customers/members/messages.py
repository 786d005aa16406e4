"""Messages about the collaborators of a customer."""

from typing import Final

from crm_cell.kernel.messages import Message

MEMBER_UNKNOWN: Final = Message(
    "member_unknown", "该用户不是客户的协作人", "The user is no collaborator of the customer"
)
MEMBER_IS_OWNER: Final = Message(
    "member_is_owner",
    "该用户是客户负责人，不需要协作",
    "The user owns the customer, and needs no role",
)
TOO_MANY_MEMBERS: Final = Message(
    "too_many_members",
    "客户的协作人已达上限 {limit} 人",
    "A customer can have {limit} collaborators",
)
