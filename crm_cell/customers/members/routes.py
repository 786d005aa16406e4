"""/customers/{customerId}/members"""

from crm_cell.customers.members.messages import (
    MEMBER_IS_OWNER,
    MEMBER_UNKNOWN,
    TOO_MANY_MEMBERS,
)
from crm_cell.customers.members.schemas import MemberPut, MembersView, MemberView
from crm_cell.customers.members.service import MOST_MEMBERS, MemberService
from crm_cell.http.routing import Routes
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Forbidden, NotFound, RuleViolation
from crm_cell.kernel.messages import Message
from crm_cell.people.messages import USER_LEFT, USER_UNKNOWN
from crm_cell.people.users.schemas import UserId
from crm_cell.storage.engine import Reader, Tx


def add_members(routes: Routes, service: MemberService, owned_by_colleague: Message) -> None:
    """To the routes of customers."""

    @routes.read("/{customer_id}/members", "协作人列表")
    async def members(tx: Reader, actor: Actor, customer_id: str) -> MembersView:
        """The collaborators of a customer, for all who read it."""
        return MembersView.of(await service.members(tx, actor, customer_id))

    @routes.write(
        "PUT",
        "/{customer_id}/members/{user_id}",
        "添加或更改协作人",
        rejections=[
            Forbidden(owned_by_colleague),
            RuleViolation(MEMBER_IS_OWNER),
            RuleViolation(USER_UNKNOWN),
            RuleViolation(USER_LEFT),
            RuleViolation(TOO_MANY_MEMBERS, limit=MOST_MEMBERS),
        ],
    )
    async def put_member(
        tx: Tx, actor: Actor, customer_id: str, user_id: UserId, body: MemberPut
    ) -> MemberView:
        """Let a user read the customer and what belongs to it, or change it.

        Who owns the customer, or sees its owner's records, adds collaborators.
        """
        member, _ = await service.put(tx, actor, customer_id, str(user_id), body.role)
        return MemberView.of(customer_id, member)

    @routes.write(
        "DELETE",
        "/{customer_id}/members/{user_id}",
        "移除协作人",
        rejections=[Forbidden(owned_by_colleague), NotFound(MEMBER_UNKNOWN)],
    )
    async def remove_member(tx: Tx, actor: Actor, customer_id: str, user_id: UserId) -> None:
        """Remove a collaborator. What they have written stays."""
        await service.remove(tx, actor, customer_id, str(user_id))
