"""Which customers and contacts may be the one that somebody is about to create.

The answer covers the whole tenant, also what the caller may not open: that a record is there, whose
it is, and in which month somebody was last in touch. Its name is shown to those who have named it
themselves, by its name or its credit code: a number or an address alone does not show whose it is.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from crm_cell.contacts.resource import Contact, contacts
from crm_cell.customers.resource import Customer, customers
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.text import name_key
from crm_cell.people.users import store as users
from crm_cell.resources.scope import Scope
from crm_cell.resources.services import Services
from crm_cell.reveals import duplicate_checks
from crm_cell.search.index import find_similar
from crm_cell.search.name_core import name_core, similarity, words_of
from crm_cell.storage.engine import Reader, Tx

MOST_MATCHES: Final = 5
_MOST_CANDIDATES: Final = 100
_LEAST_SIMILARITY: Final = 0.75

USCC, NAME, PHONE, EMAIL, CORE, SIMILAR = KEYS = (
    "uscc",
    "name",
    "phone",
    "email",
    "nameCore",
    "similarName",
)
"""By what a record matches, the strongest first."""
_EXACT: Final = frozenset({USCC, NAME, PHONE, EMAIL})
_NAMED: Final = frozenset({USCC, NAME, CORE, SIMILAR})
"""Who matches by these is known to the caller by name."""


class Wanted(msgspec.Struct, frozen=True):
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    uscc: str | None = None
    exclude_id: str | None = None

    @property
    def keys(self) -> list[str]:
        return [each for each in (NAME, PHONE, EMAIL, USCC) if getattr(self, each) is not None]


class Match(msgspec.Struct, frozen=True):
    type: str
    id: str | None
    matched_by: Sequence[str]
    name: str | None
    owner: str | None
    owner_name: str | None
    last_active_at: int
    can_open: bool


class Found(msgspec.Struct, frozen=True):
    """A record, before it is decided what of it is shown."""

    record: Customer | Contact
    matched_by: list[str]

    @property
    def rank(self) -> int:
        return KEYS.index(self.matched_by[0])


class Duplicates:
    def __init__(self, services: Services) -> None:
        self._limits = services.limits
        self._customers = services.of(customers)
        self._contacts = services.of(contacts)

    async def check(self, tx: Tx, actor: Actor, wanted: Wanted) -> list[Match]:
        """The strongest first. Raises RateLimited."""
        await duplicate_checks.count(tx, actor, self._limits.duplicate_checks_per_day)
        matches = await self.look(tx, actor, wanted)
        await duplicate_checks.record(
            tx,
            actor,
            customers.name,
            keys=wanted.keys,
            verdict=verdict_of(matches),
            matches=len(matches),
        )
        return matches

    async def look(self, tx: Reader, actor: Actor, wanted: Wanted) -> list[Match]:
        """Without counting it."""
        found = await self._find(tx, actor.tenant, wanted)
        return await self._shown(tx, actor, found[:MOST_MATCHES])

    async def _find(self, tx: Reader, tenant: str, wanted: Wanted) -> list[Found]:
        found: dict[str, Found] = {}

        def add(key: str, records: Iterable[Customer | Contact]) -> None:
            for each in records:
                # Nor are the contacts of a customer that is being edited.
                if wanted.exclude_id not in (each.id, _customer_id(each)):
                    found.setdefault(each.id, Found(each, [])).matched_by.append(key)

        if wanted.uscc is not None:
            add(USCC, await self._having(tx, tenant, "uscc", wanted.uscc))
        if wanted.name is not None:
            add(NAME, await self._having(tx, tenant, "name_key", name_key(wanted.name)))
        if wanted.phone is not None:
            add(PHONE, await self._with(tx, tenant, "contact_phone", "phone", wanted.phone))
        if wanted.email is not None:
            add(EMAIL, await self._with(tx, tenant, "contact_email", "email", wanted.email))
        if wanted.name is not None:
            for key, records in (await self._similar(tx, tenant, wanted.name)).items():
                add(key, (each for each in records if not _has(found, each, NAME)))
        newest = sorted(found.values(), key=lambda each: each.record.id, reverse=True)
        return sorted(newest, key=lambda each: each.rank)

    async def _having(self, tx: Reader, tenant: str, field: str, value: str) -> list[Customer]:
        # One more, because one of them may be excluded.
        store = self._customers.store
        return await store.having(tx, tenant, {field: value}, limit=MOST_MATCHES + 1)

    async def _with(
        self, tx: Reader, tenant: str, of_customer: str, of_contact: str, value: str
    ) -> list[Customer | Contact]:
        everything, many = Actor(tenant), MOST_MATCHES + 1
        return [
            *await self._customers.store.with_contact_detail(
                tx, everything, of_customer, value, limit=many
            ),
            *await self._contacts.store.with_contact_detail(
                tx, everything, of_contact, value, limit=many
            ),
        ]

    async def _similar(self, tx: Reader, tenant: str, name: str) -> dict[str, list[Customer]]:
        """Customers by how their names are alike."""
        words, everything, store = words_of(name), Actor(tenant), self._customers.store
        if not words:
            return {}
        core = "".join(words)
        ids = await find_similar(tx, tenant, customers.name, words, _MOST_CANDIDATES)
        cores = {each: name_core(title) for each, title in await self._titles(tx, tenant, ids)}
        alike = {each: similarity(core, other) for each, other in cores.items()}
        best = sorted(
            (each for each in alike if alike[each] >= _LEAST_SIMILARITY),
            key=lambda each: (alike[each], each),
            reverse=True,
        )[: MOST_MATCHES + 1]
        records = await store.find_many(tx, everything, best)
        return {
            CORE: [each for each in records if cores[each.id] == core],
            SIMILAR: [each for each in records if cores[each.id] != core],
        }

    async def _titles(self, tx: Reader, tenant: str, ids: list[str]) -> Iterable[tuple[str, str]]:
        return (await self._customers.store.titles(tx, Actor(tenant), ids)).items()

    async def _shown(self, tx: Reader, actor: Actor, found: Sequence[Found]) -> list[Match]:
        parents = await self._parents(tx, actor.tenant, found)
        readable = await self._readable(tx, actor, found)
        names = await _names_of(tx, actor.tenant, [_owner_of(each.record) for each in found])
        return [
            _shown(
                each,
                parents[_customer_id(each.record)],
                names,
                can_open=each.record.id in readable,
            )
            for each in found
            # A customer may have been deleted since its contact was read.
            if _customer_id(each.record) in parents
        ]

    async def _parents(
        self, tx: Reader, tenant: str, found: Sequence[Found]
    ) -> dict[str, Customer]:
        """The customers of all, by id."""
        known = {each.record.id: each.record for each in found if isinstance(each.record, Customer)}
        missing = {_customer_id(each.record) for each in found} - known.keys()
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


def _has(found: dict[str, Found], record: Customer, key: str) -> bool:
    return record.id in found and key in found[record.id].matched_by


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


def _customer_id(record: Customer | Contact) -> str:
    return record.id if isinstance(record, Customer) else record.customer_id


async def _names_of(tx: Reader, tenant: str, owners: Iterable[str | None]) -> dict[str, str]:
    """Of those who are users."""
    found = {}
    for owner in {each for each in owners if each is not None}:
        user = await users.find(tx, tenant, owner)
        if user is not None:
            found[owner] = user.name
    return found
