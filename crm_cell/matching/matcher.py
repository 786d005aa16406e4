"""Finds customers and contacts that may be the same as a customer, in the whole tenant."""

from collections.abc import Container, Iterable
from typing import Final

import msgspec

from crm_cell.contacts.resource import Contact, contacts
from crm_cell.customers.resource import Customer, customers
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.text import name_key
from crm_cell.matching.keys import CORE, EMAIL, KEYS, NAME, PHONE, SIMILAR, USCC, Wanted
from crm_cell.resources.services import Services
from crm_cell.search.index import find_core, find_similar
from crm_cell.search.name_core import name_core, similarity, words_of
from crm_cell.storage.engine import Reader

MOST_MATCHES: Final = 5
_MOST_CANDIDATES: Final = 100
_LEAST_SIMILARITY: Final = 0.75


class Found(msgspec.Struct, frozen=True):
    """A record, before it is decided what of it is shown."""

    record: Customer | Contact
    matched_by: list[str]

    @property
    def rank(self) -> int:
        return KEYS.index(self.matched_by[0])


class Matcher:
    def __init__(self, services: Services) -> None:
        self._customers = services.of(customers)
        self._contacts = services.of(contacts)

    async def find(
        self, tx: Reader, tenant: str, wanted: Wanted, keys: Container[str] = KEYS
    ) -> list[Found]:
        """The strongest first, the newest of them first. `keys` are those by which names are
        compared; what else is compared, `wanted` says."""
        found: dict[str, Found] = {}

        def add(key: str, records: Iterable[Customer | Contact]) -> None:
            for each in records:
                # Nor are the contacts of a customer that is being edited.
                if wanted.exclude_id not in (each.id, customer_id_of(each)):
                    found.setdefault(each.id, Found(each, [])).matched_by.append(key)

        if wanted.uscc is not None:
            add(USCC, await self._having(tx, tenant, "uscc", wanted.uscc))
        if wanted.name is not None and NAME in keys:
            add(NAME, await self._having(tx, tenant, "name_key", name_key(wanted.name)))
        if wanted.phone is not None:
            add(PHONE, await self._with(tx, tenant, "contact_phone", "phone", wanted.phone))
        if wanted.email is not None:
            add(EMAIL, await self._with(tx, tenant, "contact_email", "email", wanted.email))
        if wanted.name is not None:
            alike = await self._alike(tx, tenant, wanted.name, whole=SIMILAR not in keys)
            for key, records in alike.items():
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

    async def _alike(
        self, tx: Reader, tenant: str, name: str, *, whole: bool
    ) -> dict[str, list[Customer]]:
        """Customers by how their names are alike. `whole`: only those of the same core."""
        words, everything, store = words_of(name), Actor(tenant), self._customers.store
        if not words:
            return {}
        core, find = "".join(words), find_core if whole else find_similar
        ids = await find(tx, tenant, customers.name, words, _MOST_CANDIDATES)
        titles = await store.titles(tx, everything, ids)
        cores = {each: name_core(title) for each, title in titles.items()}
        alike = {each: similarity(core, other) for each, other in cores.items()}
        least = 1.0 if whole else _LEAST_SIMILARITY
        best = sorted(
            (each for each in alike if alike[each] >= least),
            key=lambda each: (alike[each], each),
            reverse=True,
        )[: MOST_MATCHES + 1]
        records = await store.find_many(tx, everything, best)
        return {
            CORE: [each for each in records if cores[each.id] == core],
            SIMILAR: [each for each in records if cores[each.id] != core],
        }


def customer_id_of(record: Customer | Contact) -> str:
    return record.id if isinstance(record, Customer) else record.customer_id


def _has(found: dict[str, Found], record: Customer, key: str) -> bool:
    return record.id in found and key in found[record.id].matched_by
