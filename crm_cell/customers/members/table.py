"""What the members of a customer read, for the declarations of these records."""

from typing import Final

from crm_cell.resources.members.declared import MemberTable, SharedWithMembers

CUSTOMER_MEMBERS: Final = MemberTable("customer_members", "customer_id")


def shared_with_members(
    local: str = "customer_id",
    *,
    through: str | None = None,
    written: bool = False,
    added: bool = False,
) -> SharedWithMembers:
    return SharedWithMembers(CUSTOMER_MEMBERS, local, through, written, added)
