"""Reports that read rows: the paths of deals through the stages, and what users have done.

Every read ends at a deadline: what takes longer is too broad. Ranges of times are indexed.
"""

from collections.abc import Sequence
from time import monotonic
from typing import Final

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import QueryTooBroad
from crm_cell.kernel.ids import lowest_at, lowest_at_with_skew
from crm_cell.resources.listing.sql import named, parameter
from crm_cell.resources.visibility import own_actions, own_rows
from crm_cell.storage.engine import Reader, Row
from crm_cell.storage.errors import TooSlow

SECONDS: Final = 10.0
_OF_TEAM: Final = (
    "IN (SELECT m.user_id FROM team_members AS m WHERE m.tenant_id = :tenant AND m.team_id IN"
    " (WITH RECURSIVE below (id) AS (SELECT top.id FROM teams AS top WHERE top.tenant_id = :tenant"
    " AND top.id = :team UNION SELECT each.id FROM teams AS each JOIN below"
    " ON each.parent_id = below.id WHERE each.tenant_id = :tenant) SELECT below.id FROM below))"
)
"""Those who lead or belong to a team, or to one below it."""
TYPES: Final = ("call", "visit", "email", "meeting", "wechat", "other")
"""Of follow-ups, in the order of `Activity`. Types that a tenant has added count as `other`."""
_NAMED: Final = ", ".join(f"'{each}'" for each in TYPES if each != "other")
_IS_TYPE: Final = {
    **{each: f"f.follow_up_type = '{each}'" for each in TYPES},
    "other": f"f.follow_up_type NOT IN ({_NAMED})",
}


class Cohort(msgspec.Struct, frozen=True):
    """Deals by when they were created, by owner and by currency; None does not narrow."""

    begin: int | None
    end: int | None
    owner: str | None
    currency: str | None
    team: str | None = None


class Reached(msgspec.Struct, frozen=True):
    """How many deals got as far as a stage and no further, and stand at a status now."""

    stage: int
    status: int
    count: int


class Stay(msgspec.Struct, frozen=True):
    """How long deals stayed at a stage before they left it, in milliseconds."""

    stage: int
    count: int
    median: int
    ninth: int
    """Nine of ten stayed no longer."""


class Period(msgspec.Struct, frozen=True):
    """From `first` until before `past`, in milliseconds since 1970."""

    first: int
    past: int


class Activity(msgspec.Struct, frozen=True):
    """What one user has done, or what was done in one period."""

    by_type: tuple[int, ...] = (0,) * len(TYPES)
    customers: int = 0
    """How many different customers the follow-ups are of."""
    new_customers: int = 0
    tasks_done: int = 0


Key = str | int | None
"""A user, the number of a period, or None for no user."""


class Clock:
    """The time that is left for a report."""

    def __init__(self, tx: Reader) -> None:
        self._tx, self._ends = tx, monotonic() + SECONDS

    async def fetch(self, sql: str, /, **params: object) -> list[Row]:
        """Raises QueryTooBroad."""
        left = self._ends - monotonic()
        if left <= 0:
            raise QueryTooBroad("from")
        try:
            return await self._tx.fetch_within(left, sql, **params)
        except TooSlow:
            raise QueryTooBroad("from") from None


class Whom(msgspec.Struct, frozen=True):
    """Who did what is counted: one user, those of one team; None does not narrow."""

    user: str | None = None
    team: str | None = None

    def where(self, column: str) -> str:
        """To append to a WHERE clause, whose statement needs `params`."""
        by_user = f" AND {column} = :named" if self.user is not None else ""
        return by_user + of_team(column, self.team)

    @property
    def params(self) -> dict[str, str | None]:
        return {"named": self.user, "team": self.team}


def of_team(column: str, team: str | None) -> str:
    """To append to a WHERE clause. The statement needs the parameters `tenant` and `team`."""
    return f" AND {column} {_OF_TEAM}" if team is not None else ""


async def users_of(tx: Reader, tenant: str, team: str) -> list[str]:
    rows = await tx.fetch_all(
        f"SELECT u.user_id FROM users AS u WHERE u.tenant_id = :tenant{of_team('u.user_id', team)}"
        " ORDER BY u.user_id",
        tenant=tenant,
        team=team,
    )
    return [row[0] for row in rows]


# Deals through the stages

_FURTHEST = "max(CASE WHEN c.to_stage = 6 THEN c.from_stage ELSE c.to_stage END)"


async def reached(clock: Clock, actor: Actor, cohort: Cohort) -> list[Reached]:
    """Counted once for each deal, at the furthest stage of its history. One that was created as
    lost got to the first."""
    where, params = _cohort(actor, cohort)
    rows = await clock.fetch(
        "WITH deals AS (SELECT o.id, o.status,"
        f" coalesce({_FURTHEST}, CASE WHEN o.stage = 6 THEN 1 ELSE o.stage END) AS furthest"
        " FROM opportunities AS o LEFT JOIN opportunity_changes AS c"
        " ON c.tenant_id = o.tenant_id AND c.opportunity_id = o.id"
        f" WHERE o.tenant_id = :tenant AND o.deleted_at IS NULL{where}"
        " GROUP BY o.id, o.status, o.stage)"
        " SELECT furthest, status, count(*) FROM deals GROUP BY furthest, status"
        " ORDER BY furthest, status",
        **params,
    )
    return [Reached(int(stage), int(status), int(count)) for stage, status, count in rows]


async def stays(clock: Clock, actor: Actor, cohort: Cohort) -> list[Stay]:
    """Of stays that have ended, at open stages. A percentile is one of the values: the least that
    so many do not exceed."""
    where, params = _cohort(actor, cohort)
    rows = await clock.fetch(
        "WITH moves AS (SELECT c.to_stage AS stage, lead(c.created_at)"
        " OVER (PARTITION BY c.opportunity_id ORDER BY c.id) - c.created_at AS stayed"
        " FROM opportunities AS o JOIN opportunity_changes AS c"
        " ON c.tenant_id = o.tenant_id AND c.opportunity_id = o.id"
        f" WHERE o.tenant_id = :tenant AND o.deleted_at IS NULL{where}"
        " AND (c.from_stage IS NULL OR c.from_stage <> c.to_stage)),"
        " ranked AS (SELECT stage, stayed,"
        " row_number() OVER (PARTITION BY stage ORDER BY stayed) AS place,"
        " count(*) OVER (PARTITION BY stage) AS many"
        " FROM moves WHERE stayed IS NOT NULL AND stage < 5)"
        " SELECT stage, many, max(CASE WHEN place = (many + 1) / 2 THEN stayed END),"
        " max(CASE WHEN place = (9 * many + 9) / 10 THEN stayed END)"
        " FROM ranked GROUP BY stage, many ORDER BY stage",
        **params,
    )
    return [Stay(*map(int, row)) for row in rows]


def _cohort(actor: Actor, cohort: Cohort) -> tuple[str, dict[str, object]]:
    """Ids contain the time of creation, or a little later one: see `opportunities.store`."""
    where = own_rows(actor)
    where += " AND o.owner_id = :named" if cohort.owner is not None else ""
    where += of_team("o.owner_id", cohort.team)
    where += " AND o.currency = :currency" if cohort.currency is not None else ""
    where += " AND o.id >= :first AND o.created_at >= :begin" if cohort.begin is not None else ""
    where += " AND o.id < :past AND o.created_at < :end" if cohort.end is not None else ""
    return where, {
        "tenant": actor.tenant,
        "owner": actor.owner,
        "named": cohort.owner,
        "team": cohort.team,
        "currency": cohort.currency,
        "begin": cohort.begin,
        "end": cohort.end,
        "first": lowest_at(cohort.begin or 0),
        "past": lowest_at_with_skew(cohort.end or 0),
    }


# What users have done


async def activity(
    clock: Clock, actor: Actor, periods: Sequence[Period], whom: Whom, *, by_user: bool
) -> dict[Key, Activity]:
    """By user, or by the number of the period. Restricted callers count what they did
    themselves."""
    found: dict[Key, Activity] = {}
    counted = await _follow_ups(clock, actor, periods, whom, "f.created_by" if by_user else None)
    for key, *by_type, touched in counted:
        found[key] = Activity(tuple(map(int, by_type)), int(touched))
    for key, count in await _new_customers(clock, actor, periods, whom, by_user=by_user):
        before = found.get(key, Activity())
        found[key] = msgspec.structs.replace(before, new_customers=int(count))
    for key, count in await _tasks_done(clock, actor, periods, whom, by_user=by_user):
        before = found.get(key, Activity())
        found[key] = msgspec.structs.replace(before, tasks_done=int(count))
    return found


async def _follow_ups(
    clock: Clock, actor: Actor, periods: Sequence[Period], whom: Whom, by: str | None
) -> list[Row]:
    key, (rows, params) = by or "p.number", rows_of(periods)
    counts = ", ".join(f"sum(CASE WHEN {_IS_TYPE[each]} THEN 1 ELSE 0 END)" for each in TYPES)
    # A CROSS JOIN is read in this order by SQLite, too: one range of the index for each period.
    return await clock.fetch(
        f"WITH periods (number, first, past) AS (VALUES {rows})"
        f" SELECT {key}, {counts}, count(DISTINCT f.customer_id)"
        " FROM periods AS p CROSS JOIN follow_ups AS f WHERE f.tenant_id = :tenant"
        " AND f.deleted_at IS NULL AND f.followed_at >= p.first AND f.followed_at < p.past"
        f"{own_actions(actor, 'f.created_by')}{whom.where('f.created_by')}"
        f" GROUP BY {key}",
        tenant=actor.tenant,
        owner=actor.owner,
        **whom.params,
        **params,
    )


async def _new_customers(
    clock: Clock, actor: Actor, periods: Sequence[Period], whom: Whom, *, by_user: bool
) -> list[Row]:
    key, (rows, params) = "c.owner_id" if by_user else "p.number", rows_of(periods)
    return await clock.fetch(
        f"WITH periods (number, first, past) AS (VALUES {rows})"
        f" SELECT {key}, count(*) FROM periods AS p CROSS JOIN customers AS c"
        " WHERE c.tenant_id = :tenant AND c.deleted_at IS NULL"
        " AND c.id >= :first_id AND c.id < :past_id"
        " AND c.created_at >= p.first AND c.created_at < p.past"
        f"{own_rows(actor)}{whom.where('c.owner_id')}"
        f" GROUP BY {key}",
        tenant=actor.tenant,
        owner=actor.owner,
        **whom.params,
        first_id=lowest_at(periods[0].first),
        past_id=lowest_at_with_skew(periods[-1].past),
        **params,
    )


async def _tasks_done(
    clock: Clock, actor: Actor, periods: Sequence[Period], whom: Whom, *, by_user: bool
) -> list[Row]:
    key, (rows, params) = "t.done_by" if by_user else "p.number", rows_of(periods)
    return await clock.fetch(
        f"WITH periods (number, first, past) AS (VALUES {rows})"
        f" SELECT {key}, count(*) FROM periods AS p CROSS JOIN tasks AS t"
        " WHERE t.tenant_id = :tenant AND t.deleted_at IS NULL AND t.status = :done"
        " AND t.done_at >= p.first AND t.done_at < p.past"
        f"{own_actions(actor, 't.done_by')}{whom.where('t.done_by')}"
        f" GROUP BY {key}",
        tenant=actor.tenant,
        owner=actor.owner,
        **whom.params,
        done="done",
        **params,
    )


def rows_of(periods: Sequence[Period]) -> tuple[str, dict[str, object]]:
    """The rows of VALUES, and their parameters."""
    moments = [moment for each in periods for moment in (each.first, each.past)]
    rows = ", ".join(
        f"({number}, CAST(:{parameter(2 * number)} AS BIGINT),"
        f" CAST(:{parameter(2 * number + 1)} AS BIGINT))"
        for number in range(len(periods))
    )
    return rows, dict(named(list(moments)))
