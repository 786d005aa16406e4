"""/contracts: four verbs and no DELETE, for money records never vanish."""

import msgspec

from crm_cell.contracts import service
from crm_cell.contracts.schemas import (
    ContractCreate,
    ContractPatch,
    ContractQuery,
    ContractView,
    shown,
)
from crm_cell.http.answers import Resource
from crm_cell.http.paging import Asked, Page
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.routing import Routes
from crm_cell.http.schema import Patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import IdempotentConflict, RuleViolation
from crm_cell.storage.engine import Reader, Tx

_OPPORTUNITY_REFUSALS = (
    RuleViolation("opportunity_not_found"),
    RuleViolation("opportunity_of_other_customer"),
    RuleViolation("name_your_opportunity"),
)

contracts = Routes(
    "/contracts", tag="contracts", missing="contract_not_found", recheck=service.recheck
)


@contracts.read("", "合同列表")
async def list_(tx: Reader, actor: Actor, query: ContractQuery, page: Asked) -> Page[ContractView]:
    """List contracts, newest first; `customerId` narrows to one customer's."""
    found = await service.list_(tx, actor, page, customer_id=query.customer_id)
    return page.answer(found, ContractView.of)


@contracts.write(
    "POST",
    "",
    "创建合同",
    status=201,
    refusals=[
        "DUPLICATE_CONTRACT_NO",
        RuleViolation("customer_not_found"),
        *_OPPORTUNITY_REFUSALS,
        IdempotentConflict("idempotent_money"),
    ],
)
async def create(tx: Tx, actor: Actor, body: ContractCreate) -> Resource[ContractView]:
    """Create a contract. Its number is unique in the tenant; the request id is kept for ever."""
    return shown(await service.create(tx, actor, **msgspec.structs.asdict(body)))


@contracts.read("/{contract_id}", "合同详情")
async def get(tx: Reader, actor: Actor, contract_id: str) -> Resource[ContractView]:
    """One contract, with what has been paid and what is outstanding."""
    return shown(await service.get(tx, actor, contract_id))


@contracts.write(
    "PATCH",
    "/{contract_id}",
    "更新合同",
    refusals=[
        "DUPLICATE_CONTRACT_NO",
        RuleViolation("currency_has_payments"),
        *_OPPORTUNITY_REFUSALS,
    ],
)
async def update(
    tx: Tx, actor: Actor, contract_id: str, patch: Patch[ContractPatch], condition: IfMatch
) -> Resource[ContractView]:
    """Change a contract by a JSON merge patch. With payments in, its currency stays."""
    current = await service.get(tx, actor, contract_id)
    condition.require(current.version)
    changes = patch.against(ContractView.of(current), current)
    return shown(await service.update(tx, actor, current, changes))
