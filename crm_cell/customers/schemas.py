"""Customers on the wire."""

from typing import Annotated, ClassVar

from msgspec import UNSET, UnsetType

from crm_cell.customers.rules import Customer, Status
from crm_cell.http.answers import Resource
from crm_cell.http.fields import email, owner, phone, text, whole
from crm_cell.http.schema import Body, PatchFields, View
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.masking import mask_phone

Name = Annotated[str, text(1, 200, examples=["杭州云图科技有限公司"])]
Phone = Annotated[str, phone()]
Email = Annotated[str, email()]
OwnerId = Annotated[str, owner()]
StatusField = Annotated[int, whole(1, 2, description="1 正常 active, 2 停用 disabled")]


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
            contact_email=customer.contact_email,
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


def shown(customer: Customer) -> Resource[CustomerView]:
    return Resource(CustomerView.of(customer), customer.id, customer.version)
