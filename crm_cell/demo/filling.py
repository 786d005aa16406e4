"""Applies the plan through the services, which also write counters, history and audit log."""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from itertools import groupby

import msgspec

from crm_cell.demo.actions import Action, Key
from crm_cell.demo.looking import TENANT
from crm_cell.demo.plan import WorkSession, make_plan
from crm_cell.demo.staff import hire, name_tags
from crm_cell.duplicates.policy import PolicyService
from crm_cell.duplicates.searching import PairSearch
from crm_cell.kernel.actor import Actor
from crm_cell.matching.guard import policies_of
from crm_cell.matching.policy import NOTHING, Policy
from crm_cell.registry import make_services
from crm_cell.resources.rebuilding import Rebuilding
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Database, Tx

_DAY_MS = 86_400_000
_POLICY = Policy(
    {
        "nameCore": {"api": "block", "batch": "warn", "import": "warn"},
        "phone": {"api": "warn", "batch": "warn", "import": "warn"},
        "uscc": {"api": "block", "batch": "block", "import": "block"},
    }
)
_CHINA = timezone(timedelta(hours=8))


class DemoSummary(msgspec.Struct, frozen=True):
    """The number of created records of each kind."""

    customers: int
    contacts: int
    opportunities: int
    follow_ups: int
    contracts: int
    payments: int


async def fill(database: Database, *, today: date | None = None) -> DemoSummary:
    """Fill the tenant `demo` with the half year before `today`, in China.

    The sessions of one day do not depend on each other, so they run concurrently.
    """
    plan = make_plan(today or datetime.now(_CHINA).date())
    services = make_services()
    # What is written from now on is indexed: without this, the first start would index it again.
    await Rebuilding(database, services).begin()

    async def unit(tx: Tx) -> None:
        await hire(tx, Actor(TENANT), services)
        await name_tags(tx, Actor(TENANT), services)

    await database.write("demo.hire", TENANT, unit, now=plan[0].time - 1)
    ids: dict[Key, str] = {}
    for _, of_one_day in groupby(plan, key=lambda session: session.time // _DAY_MS):
        await asyncio.gather(
            *(_run_session(database, services, session, ids) for session in of_one_day)
        )
    await _look_for_duplicates(database, services)
    return _summary(plan)


async def _look_for_duplicates(database: Database, services: Services) -> None:
    """There is a company that was entered twice."""

    async def unit(tx: Tx) -> None:
        await PolicyService(policies_of(services)).set(tx, Actor(TENANT), NOTHING, _POLICY)

    await database.write("demo.policy", TENANT, unit)
    await PairSearch(database, services).run()


async def _run_session(
    database: Database, services: Services, session: WorkSession, ids: dict[Key, str]
) -> None:
    actor = Actor(TENANT, user=session.owner, owner=session.owner)

    async def unit(tx: Tx) -> None:
        for action in session.actions:
            await _apply(tx, services, actor, action, ids)

    await database.write("demo.fill", TENANT, unit, now=session.time)


async def _apply(
    tx: Tx, services: Services, actor: Actor, action: Action, ids: dict[Key, str]
) -> None:
    service = services.named(action.key[0])
    references = {member: ids[key] for member, key in action.references.items()}
    if action.is_change:
        # Read the current version: a payment also changes its contract.
        record = await service.get(tx, actor, ids[action.key])
        await service.update(tx, actor, record, {**action.members, **references})
        return
    if action.is_deletion:
        await service.delete(tx, actor, await service.get(tx, actor, ids[action.key]))
        return
    made = await service.create(tx, actor, {**action.members, **references})
    ids[action.key] = made.id


def _summary(plan: list[WorkSession]) -> DemoSummary:
    made: Counter[str] = Counter()
    for session in plan:
        made.update(action.key[0] for action in session.actions if action.is_creation)
        made.subtract(action.key[0] for action in session.actions if action.is_deletion)
    return DemoSummary(
        customers=made["customer"],
        contacts=made["contact"],
        opportunities=made["opportunity"],
        follow_ups=made["follow_up"],
        contracts=made["contract"],
        payments=made["payment"],
    )
