"""What is shown of customers and contacts that may be the same as another.

In the whole tenant, also of what the caller may not open: that a record is there, whose it is, and
in which month somebody was last in touch. Its name is shown to those who have named it themselves,
by its name or its credit code: a number or an address alone does not show whose it is.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from crm_cell.contacts.resource import Contact, contacts
from crm_cell.customers.resource import Customer, customers
from crm_cell.kernel.actor import Actor
from crm_cell.matching.keys import CORE, EMAIL, NAME, PHONE, SIMILAR, USCC
from crm_cell.matching.matcher import Found, customer_id_of
from crm_cell.people.users import store as users
from crm_cell.resources.scope import Scope
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader

_EXACT: Final = frozenset({USCC, NAME, PHONE, EMAIL})
_NAMED: Final = frozenset({USCC, NAME, CORE, SIMILAR})
"""Who matches by these is known to the caller by name."""


class Match(msgspec.Struct, frozen=True):
    type: str
    id: str | None
    matched_by: Sequence[str]
    name: str | None
    owner: str | None
    owner_name: str | None
    last_active_at: int
    can_open: bool


class Showing:
    def __init__(self, services: Services) -> None:
        self._customers = services.of(customers)
        self._contacts = services.of(contacts)

    async def of(self, tx: Reader, actor: Actor, found: Sequence[Found]) -> list[Match]:
        """What the caller may know of them."""
        parents = await self._parents(tx, actor.tenant, found)
        readable = await self._readable(tx, actor, found)
        names = await _names_of(tx, actor.tenant, [_owner_of(each.record) for each in found])
        return [
            _shown(
                each,
                parents[customer_id_of(each.record)],
                names,
                can_open=each.record.id in readable,
            )
            for each in found
            # A customer may have been deleted since its contact was read.
            if customer_id_of(each.record) in parents
        ]

    async def _parents(
        self, tx: Reader, tenant: str, found: Sequence[Found]
    ) -> dict[str, Customer]:
        """The customers of all, by id."""
        known = {each.record.id: each.record for each in found if isinstance(each.record, Customer)}
        missing = {customer_id_of(each.record) for each in found} - known.keys()
        more = await self._customers.store.find_many(tx, Actor(tenant), sorted(missing))
        return known | {each.id: each for each in more}

    async def _readable(self, tx: Reader, actor: Actor, found: Sequence[Found]) -> set[str]:
        """The ids of those that the caller may open."""
        readable: set[str] = set()
        for service in (self._customers, self._contacts):
            kind: Any = service.resource.record
            ids = [each.record.id for each in found if isinstance(each.record, kind)]
            if ids:
                records = await service.store.find_many(tx, actor, ids, Scope.READABLE)
                readable |= {each.id for each in records}
        return readable


def verdict_of(matches: Sequence[Match]) -> str:
    if not matches:
        return "none"
    is_exact = any(not _EXACT.isdisjoint(each.matched_by) for each in matches)
    return "exact" if is_exact else "similar"


def _shown(
    found: Found, customer: Customer, owner_names: dict[str, str], *, can_open: bool
) -> Match:
    record, owner = found.record, _owner_of(found.record)
    is_named = can_open or (
        isinstance(record, Customer) and not _NAMED.isdisjoint(found.matched_by)
    )
    return Match(
        type=customers.name if isinstance(record, Customer) else contacts.name,
        id=record.id if can_open else None,
        matched_by=found.matched_by,
        name=record.name if is_named else None,
        owner=owner,
        owner_name=owner_names.get(owner or ""),
        last_active_at=max(customer.created_at, customer.last_follow_up_at or 0),
        can_open=can_open,
    )


def _owner_of(record: Customer | Contact) -> str | None:
    return record.owner_id


async def _names_of(tx: Reader, tenant: str, owners: Iterable[str | None]) -> dict[str, str]:
    """Of those who are users."""
    found = {}
    for owner in {each for each in owners if each is not None}:
        user = await users.find(tx, tenant, owner)
        if user is not None:
            found[owner] = user.name
    return found
