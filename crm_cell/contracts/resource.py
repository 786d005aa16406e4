"""Contracts with customers, which are never deleted."""

from enum import IntEnum

from crm_cell.customers.members.table import shared_with_members
from crm_cell.fields import (
    ANONYMISE,
    KEEP,
    RESTRICT,
    Writable,
    comparison_key,
    computed,
    currency,
    date_or_time,
    idempotency_key,
    money,
    options,
    owner,
    reference,
    request_id,
    text,
)
from crm_cell.kernel.errors import DuplicateContractNo, IdempotentConflict
from crm_cell.kernel.money import DEFAULT_CURRENCY
from crm_cell.resources.record import Record
from crm_cell.resources.resource import EXPORT, IMPORT, Resource, SharedThrough, Unique, Verbs


class Status(IntEnum):
    DRAFT = 1
    SIGNED = 2
    COMPLETED = 3
    TERMINATED = 4


class Contract(Record):
    customer_id: str = reference(
        "customers",
        on_delete=RESTRICT,
        label=("客户", "Customer"),
        filterable=True,
        writable=Writable.ON_CREATE,
    )
    opportunity_id: str | None = reference(
        "opportunities", on_delete=KEEP, on_erase=ANONYMISE, label=("商机", "Opportunity")
    )
    contract_no: str = text(
        1,
        64,
        label=("合同编号", "Contract number"),
        description=("合同编号，租户内唯一", "Contract number, unique in the tenant"),
        examples=["HT-2026-0001"],
        searchable=True,
    )
    contract_no_key: str = comparison_key(of="contract_no")
    amount_cents: int = money(label=("合同金额", "Amount"), short_label=("金额", "amount"))
    currency: str = currency(default=DEFAULT_CURRENCY)
    status: int = options(
        {
            Status.DRAFT: ("草稿", "draft"),
            Status.SIGNED: ("已签订", "signed"),
            Status.COMPLETED: ("已完成", "completed"),
            Status.TERMINATED: ("已终止", "terminated"),
        },
        label=("状态", "Status"),
        description="1 草稿 draft, 2 已签署 signed, 3 已完成 completed, 4 已终止 terminated",
        default=Status.DRAFT,
    )
    signed_at: str | None = date_or_time(
        label=("签订日期", "Signing date"),
        description=("签订日期或时间", "Date or time of signing"),
    )
    paid_cents: int = money(
        label=("已回款", "Paid"),
        description=("已回款，整数分", "Paid so far, in whole cents"),
        default=0,
        writable=Writable.NEVER,
        example=480_000,
    )

    @computed(
        label=("未回款", "Outstanding"),
        description=("未回款，整数分", "Still outstanding, in whole cents"),
        format="int64",
        example=800_000,
    )
    def outstanding_cents(self) -> int:
        """Negative when more has been paid than was agreed."""
        return self.amount_cents - self.paid_cents

    owner_id: str | None = owner(of="customer_id")
    request_key: str | None = idempotency_key()
    request_id: str | None = request_id()

    @property
    def is_signed(self) -> bool:
        """True by status or date, because users often fill in only one of them."""
        return self.status == Status.SIGNED or self.signed_at is not None


contracts = Resource(
    Contract,
    path="/contracts",
    label=("合同", "Contract"),
    verbs=EXPORT | IMPORT | Verbs.LIST | Verbs.READ | Verbs.CREATE | Verbs.UPDATE,
    title="contract_no",
    description="A contract, with what has been paid and what is left; overpaid, that is negative.",
    tag_description="Signed contracts, with what has been paid and what is outstanding.",
    id_description="合同编号（系统） · Id of the contract",
    unique=(
        Unique(("contract_no_key",), DuplicateContractNo),
        Unique(("request_key",), IdempotentConflict),
        Unique(("request_id",), IdempotentConflict),
    ),
    checks={"amount": "amount_cents >= 0"},
    indexed_by=(("signed_at",),),
    shared_with_members=shared_with_members(),
    shared_through=(SharedThrough("opportunities", foreign="id", local="opportunity_id"),),
    descriptions={
        "list": "List contracts, newest first; `customerId` narrows to one customer's.",
        "create": "Create a contract. Its number is unique in the tenant; the request id is stored"
        " for ever.",
        "get": "One contract, with what has been paid and what is outstanding.",
        "update": "Change a contract by a JSON merge patch. With payments in, its currency stays.",
    },
)
