"""Reads the sums of other domains."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.opportunities.funnel import FunnelRow
from crm_cell.opportunities.service import OpportunityService
from crm_cell.opportunities.stages import STAGES, Status
from crm_cell.reports import store
from crm_cell.reports.forecast.store import (
    Expected,
    ForecastKey,
    Month,
    Narrowing,
    Sum,
    expected_in,
    targets_of,
    won_in,
)
from crm_cell.reports.rules import Step, steps
from crm_cell.reports.store import Activity, Clock, Cohort, Key, Period, Stay, Whom
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader

_STEPS = [stage.number for stage in STAGES if stage.status is not Status.LOST]


class Forecast(msgspec.Struct, frozen=True):
    """Goals, what was won, and what is expected."""

    targets: Mapping[ForecastKey, int]
    won: Mapping[ForecastKey, Sum]
    expected: Mapping[ForecastKey, Expected]

    @property
    def keys(self) -> set[ForecastKey]:
        return {*self.targets, *self.won, *self.expected}


class Reports:
    def __init__(self, services: Services) -> None:
        self._customers = services.get(CustomerService)
        self._opportunities = services.get(OpportunityService)

    async def funnel(
        self,
        tx: Reader,
        actor: Actor,
        *,
        begin: int | None = None,
        end: int | None = None,
        owner: str | None = None,
        currency: str | None = None,
        users: Collection[str] | None = None,
        by_owner: bool = False,
    ) -> list[FunnelRow]:
        """Maintained sums; of several `users` only by owner. With a range of creation times, a
        scan, which needs a `long` read."""
        narrowing: dict[str, Any] = {"owner": owner, "currency": currency, "by_owner": by_owner}
        rows = (
            await self._opportunities.funnel(tx, actor, **narrowing)
            if begin is None and end is None
            else await self._opportunities.funnel_between(tx, actor, begin, end, **narrowing)
        )
        return rows if users is None else [row for row in rows if row.owner in users]

    async def team(self, tx: Reader, actor: Actor, team_id: str | None) -> list[str] | None:
        """Who leads or belongs to it, or to one below it; nobody for a team that does not exist."""
        if team_id is None:
            return None
        return await store.users_of(tx, actor.tenant, team_id)

    async def steps(
        self, tx: Reader, actor: Actor, cohort: Cohort
    ) -> tuple[list[Step], dict[int, Stay]]:
        """What became of deals, and how long they stayed at each stage. Raises QueryTooBroad."""
        clock = Clock(tx)
        reached = await store.reached(clock, actor, cohort)
        stays = await store.stays(clock, actor, cohort)
        found = steps(((each.stage, each.status, each.count) for each in reached), _STEPS)
        return found, {each.stage: each for each in stays}

    async def activity(
        self,
        tx: Reader,
        actor: Actor,
        periods: Sequence[Period],
        whom: Whom,
        *,
        by_user: bool,
    ) -> tuple[dict[Key, Activity], Activity]:
        """By user or by period, and all together. Raises QueryTooBroad."""
        clock = Clock(tx)
        rows = await store.activity(clock, actor, periods, whom, by_user=by_user)
        whole = [Period(periods[0].first, periods[-1].past)]
        total = await store.activity(clock, actor, whole, whom, by_user=False)
        return rows, total.get(0, Activity())

    async def customer_total(self, tx: Reader, actor: Actor) -> int:
        return await self._customers.total(tx, actor)

    async def forecast(
        self,
        tx: Reader,
        actor: Actor,
        months: Sequence[Month],
        narrowing: Narrowing,
        today: str,
    ) -> Forecast:
        """Raises QueryTooBroad."""
        clock = Clock(tx)
        return Forecast(
            await targets_of(clock, actor, months, narrowing),
            await won_in(clock, actor, months, narrowing),
            await expected_in(clock, actor, months, narrowing, today),
        )
