"""/opportunities: the five rows of the contract, and the history of one."""

from crm_cell.http.answers import Resource
from crm_cell.http.paging import Asked, Page
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.routing import Routes
from crm_cell.http.schema import Patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, Forbidden, RuleViolation
from crm_cell.opportunities import service
from crm_cell.opportunities.schemas import (
    OpportunityChangeView,
    OpportunityCreate,
    OpportunityPatch,
    OpportunityQuery,
    OpportunityView,
    shown,
)
from crm_cell.storage.engine import Reader, Tx

opportunities = Routes(
    "/opportunities",
    tag="opportunities",
    missing="opportunity_not_found",
    recheck=service.recheck,
)


@opportunities.read("", "商机列表")
async def list_(
    tx: Reader, actor: Actor, query: OpportunityQuery, page: Asked
) -> Page[OpportunityView]:
    """List opportunities, newest first, all or those of one customer."""
    found = await service.list_(tx, actor, query.customer_id, page)
    return page.answer(found, OpportunityView.of)


@opportunities.write(
    "POST",
    "",
    "创建商机",
    status=201,
    refusals=[
        RuleViolation("customer_not_found"),
        RuleViolation("customer_of_colleague"),
        RuleViolation("stage_and_status_disagree"),
    ],
)
async def create(tx: Tx, actor: Actor, body: OpportunityCreate) -> Resource[OpportunityView]:
    """Create an opportunity. Without an owner of its own it gets its customer's."""
    return shown(await service.create(tx, actor, **body.members))


@opportunities.read("/{opportunity_id}", "商机详情")
async def get(tx: Reader, actor: Actor, opportunity_id: str) -> Resource[OpportunityView]:
    """One opportunity."""
    return shown(await service.get(tx, actor, opportunity_id))


@opportunities.write(
    "PATCH",
    "/{opportunity_id}",
    "更新商机",
    refusals=[RuleViolation("stage_and_status_disagree"), Forbidden("forbidden_handover")],
)
async def update(
    tx: Tx, actor: Actor, opportunity_id: str, patch: Patch[OpportunityPatch], condition: IfMatch
) -> Resource[OpportunityView]:
    """Change an opportunity by a JSON merge patch; stage and status follow each other."""
    current = await service.get(tx, actor, opportunity_id)
    condition.require(current.version)
    changes = patch.against(OpportunityView.of(current), current)
    return shown(await service.update(tx, actor, current, changes))


@opportunities.write("DELETE", "/{opportunity_id}", "删除商机")
async def delete(tx: Tx, actor: Actor, opportunity_id: str, condition: IfMatch) -> None:
    """Delete an opportunity. What mentions it stays as it is."""
    current = await service.get(tx, actor, opportunity_id)
    condition.require(current.version)
    await service.delete(tx, actor, current)


@opportunities.write(
    "POST",
    "/{opportunity_id}/restore",
    "恢复商机",
    refusals=[Conflict("restore_customer_first"), Conflict("restore_erased")],
)
async def restore(tx: Tx, actor: Actor, opportunity_id: str) -> Resource[OpportunityView]:
    """Restore a deleted opportunity. One that is not deleted stays as it is."""
    return shown(await service.restore(tx, actor, opportunity_id))


@opportunities.read("/{opportunity_id}/history", "商机阶段变更记录")
async def history(
    tx: Reader, actor: Actor, opportunity_id: str, page: Asked
) -> Page[OpportunityChangeView]:
    """How stage and status have moved, newest first, from the creation on."""
    found = await service.history(tx, actor, opportunity_id, page)
    return page.answer(found, OpportunityChangeView.of)
