"""What a contact is, and what may become of one."""

from typing import Any, ClassVar

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, revised


class Contact(Entity, frozen=True):
    resource: ClassVar[str] = "contact"
    phones: ClassVar[frozenset[str]] = frozenset({"phone"})
    emails: ClassVar[frozenset[str]] = frozenset({"email"})

    customer_id: str
    owner_id: str | None
    name: str
    phone: str | None
    email: str | None
    is_primary: bool


def new_contact(
    actor: Actor,
    identifier: str,
    now: int,
    *,
    customer_id: str,
    owner_id: str | None,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    is_primary: bool = False,
) -> Contact:
    """`owner_id` is the customer's owner: a contact is seen by whoever sees its customer."""
    return Contact(
        tenant_id=actor.tenant,
        id=identifier,
        version=1,
        created_at=now,
        updated_at=now,
        customer_id=customer_id,
        owner_id=owner_id,
        name=name,
        phone=phone,
        email=email,
        is_primary=is_primary,
    )


def restored(contact: Contact, owner_id: str | None, now: int, *, is_primary: bool) -> Contact:
    """`owner_id` is the customer's owner, who may be another one by now."""
    return revised(contact, {"owner_id": owner_id, "is_primary": is_primary}, now)


def changed(contact: Contact, changes: dict[str, Any], now: int) -> Contact:
    return revised(contact, changes, now)
