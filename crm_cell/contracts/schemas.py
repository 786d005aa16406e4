"""Contracts on the wire."""

from typing import Annotated, ClassVar

from msgspec import UNSET, UnsetType

from crm_cell.contracts.rules import Contract, Status
from crm_cell.http.answers import Resource
from crm_cell.http.fields import cents, currency, date_or_time, reference, text, whole
from crm_cell.http.schema import Body, PatchFields, Query, View
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.money import DEFAULT_CURRENCY

ContractNo = Annotated[
    str, text(1, 64, label=("合同编号", "Contract number"), examples=["HT-2026-0001"])
]
Amount = Annotated[int, cents(label=("合同金额", "Amount"))]
CustomerId = Annotated[str, reference(label=("客户", "Customer"))]
OpportunityId = Annotated[str, reference(label=("商机", "Opportunity"))]
Currency = Annotated[str, currency()]
SignedAt = Annotated[str, date_or_time(label=("签订日期", "Signing date"))]
StatusField = Annotated[
    int,
    whole(
        1,
        4,
        label=("状态", "Status"),
        description="1 草稿 draft, 2 已签署 signed, 3 已完成 completed, 4 已终止 terminated",
    ),
]


class ContractQuery(Query):
    customer_id: CustomerId | None = None


class ContractCreate(Body):
    customer_id: CustomerId
    contract_no: ContractNo
    amount_cents: Amount
    opportunity_id: OpportunityId | None = None
    currency: Currency = DEFAULT_CURRENCY
    status: StatusField = Status.DRAFT
    signed_at: SignedAt | None = None


class ContractView(View):
    """A contract, with what has been paid and what is left; overpaid, that is negative."""

    contract_id: str
    tenant_id: str
    customer_id: str
    opportunity_id: str | None
    contract_no: str
    amount_cents: int
    currency: str
    status: int
    signed_at: str | None
    paid_cents: int
    outstanding_cents: int
    owner_id: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, contract: Contract) -> "ContractView":
        return cls(
            contract_id=contract.id,
            tenant_id=contract.tenant_id,
            customer_id=contract.customer_id,
            opportunity_id=contract.opportunity_id,
            contract_no=contract.contract_no,
            amount_cents=contract.amount_cents,
            currency=contract.currency,
            status=contract.status,
            signed_at=contract.signed_at,
            paid_cents=contract.paid_cents,
            outstanding_cents=contract.outstanding_cents,
            owner_id=contract.owner_id,
            created_at=format_time(contract.created_at),
            updated_at=format_time(contract.updated_at),
        )


class ContractPatch(PatchFields):
    view: ClassVar[type[View]] = ContractView

    contract_no: ContractNo | UnsetType = UNSET
    amount_cents: Amount | UnsetType = UNSET
    opportunity_id: OpportunityId | UnsetType | None = UNSET
    currency: Currency | UnsetType = UNSET
    status: StatusField | UnsetType = UNSET
    signed_at: SignedAt | UnsetType | None = UNSET


def shown(contract: Contract) -> Resource[ContractView]:
    return Resource(ContractView.of(contract), contract.id, contract.version)
