"""By what a record matches, the strongest first. Pure."""

from typing import Any

import msgspec

from crm_cell.kernel.lookup import email_key, phone_key
from crm_cell.search.name_core import name_core

USCC, NAME, PHONE, EMAIL, CORE, SIMILAR = KEYS = (
    "uscc",
    "name",
    "phone",
    "email",
    "nameCore",
    "similarName",
)


class Wanted(msgspec.Struct, frozen=True):
    """What is looked for. `exclude_id` is a record that is no match, with what belongs to it."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    uscc: str | None = None
    exclude_id: str | None = None

    @property
    def keys(self) -> list[str]:
        return [each for each in (NAME, PHONE, EMAIL, USCC) if getattr(self, each) is not None]


def keys_of(customer: Any) -> dict[str, str]:
    """By key, what customers are compared by; without what is empty."""
    found = {CORE: name_core(customer.name)}
    if customer.contact_phone is not None:
        found[PHONE] = phone_key(customer.contact_phone)
    if customer.contact_email is not None:
        found[EMAIL] = email_key(customer.contact_email)
    if customer.uscc is not None:
        found[USCC] = customer.uscc
    return {key: value for key, value in found.items() if value}


def wanted_of(customer: Any, keys: Any) -> Wanted:
    """To look for others that have some of its keys."""
    return Wanted(
        name=customer.name if CORE in keys else None,
        phone=customer.contact_phone if PHONE in keys else None,
        email=customer.contact_email if EMAIL in keys else None,
        uscc=customer.uscc if USCC in keys else None,
        exclude_id=customer.id,
    )
