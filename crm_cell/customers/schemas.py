"""Customers on the wire."""

from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, UnsetType

from crm_cell.customers.rules import Access, AccessRule, Customer, Status
from crm_cell.http.answers import Resource
from crm_cell.http.fields import choice, email, items, owner, phone, text, whole
from crm_cell.http.files import FILES
from crm_cell.http.revealing import Reason, Revealed, revealable
from crm_cell.http.schema import Body, PatchFields, Query, View, check_members
from crm_cell.http.sought import SoughtEmail, SoughtPhone
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.errors import Fault
from crm_cell.kernel.masking import answered_email, mask_phone
from crm_cell.kernel.messages import Language, say
from crm_cell.reveals.service import revealed

Name = Annotated[
    str, text(1, 200, label=("客户名称", "Customer name"), examples=["杭州云图科技有限公司"])
]
Phone = Annotated[str, phone(label=("联系电话", "Phone"))]
Email = Annotated[str, email(label=("联系邮箱", "E-mail"))]
OwnerId = Annotated[str, owner(label=("负责人", "Owner"))]
StatusField = Annotated[
    int, whole(1, 2, label=("状态", "Status"), description="1 正常 active, 2 停用 disabled")
]


class CustomerQuery(Query):
    phone: SoughtPhone | None = None
    email: SoughtEmail | None = None


class CustomerCreate(Body):
    name: Name
    contact_phone: Phone | None = None
    contact_email: Email | None = None
    status: StatusField = Status.ACTIVE
    owner_id: OwnerId | None = None


class CustomerView(View):
    """A customer; the phone number is masked."""

    customer_id: str
    tenant_id: str
    name: str
    contact_phone: str | None
    contact_email: str | None
    status: int
    owner_id: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, customer: Customer) -> "CustomerView":
        return cls(
            customer_id=customer.id,
            tenant_id=customer.tenant_id,
            name=customer.name,
            contact_phone=mask_phone(customer.contact_phone),
            contact_email=answered_email(customer.contact_email),
            status=customer.status,
            owner_id=customer.owner_id,
            created_at=format_time(customer.created_at),
            updated_at=format_time(customer.updated_at),
        )


class CustomerPatch(PatchFields):
    view: ClassVar[type[View]] = CustomerView

    name: Name | UnsetType = UNSET
    contact_phone: Phone | UnsetType | None = UNSET
    contact_email: Email | UnsetType | None = UNSET
    status: StatusField | UnsetType = UNSET
    owner_id: OwnerId | UnsetType | None = UNSET


class HandoverQuery(Query):
    narrows: ClassVar[bool] = False

    with_opportunities: bool = False


class CustomerReveal(Body):
    fields: Annotated[list[str], revealable("contactPhone", "contactEmail")]
    reason: Reason


class RevealedCustomerView(View):
    """What was asked for of a customer, in full."""

    customer_id: str
    revealed: Revealed


def in_full(customer: Customer, members: list[str]) -> Resource[RevealedCustomerView]:
    view = RevealedCustomerView(customer_id=customer.id, revealed=revealed(customer, members))
    return Resource(view, customer.id, customer.version)


def shown(customer: Customer) -> Resource[CustomerView]:
    return Resource(CustomerView.of(customer), customer.id, customer.version)


class AccessQuery(Query):
    user_id: OwnerId | None = None


_EXPLANATIONS = {
    AccessRule.WHOLE_TENANT: "access_whole_tenant",
    AccessRule.OWNER: "access_owner",
    AccessRule.OPPORTUNITY_OWNER: "access_opportunity_owner",
    AccessRule.OTHER_OWNER: "access_other_owner",
    AccessRule.NO_OWNER: "access_no_owner",
}


class AccessView(View):
    """Whether somebody sees a customer, and which rule says so."""

    customer_id: str
    tenant_id: str
    owner_id: str | None
    user_id: str | None
    granted: bool
    rule: Annotated[str, Meta(extra_json_schema={"enum": [str(rule) for rule in AccessRule]})]
    explanation: str

    @classmethod
    def of(cls, access: Access, language: Language) -> "AccessView":
        customer, rule = access.customer, access.rule
        return cls(
            customer_id=customer.id,
            tenant_id=customer.tenant_id,
            owner_id=customer.owner_id,
            user_id=access.user,
            granted=rule.grants,
            rule=rule,
            explanation=say(language, _EXPLANATIONS[rule]),
        )


class ImportRow(Body):
    """One customer of an import."""

    name: Name
    contact_phone: Phone | None = None
    contact_email: Email | None = None


class CustomerImport(Body):
    """Each item is checked by itself: a bad one does not keep the others out."""

    items: Annotated[
        list[Any], items(1, 2000, of=ImportRow, label=("客户列表", "The list of customers"))
    ]


class ImportQuery(Query):
    dry_run: bool = False


class ExportQuery(Query):
    narrows: ClassVar[bool] = False

    format: Annotated[str, choice("json", *FILES)] | None = None


class ImportedView(View):
    """A row that went in; on a dry run, one that would, and has no id."""

    index: int
    customer_id: str | None
    name: str


class RefusedView(View):
    """A row that did not go in, and why."""

    index: int
    name: str | None
    reason: str
    code: Annotated[str, Meta(description="错误码 · Error code", examples=["DUPLICATE_NAME"])]


class ImportView(View, kw_only=True):
    """What became of an import. `index` is the position in `items`, from 0."""

    accepted: bool = True
    created: int
    errors: Annotated[int, Meta(description="失败行数 · Rows that did not go in")]
    details: Annotated[list[ImportedView], Meta(description="成功的行 · The rows that went in")]
    errors_detail: list[RefusedView]


def checked_row(item: Any) -> tuple[dict[str, Any], list[Fault]]:
    """The cleaned members of an import's row, by attribute, and what is wrong with it."""
    if not isinstance(item, dict):
        return {}, [Fault("item", "type", {"expected": "object"})]
    return check_members(item, ImportRow)
