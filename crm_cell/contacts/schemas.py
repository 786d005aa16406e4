"""Contacts on the wire."""

from typing import Annotated, ClassVar

from msgspec import UNSET, UnsetType

from crm_cell.contacts.rules import Contact
from crm_cell.http.answers import Resource
from crm_cell.http.fields import boolean, email, phone, reference, text
from crm_cell.http.revealing import Reason, Revealed, revealable
from crm_cell.http.schema import Body, PatchFields, Query, View
from crm_cell.http.sought import SoughtEmail, SoughtPhone
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.masking import answered_email, mask_phone
from crm_cell.reveals.service import revealed

CustomerId = Annotated[str, reference(label=("所属客户", "Customer"))]
Name = Annotated[str, text(1, 200, label=("联系人姓名", "Contact name"), examples=["李雷"])]
IsPrimary = Annotated[bool, boolean(label=("首要联系人", "Primary contact"))]
Phone = Annotated[str, phone(label=("电话", "Phone"))]
Email = Annotated[str, email(label=("邮箱", "E-mail"))]


class ContactQuery(Query):
    customer_id: CustomerId | None = None
    phone: SoughtPhone | None = None
    email: SoughtEmail | None = None


class ContactCreate(Body):
    customer_id: CustomerId
    name: Name
    phone: Phone | None = None
    email: Email | None = None
    is_primary: IsPrimary = False


class ContactView(View):
    """A contact of a customer; the phone number is masked."""

    contact_id: str
    tenant_id: str
    customer_id: str
    name: str
    phone: str | None
    email: str | None
    is_primary: bool
    owner_id: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, contact: Contact) -> "ContactView":
        return cls(
            contact_id=contact.id,
            tenant_id=contact.tenant_id,
            customer_id=contact.customer_id,
            name=contact.name,
            phone=mask_phone(contact.phone),
            email=answered_email(contact.email),
            is_primary=contact.is_primary,
            owner_id=contact.owner_id,
            created_at=format_time(contact.created_at),
            updated_at=format_time(contact.updated_at),
        )


class ContactPatch(PatchFields):
    view: ClassVar[type[View]] = ContactView

    name: Name | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    is_primary: IsPrimary | UnsetType = UNSET


class ContactReveal(Body):
    fields: Annotated[list[str], revealable("phone", "email")]
    reason: Reason


class RevealedContactView(View):
    """What was asked for of a contact, in full."""

    contact_id: str
    revealed: Revealed


def in_full(contact: Contact, members: list[str]) -> Resource[RevealedContactView]:
    view = RevealedContactView(contact_id=contact.id, revealed=revealed(contact, members))
    return Resource(view, contact.id, contact.version)


def shown(contact: Contact) -> Resource[ContactView]:
    return Resource(ContactView.of(contact), contact.id, contact.version)
