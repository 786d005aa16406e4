"""/payments: entered and read. What was entered is never changed or deleted."""

import msgspec

from crm_cell.http.answers import Resource
from crm_cell.http.paging import Asked, Page
from crm_cell.http.routing import Routes
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import IdempotentConflict, RuleViolation
from crm_cell.payments import service
from crm_cell.payments.schemas import PaymentCreate, PaymentQuery, PaymentView, shown
from crm_cell.storage.engine import Reader, Tx

payments = Routes("/payments", tag="payments", missing="payment_not_found", recheck=service.recheck)


@payments.read("", "回款列表")
async def list_(tx: Reader, actor: Actor, query: PaymentQuery, page: Asked) -> Page[PaymentView]:
    """List payments, newest first; `contractId` narrows to one contract's."""
    found = await service.list_(tx, actor, page, contract_id=query.contract_id)
    return page.answer(found, PaymentView.of)


@payments.write(
    "POST",
    "",
    "登记回款",
    status=201,
    refusals=[
        RuleViolation("contract_not_found"),
        RuleViolation("customer_of_colleague"),
        RuleViolation("paid_too_large"),
        IdempotentConflict("idempotent_money"),
    ],
)
async def register(tx: Tx, actor: Actor, body: PaymentCreate) -> Resource[PaymentView]:
    """Enter a payment for a contract. The request id is kept for ever: never entered twice."""
    return shown(await service.register(tx, actor, **msgspec.structs.asdict(body)))


@payments.read("/{payment_id}", "回款详情")
async def get(tx: Reader, actor: Actor, payment_id: str) -> Resource[PaymentView]:
    """One payment."""
    return shown(await service.get(tx, actor, payment_id))
