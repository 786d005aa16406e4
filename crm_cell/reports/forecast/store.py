"""Sums of the forecast, each from a range of an index, within the deadline of a report."""

from collections.abc import Sequence
from typing import Final

import msgspec

from crm_cell.goals.resource import WON
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.money import SPLIT, join
from crm_cell.opportunities.stages import STAGES, Status
from crm_cell.reports.store import Clock, Key, Period, of_team, rows_of
from crm_cell.resources.listing.sql import named, parameter
from crm_cell.resources.visibility import own_actions, own_rows

PER_CENT: Final = 100
_WON_STAGE: Final = next(each.number for each in STAGES if each.status is Status.WON)
_DEFAULTS: Final = " ".join(f"WHEN {each.number} THEN {each.probability}" for each in STAGES)
_WEIGHT: Final = f"coalesce(o.probability, CASE o.stage {_DEFAULTS} END)"


class Month(msgspec.Struct, frozen=True):
    """A calendar month: its days as text, its span in milliseconds."""

    name: str
    first_day: str
    past_day: str
    span: Period


class ForecastKey(msgspec.Struct, frozen=True):
    """A month or a user, and a currency."""

    group: Key
    currency: str


class Sum(msgspec.Struct, frozen=True):
    """May exceed an int64."""

    count: int = 0
    cents: int = 0


class Expected(msgspec.Struct, frozen=True):
    """Open deals that are expected to close."""

    all: Sum = Sum()
    weighted_cents: int = 0
    slipped: Sum = Sum()
    """Of these, those whose day has passed."""


class Narrowing(msgspec.Struct, frozen=True):
    """One user, one team and one currency; None does not narrow."""

    user: str | None
    currency: str | None
    by_user: bool
    team: str | None = None


async def won_in(
    clock: Clock, actor: Actor, months: Sequence[Month], narrowing: Narrowing
) -> dict[ForecastKey, Sum]:
    """What was won, by when it was."""
    key, (rows, params) = _group(narrowing), rows_of([each.span for each in months])
    found = await clock.fetch(
        f"WITH periods (number, first, past) AS (VALUES {rows})"
        f" SELECT {key}, o.currency, count(*), sum(o.amount_cents / :split),"
        " sum(o.amount_cents % :split) FROM periods AS p CROSS JOIN opportunities AS o"
        " WHERE o.tenant_id = :tenant AND o.deleted_at IS NULL AND o.stage = :won"
        " AND o.closed_at IS NOT NULL AND o.closed_at >= p.first AND o.closed_at < p.past"
        f"{own_rows(actor)}{_narrowed(narrowing)} GROUP BY {key}, o.currency",
        **_named(actor, narrowing),
        **params,
        won=_WON_STAGE,
        split=SPLIT,
    )
    return {
        ForecastKey(group, currency): Sum(int(count), join(int(high), int(low)))
        for group, currency, count, high, low in found
    }


async def expected_in(
    clock: Clock, actor: Actor, months: Sequence[Month], narrowing: Narrowing, today: str
) -> dict[ForecastKey, Expected]:
    """Open deals, by the day on which they are expected to close."""
    key = _group(narrowing)
    rows = ", ".join(
        f"({number}, CAST(:{parameter(2 * number)} AS TEXT),"
        f" CAST(:{parameter(2 * number + 1)} AS TEXT))"
        for number in range(len(months))
    )
    days = [day for each in months for day in (each.first_day, each.past_day)]
    found = await clock.fetch(
        f"WITH periods (number, first, past) AS (VALUES {rows})"
        f" SELECT {key}, o.currency, count(*), sum(o.amount_cents / :split),"
        f" sum(o.amount_cents % :split), sum((o.amount_cents / :split) * {_WEIGHT}),"
        f" sum((o.amount_cents % :split) * {_WEIGHT}),"
        " sum(CASE WHEN o.expected_close_on < :today THEN 1 ELSE 0 END),"
        " sum(CASE WHEN o.expected_close_on < :today THEN o.amount_cents / :split ELSE 0 END),"
        " sum(CASE WHEN o.expected_close_on < :today THEN o.amount_cents % :split ELSE 0 END)"
        " FROM periods AS p CROSS JOIN opportunities AS o"
        " WHERE o.tenant_id = :tenant AND o.deleted_at IS NULL AND o.status = :open"
        " AND o.expected_close_on >= p.first AND o.expected_close_on < p.past"
        f"{own_rows(actor)}{_narrowed(narrowing)} GROUP BY {key}, o.currency",
        **_named(actor, narrowing),
        **named(list(days)),
        open=Status.OPEN,
        today=today,
        split=SPLIT,
    )
    return {ForecastKey(group, currency): _expected(*sums) for group, currency, *sums in found}


async def targets_of(
    clock: Clock, actor: Actor, months: Sequence[Month], narrowing: Narrowing
) -> dict[ForecastKey, int]:
    """Sums of the goals for won deals."""
    key = "g.user_id" if narrowing.by_user else "g.period"
    found = await clock.fetch(
        f"SELECT {key}, g.currency, sum(g.amount_cents / :split), sum(g.amount_cents % :split)"
        " FROM goals AS g WHERE g.tenant_id = :tenant AND g.deleted_at IS NULL"
        " AND g.kind = :kind AND g.period >= :first AND g.period <= :last"
        f"{own_actions(actor, 'g.user_id')}"
        f"{' AND g.user_id = :named' if narrowing.user is not None else ''}"
        f"{of_team('g.user_id', narrowing.team)}"
        f"{' AND g.currency = :currency' if narrowing.currency is not None else ''}"
        f" GROUP BY {key}, g.currency",
        **_named(actor, narrowing),
        kind=WON,
        first=months[0].name,
        last=months[-1].name,
        split=SPLIT,
    )
    numbers = {each.name: number for number, each in enumerate(months)}
    return {
        ForecastKey(group if narrowing.by_user else numbers[group], currency): join(
            int(high), int(low)
        )
        for group, currency, high, low in found
    }


def _expected(*sums: int) -> Expected:
    count, high, low, weighted_high, weighted_low, late, late_high, late_low = map(int, sums)
    return Expected(
        Sum(count, join(high, low)),
        join(weighted_high, weighted_low) // PER_CENT,
        Sum(late, join(late_high, late_low)),
    )


def _group(narrowing: Narrowing) -> str:
    return "o.owner_id" if narrowing.by_user else "p.number"


def _narrowed(narrowing: Narrowing) -> str:
    by_user = " AND o.owner_id = :named" if narrowing.user is not None else ""
    by_user += of_team("o.owner_id", narrowing.team)
    return by_user + (" AND o.currency = :currency" if narrowing.currency is not None else "")


def _named(actor: Actor, narrowing: Narrowing) -> dict[str, object]:
    return {
        "tenant": actor.tenant,
        "owner": actor.owner,
        "named": narrowing.user,
        "team": narrowing.team,
        "currency": narrowing.currency,
    }
