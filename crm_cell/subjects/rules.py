"""Who the person is, what is theirs, and which traces of it there are."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from crm_cell.kernel.entity import camel
from crm_cell.kernel.ids import time_of
from crm_cell.kernel.text import name_key

_RESOURCES = ("customer", "contact", "opportunity", "follow_up", "contract", "payment")
_MONEY = frozenset({"contract", "payment"})
# What an event may still say when the rest is taken away.
_IDS = frozenset({"tenantId", *(camel(f"{resource}_id") for resource in _RESOURCES)})
_ID_OF = {resource: camel(f"{resource}_id") for resource in _RESOURCES}
# What the trail says of erasing has no personal data in it, not even a name.
_ERASED = "erased"
_REACH = frozenset({"contactPhone", "contactEmail"})
_REVEALED = "revealed"


class Subject(msgspec.Struct, frozen=True):
    """By what the person is found: one of these."""

    phone: str | None = None
    email: str | None = None
    customer_id: str | None = None
    contact_id: str | None = None


class Similar(msgspec.Struct, frozen=True):
    """A record that may be the person's: somebody should look at it."""

    resource: str
    id: str
    shown: str
    """Its number or address, masked."""


class Found(msgspec.Struct):
    """The ids of all that is the person's, hidden records too, each list in order."""

    customers: list[str] = []
    """Those that are the person."""
    reached: list[str] = []
    """Those that only have the person's number or address."""
    contacts: list[str] = []
    opportunities: list[str] = []
    follow_ups: list[str] = []
    contracts: list[str] = []
    payments: list[str] = []
    names: set[str] = set()
    """What the customers are and were called, as names are compared."""
    similar: list[Similar] = []
    """Not among the others, and not counted."""

    @property
    def counts(self) -> dict[str, int]:
        """By member of the exported document, of everything that there is."""
        return {
            "customers": len(self.customers) + len(self.reached),
            "contacts": len(self.contacts),
            "opportunities": len(self.opportunities),
            "followUps": len(self.follow_ups),
            "contracts": len(self.contracts),
            "payments": len(self.payments),
        }

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


class Sought(msgspec.Struct, frozen=True):
    """What a trace is recognised by."""

    ids: Mapping[str, frozenset[str]]
    """By resource."""
    reached: frozenset[str]
    names: frozenset[str]

    @property
    def oldest(self) -> int:
        """The moment before which there can be no trace of any of them: ids tell when they were
        made."""
        return min((time_of(each) for ids in self.ids.values() for each in ids), default=0)

    def and_also(self, resource: str, ids: Iterable[str]) -> "Sought":
        more = {**self.ids, resource: self.ids[resource] | frozenset(ids)}
        return msgspec.structs.replace(self, ids=more)

    def and_named(self, names: frozenset[str]) -> "Sought":
        return msgspec.structs.replace(self, names=self.names | names)

    def has_record(self, identifier: str | None) -> bool:
        return any(identifier in ids for ids in self.ids.values())

    def has_event(self, event_type: str, data: Mapping[str, Any]) -> bool:
        resource = _resource_of(event_type)
        return data.get(_ID_OF.get(resource, "")) in self.ids.get(resource, ())

    def left_of(self, event_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """What an event of theirs may still say."""
        if _resource_of(event_type) == "customer" and data["customerId"] in self.reached:
            return {**data, **dict.fromkeys(_REACH & data.keys())}
        return {member: value for member, value in data.items() if member in _IDS}

    def names_in(self, event_type: str, data: Mapping[str, Any]) -> frozenset[str]:
        """What an event calls a customer that is the person."""
        if _resource_of(event_type) != "customer" or "name" not in data:
            return frozenset()
        theirs = data["customerId"] not in self.reached
        return frozenset({name_key(data["name"])} if theirs else ())

    def has_import(self, ids: Iterable[str], names: Iterable[str]) -> bool:
        """A report of imported customers tells names, and no numbers or addresses."""
        theirs = self.ids["customer"] - self.reached
        return not theirs.isdisjoint(ids) or not self.names.isdisjoint(names)

    def has_entry(self, record: str, action: str, changes: Mapping[str, Any]) -> bool:
        """Of a customer that only had the number, what tells numbers and addresses."""
        if action == _ERASED:
            return False
        if record not in self.reached:
            return True
        return action == _REVEALED or not _REACH.isdisjoint(changes)


def _resource_of(event_type: str) -> str:
    """crm.customer.created → customer"""
    return event_type.split(".")[1]


def sought(found: Found, *, money: bool) -> Sought:
    """`money`: contracts and payments too. They are handed out, and never erased."""
    ids = {
        "customer": [*found.customers, *found.reached],
        "contact": found.contacts,
        "opportunity": found.opportunities,
        "follow_up": found.follow_ups,
        "contract": found.contracts,
        "payment": found.payments,
    }
    return Sought(
        {name: frozenset(of) for name, of in ids.items() if money or name not in _MONEY},
        frozenset(found.reached),
        frozenset(found.names),
    )
