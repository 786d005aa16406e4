"""/follow-ups: the five rows of the contract."""

import msgspec

from crm_cell.follow_ups import service
from crm_cell.follow_ups.rules import Filter
from crm_cell.follow_ups.schemas import (
    FollowUpCreate,
    FollowUpPatch,
    FollowUpQuery,
    FollowUpView,
    shown,
)
from crm_cell.http.answers import Resource
from crm_cell.http.paging import Asked, Page
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.routing import Routes
from crm_cell.http.schema import Patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, RuleViolation
from crm_cell.storage.engine import Reader, Tx

follow_ups = Routes(
    "/follow-ups", tag="follow-ups", missing="follow_up_not_found", recheck=service.recheck
)

# What a follow-up mentions has to be there, and to belong together.
MENTIONS = [
    RuleViolation("customer_not_found"),
    RuleViolation("opportunity_not_found"),
    RuleViolation("contact_not_found"),
    RuleViolation("opportunity_of_other_customer"),
    RuleViolation("contact_of_other_customer"),
    RuleViolation("name_your_opportunity"),
]


@follow_ups.read("", "跟进记录列表")
async def list_(tx: Reader, actor: Actor, query: FollowUpQuery, page: Asked) -> Page[FollowUpView]:
    """List follow-ups, newest first, all or those of one customer or opportunity."""
    wanted = Filter(query.customer_id, query.opportunity_id)
    return page.answer(await service.list_(tx, actor, wanted, page), FollowUpView.of)


@follow_ups.write("POST", "", "创建跟进记录", status=201, refusals=MENTIONS)
async def create(tx: Tx, actor: Actor, body: FollowUpCreate) -> Resource[FollowUpView]:
    """Note a follow-up. A missing customer is filled from the opportunity or the contact."""
    return shown(await service.create(tx, actor, **msgspec.structs.asdict(body)))


@follow_ups.read("/{follow_up_id}", "跟进记录详情")
async def get(tx: Reader, actor: Actor, follow_up_id: str) -> Resource[FollowUpView]:
    """One follow-up."""
    return shown(await service.get(tx, actor, follow_up_id))


@follow_ups.write("PATCH", "/{follow_up_id}", "更新跟进记录", refusals=MENTIONS)
async def update(
    tx: Tx, actor: Actor, follow_up_id: str, patch: Patch[FollowUpPatch], condition: IfMatch
) -> Resource[FollowUpView]:
    """Change a follow-up by a JSON merge patch. What it mentions has to agree."""
    current = await service.get(tx, actor, follow_up_id)
    condition.require(current.version)
    changes = patch.against(FollowUpView.of(current), current)
    return shown(await service.update(tx, actor, current, changes))


@follow_ups.write("DELETE", "/{follow_up_id}", "删除跟进记录")
async def delete(tx: Tx, actor: Actor, follow_up_id: str, condition: IfMatch) -> None:
    """Delete a follow-up."""
    current = await service.get(tx, actor, follow_up_id)
    condition.require(current.version)
    await service.delete(tx, actor, current)


@follow_ups.write(
    "POST",
    "/{follow_up_id}/restore",
    "恢复跟进记录",
    refusals=[Conflict("restore_customer_first"), Conflict("restore_erased")],
)
async def restore(tx: Tx, actor: Actor, follow_up_id: str) -> Resource[FollowUpView]:
    """Restore a deleted follow-up. One that is not deleted stays as it is."""
    return shown(await service.restore(tx, actor, follow_up_id))
