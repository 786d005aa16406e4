"""Finds pairs of customers that may be the same, in a running service.

Customers are compared in the order of their last change, each once after every change, some at a
time. How far the search has come is stored with the pairs, under a lock: a restart goes on from
there, and of several processes one at a time compares the customers of a tenant. Customers are read
outside of the transaction that writes, so that no request waits for the comparison.
"""

import asyncio

import msgspec

from crm_cell.customers.pairs import store as pairs
from crm_cell.customers.pairs.store import Place
from crm_cell.customers.resource import Customer, customers
from crm_cell.kernel.actor import Actor
from crm_cell.matching.keys import keys_of, wanted_of
from crm_cell.matching.matcher import MOST_MATCHES, Matcher
from crm_cell.matching.policy import POLICY_KEYS
from crm_cell.resources.services import Services
from crm_cell.storage.background import run_periodically
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx

_INTERVAL_SECONDS = 60.0
_PAUSE_SECONDS = 0.1
_BATCH = 50
# Of a tenant in one round: the rest waits for the next.
_MOST_BATCHES = 40
# Writes that began before are visible by now; a later one is seen by the next round.
_SETTLED_MS = 30_000


class Compared(msgspec.Struct):
    """What came of some customers."""

    begin: Place
    end: Place
    found: set[tuple[str, str]]
    gone: set[str]


class PairSearch:
    def __init__(
        self, database: Database, services: Services, *, settled_ms: int = _SETTLED_MS
    ) -> None:
        self._database = database
        self._customers = services.of(customers)
        self._matcher = Matcher(services)
        self._settled_ms = settled_ms

    async def run_forever(self) -> None:
        await asyncio.sleep(_INTERVAL_SECONDS / 2)
        await run_periodically("duplicates", _INTERVAL_SECONDS, self.run)

    async def run(self) -> int:
        """One round. Returns how many customers were compared."""
        compared = 0
        for tenant in await self._database.read(
            "duplicates.tenants", EVERY_TENANT, pairs.tenants, long=True
        ):
            for _ in range(_MOST_BATCHES):
                many = await self._batch(tenant)
                compared += many
                if many < _BATCH:
                    break
                await asyncio.sleep(_PAUSE_SECONDS)
        return compared

    async def _batch(self, tenant: str) -> int:
        async def compare(tx: Reader) -> tuple[int, Compared | None]:
            return await self._compare(tx, tenant)

        many, compared = await self._database.read("duplicates.compare", tenant, compare, long=True)
        if compared is None:
            return many

        async def write(tx: Tx) -> None:
            await tx.lock("duplicates.search", tenant=tenant)
            if await pairs.place_of(tx, tenant) == compared.begin:
                await pairs.add(tx, tenant, sorted(compared.found))
                await pairs.drop(tx, tenant, sorted(compared.gone))
                await pairs.note_place(tx, tenant, compared.end)

        await self._database.write("duplicates.write", tenant, write)
        return many

    async def _compare(self, tx: Reader, tenant: str) -> tuple[int, Compared | None]:
        begin = await pairs.place_of(tx, tenant)
        until = tx.now - self._settled_ms
        changed = await pairs.changed_since(tx, tenant, begin, until, _BATCH)
        if not changed:
            return 0, None
        compared = Compared(begin, changed[-1], set(), set())
        ids = [identifier for _, identifier in changed]
        for customer in await self._customers.store.find_many(tx, Actor(tenant), ids):
            await self._compare_one(tx, customer, compared)
        return len(changed), compared

    async def _compare_one(self, tx: Reader, customer: Customer, compared: Compared) -> None:
        tenant = customer.tenant_id
        wanted = wanted_of(customer, POLICY_KEYS)
        alike = [
            each.record.id
            for each in await self._matcher.find(tx, tenant, wanted, POLICY_KEYS)
            if isinstance(each.record, Customer)
        ]
        for other in alike[:MOST_MATCHES]:
            compared.found.add((min(customer.id, other), max(customer.id, other)))
        known = await pairs.of_customer(tx, tenant, customer.id)
        others = {next(each for each in pair.ids if each != customer.id): pair for pair in known}
        for each in await self._customers.store.find_many(tx, Actor(tenant), sorted(others)):
            if not common_keys(customer, each):
                compared.gone.add(others[each.id].id)


def common_keys(one: Customer, other: Customer) -> list[str]:
    """By what two customers are alike."""
    keys, others = keys_of(one), keys_of(other)
    return [key for key in POLICY_KEYS if key in keys and keys[key] == others.get(key)]
