"""Payments on the wire."""

from typing import Annotated

from crm_cell.http.answers import Resource
from crm_cell.http.fields import cents, date_or_time, reference, text
from crm_cell.http.schema import Body, Query, View
from crm_cell.kernel.clock import format_time
from crm_cell.payments.rules import Payment

ContractId = Annotated[str, reference(label=("合同", "Contract"))]
Amount = Annotated[int, cents(1, label=("回款金额", "Amount"))]
PaymentAt = Annotated[str, date_or_time(label=("回款日期", "Payment date"))]
Remark = Annotated[str, text(1, 1000, lines=True, label=("备注", "Remark"), examples=["首期款"])]


class PaymentQuery(Query):
    contract_id: ContractId | None = None


class PaymentCreate(Body):
    contract_id: ContractId
    amount_cents: Amount
    payment_at: PaymentAt
    remark: Remark | None = None


class PaymentView(View):
    """A payment; the currency is its contract's."""

    payment_id: str
    tenant_id: str
    contract_id: str
    amount_cents: int
    currency: str
    payment_at: str
    remark: str | None
    owner_id: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, payment: Payment) -> "PaymentView":
        return cls(
            payment_id=payment.id,
            tenant_id=payment.tenant_id,
            contract_id=payment.contract_id,
            amount_cents=payment.amount_cents,
            currency=payment.currency,
            payment_at=payment.payment_at,
            remark=payment.remark,
            owner_id=payment.owner_id,
            created_at=format_time(payment.created_at),
            updated_at=format_time(payment.updated_at),
        )


def shown(payment: Payment) -> Resource[PaymentView]:
    return Resource(PaymentView.of(payment), payment.id, payment.version)
