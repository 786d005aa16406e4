"""Carrying out the plan through the services, so that counters, history and trail are right."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

import msgspec

from crm_cell.contacts import service as contacts
from crm_cell.contracts import service as contracts
from crm_cell.customers import service as customers
from crm_cell.demo import store
from crm_cell.demo.deeds import Deed, Key, Subject
from crm_cell.demo.plan import Sitting, make_plan
from crm_cell.follow_ups import service as follow_ups
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity
from crm_cell.opportunities import service as opportunities
from crm_cell.payments import service as payments
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx

TENANT = "demo"
_DAY_MS = 86_400_000

_CREATE: dict[Subject, Callable[..., Awaitable[Entity]]] = {
    "customer": customers.create,
    "contact": contacts.create,
    "opportunity": opportunities.create,
    "follow_up": follow_ups.create,
    "contract": contracts.create,
    "payment": payments.register,
}


class DemoSummary(msgspec.Struct, frozen=True):
    """How many of each kind were made."""

    customers: int
    contacts: int
    opportunities: int
    follow_ups: int
    contracts: int
    payments: int


async def is_empty(database: Database) -> bool:
    """Whether no tenant has, or ever had, a customer."""

    async def look(tx: Reader) -> bool:
        return not await store.has_customers(tx)

    return await database.read("demo.is_empty", EVERY_TENANT, look)


async def is_filled(database: Database) -> bool:
    """Whether the tenant `demo` has customers, so that its name may be shown to people."""

    async def look(tx: Reader) -> bool:
        return await store.has_customers_of(tx, TENANT)

    return await database.read("demo.is_filled", TENANT, look)


async def fill(database: Database, *, today: date | None = None) -> DemoSummary:
    """Fill the tenant `demo` with the half year before `today`, in UTC.

    The sittings of one day do not build upon each other, so they go in side by side.
    """
    plan = make_plan(today or datetime.now(UTC).date())
    ids: dict[Key, str] = {}
    for _, of_one_day in groupby(plan, key=lambda sitting: sitting.moment // _DAY_MS):
        await asyncio.gather(*(_sit(database, sitting, ids) for sitting in of_one_day))
    return _summary(plan)


async def _sit(database: Database, sitting: Sitting, ids: dict[Key, str]) -> None:
    actor = Actor(TENANT, user=sitting.owner, owner=sitting.owner)

    async def unit(tx: Tx) -> None:
        for deed in sitting.deeds:
            await _do(tx, actor, deed, ids)

    await database.write("demo.fill", TENANT, unit, now=sitting.moment)


async def _do(tx: Tx, actor: Actor, deed: Deed, ids: dict[Key, str]) -> None:
    if deed.is_change:
        await _change(tx, actor, deed.key[0], ids[deed.key], deed.members)
        return
    references = {member: ids[key] for member, key in deed.references.items()}
    made = await _CREATE[deed.key[0]](tx, actor, **deed.members, **references)
    ids[deed.key] = made.id


async def _change(
    tx: Tx, actor: Actor, subject: Subject, identifier: str, changes: dict[str, Any]
) -> None:
    """The record is read afresh: a payment changes its contract too."""
    match subject:
        case "customer":
            customer = await customers.get(tx, actor, identifier)
            await customers.update(tx, actor, customer, changes)
        case "opportunity":
            opportunity = await opportunities.get(tx, actor, identifier)
            await opportunities.update(tx, actor, opportunity, changes)
        case "contract":
            contract = await contracts.get(tx, actor, identifier)
            await contracts.update(tx, actor, contract, changes)


def _summary(plan: list[Sitting]) -> DemoSummary:
    made = Counter(deed.key[0] for sitting in plan for deed in sitting.deeds if not deed.is_change)
    return DemoSummary(
        customers=made["customer"],
        contacts=made["contact"],
        opportunities=made["opportunity"],
        follow_ups=made["follow_up"],
        contracts=made["contract"],
        payments=made["payment"],
    )
