"""What a payment is. Entered, it stays as it is: there is nothing that may become of one."""

from typing import ClassVar

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity


class Payment(Entity, frozen=True):
    resource: ClassVar[str] = "payment"
    named_by: ClassVar[str | None] = None
    private: ClassVar[frozenset[str]] = frozenset({"request_key", "request_id"})

    contract_id: str
    owner_id: str | None
    amount_cents: int
    currency: str
    payment_at: str
    remark: str | None
    request_key: str | None
    request_id: str | None


def new_payment(
    actor: Actor,
    identifier: str,
    now: int,
    *,
    contract_id: str,
    owner_id: str | None,
    currency: str,
    amount_cents: int,
    payment_at: str,
    remark: str | None = None,
) -> Payment:
    """`owner_id` and `currency` are the contract's."""
    return Payment(
        tenant_id=actor.tenant,
        id=identifier,
        version=1,
        created_at=now,
        updated_at=now,
        contract_id=contract_id,
        owner_id=owner_id,
        amount_cents=amount_cents,
        currency=currency,
        payment_at=payment_at,
        remark=remark,
        request_key=actor.key,
        request_id=actor.lasting_request_id,
    )
