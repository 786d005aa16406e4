"""Payments received for contracts. They are never changed."""

from crm_cell.customers.members.table import shared_with_members
from crm_cell.fields import (
    RESTRICT,
    Writable,
    currency,
    date_or_time,
    idempotency_key,
    money,
    owner,
    reference,
    request_id,
    text,
)
from crm_cell.kernel.errors import IdempotentConflict
from crm_cell.kernel.money import DEFAULT_CURRENCY
from crm_cell.resources.record import Record
from crm_cell.resources.resource import EXPORT, IMPORT, Resource, Unique, Verbs


class Payment(Record):
    contract_id: str = reference(
        "contracts",
        on_delete=RESTRICT,
        label=("合同", "Contract"),
        description=("合同编号（系统）", "Id of the contract"),
        filterable=True,
    )
    amount_cents: int = money(1, label=("回款金额", "Amount"), short_label=("金额", "amount"))
    currency: str = currency(default=DEFAULT_CURRENCY, writable=Writable.NEVER)
    payment_at: str = date_or_time(
        label=("回款日期", "Payment date"),
        description=("回款日期或时间", "Date or time of the payment"),
    )
    remark: str | None = text(1, 1000, lines=True, label=("备注", "Remark"), examples=["首期款"])
    owner_id: str | None = owner(of="contract_id")
    request_key: str | None = idempotency_key()
    request_id: str | None = request_id()


payments = Resource(
    Payment,
    path="/payments",
    label=("回款", "Payment"),
    verbs=EXPORT | IMPORT | Verbs.LIST | Verbs.READ | Verbs.CREATE,
    description="A payment; the currency is its contract's.",
    tag_description="Payments received on a contract. They are never changed or deleted.",
    unique=(
        Unique(("request_key",), IdempotentConflict),
        Unique(("request_id",), IdempotentConflict),
    ),
    shared_with_members=shared_with_members("contract_id", through="contracts"),
    checks={"amount": "amount_cents > 0"},
    indexed_by=(("payment_at",),),
    events={"created": "registered"},
    summaries={"create": "登记回款"},
    operations={"create": "register"},
    descriptions={
        "list": "List payments, newest first; `contractId` narrows to one contract's.",
        "create": "Enter a payment for a contract. The request id is stored for ever: never entered"
        " twice.",
        "get": "One payment.",
    },
)
