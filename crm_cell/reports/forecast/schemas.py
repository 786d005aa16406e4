"""Schemas of the forecast."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields.checks import InvalidValue, as_meta, enum, string
from crm_cell.http.schema import Query, View
from crm_cell.kernel.money import DEFAULT_CURRENCY
from crm_cell.reports.forecast.store import Expected, ForecastKey, Month, Sum
from crm_cell.reports.messages import NO_PERIOD
from crm_cell.reports.schemas import Currency, OwnerId, TeamId
from crm_cell.reports.service import Forecast

_PERIOD: Final = re.compile(r"(19[7-9][0-9]|2[0-9]{3})(Q[1-4]|-(0[1-9]|1[0-2]))?")


def check_period(value: Any) -> str:
    given = string(value)
    if not _PERIOD.fullmatch(given):
        raise InvalidValue("value", text=NO_PERIOD)
    return given


class ForecastQuery(Query):
    """Which months, of whom."""

    period: (
        Annotated[
            str,
            as_meta(check_period, max_length=7, pattern=f"^{_PERIOD.pattern}$"),
            Meta(
                description="年、季或月，默认本季 · A year, a quarter or a month; this quarter by"
                " default",
                examples=["2026Q4"],
            ),
        ]
        | None
    ) = None
    group_by: Annotated[
        str,
        enum("month", "owner"),
        Meta(description="按月或按负责人 · A row for each month or owner"),
    ] = "month"
    owner_id: OwnerId | None = None
    team_id: TeamId | None = None
    currency: Currency | None = None


Count = Annotated[int, Meta(description="数量 · How many", examples=[3])]
Money = Annotated[
    int, Meta(description="金额，整数分 · Amount in whole cents", examples=[1_280_000])
]
_OWNER = Meta(
    description="负责人，仅 groupBy=owner · The owner, with groupBy=owner", examples=["alice"]
)
_FILTER = "对应的商机筛选条件 · The filter of these deals"


class ForecastFigures(View):
    """Of one currency: the target, what was won, and what is expected."""

    currency: str
    target_cents: Annotated[Money, Meta(description="目标，整数分 · The goals, in whole cents")]
    won_count: Count
    won_cents: Annotated[Money, Meta(description="已赢单，整数分 · Won, in whole cents")]
    open_count: Count
    open_cents: Annotated[
        Money, Meta(description="预计成交的在途金额 · Open deals expected to close")
    ]
    weighted_cents: Annotated[
        Money, Meta(description="在途金额按赢率加权 · Open deals, by their probability")
    ]
    slipped_count: Count
    slipped_cents: Annotated[
        Money,
        Meta(description="其中已过预计日期 · Of the open ones, those whose day has passed"),
    ]


class ForecastFilters(View):
    """Filters of GET /opportunities, each for the deals behind a figure."""

    won: Annotated[str, Meta(description=_FILTER, examples=["status = 2"])]
    open: Annotated[str, Meta(description=_FILTER, examples=["status = 1"])]
    slipped: Annotated[str, Meta(description=_FILTER, examples=["status = 1"])]


class ForecastRow(ForecastFigures, kw_only=True):
    """One month or one owner, in one currency."""

    period: (
        Annotated[str, Meta(description="月份，仅 groupBy=month · The month", examples=["2026-10"])]
        | UnsetType
    ) = UNSET
    owner_id: Annotated[str, _OWNER] | UnsetType | None = UNSET
    filters: Annotated[
        ForecastFilters, Meta(description="各数对应的筛选条件 · The filters behind the figures")
    ]


class ForecastView(View):
    """What was won, and what is expected, against the goals. Currencies are never added up."""

    period: Annotated[str, Meta(description="期间 · The period", examples=["2026Q4"])]
    first_day: Annotated[str, Meta(description="第一天 · Its first day", examples=["2026-10-01"])]
    last_day: Annotated[str, Meta(description="最后一天 · Its last day", examples=["2026-12-31"])]
    data: Annotated[list[ForecastRow], Meta(description="各行 · The rows")]
    totals: Annotated[list[ForecastFigures], Meta(description="各币种合计 · All of each currency")]


def forecast_view(
    period: str,
    months: list[Month],
    found: Forecast,
    query: ForecastQuery,
    users: Sequence[str] | None,
    today: str,
) -> ForecastView:
    """`users`: those of the team that the query names."""
    currencies = sorted(
        {key.currency for key in found.keys} or {query.currency or DEFAULT_CURRENCY}
    )
    by_owner = query.group_by == "owner"
    keys = (
        sorted(found.keys, key=lambda key: (key.group is None, str(key.group), key.currency))
        if by_owner
        else [ForecastKey(n, each) for n in range(len(months)) for each in currencies]
    )
    return ForecastView(
        period=period,
        first_day=months[0].first_day,
        last_day=_last_day(months[-1]),
        data=[_row(key, months, found, query.owner_id, users, today) for key in keys],
        totals=[ForecastFigures(**_figures([*found.keys], found, each)) for each in currencies],
    )


def _row(
    key: ForecastKey,
    months: list[Month],
    found: Forecast,
    owner_id: str | None,
    users: Sequence[str] | None,
    today: str,
) -> ForecastRow:
    if isinstance(key.group, int):
        month = months[key.group]
        named: dict[str, Any] = {"period": month.name}
        first, last = month.first_day, _last_day(month)
        whose = f"{_owned_by(owner_id)}{_owned_by_one_of(users)}"
    else:
        named = {"owner_id": key.group}
        first, last = months[0].first_day, _last_day(months[-1])
        whose = _owned_by(key.group or "")
    rest = f' and currency = "{key.currency}"{whose}'
    expected = f"status = 1 and expectedCloseOn between {first} and {last}"
    filters = ForecastFilters(
        won=f"stage = 5 and closedAt between {first} and {last}{rest}",
        open=f"{expected}{rest}",
        slipped=f"{expected} and expectedCloseOn < {today}{rest}",
    )
    return ForecastRow(**_figures([key], found, key.currency), **named, filters=filters)


def _figures(keys: list[ForecastKey], found: Forecast, in_currency: str) -> dict[str, Any]:
    wanted = [key for key in keys if key.currency == in_currency]
    won = [found.won.get(key, Sum()) for key in wanted]
    expected = [found.expected.get(key, Expected()) for key in wanted]
    return {
        "currency": in_currency,
        "target_cents": sum(found.targets.get(key, 0) for key in wanted),
        "won_count": sum(each.count for each in won),
        "won_cents": sum(each.cents for each in won),
        "open_count": sum(each.all.count for each in expected),
        "open_cents": sum(each.all.cents for each in expected),
        "weighted_cents": sum(each.weighted_cents for each in expected),
        "slipped_count": sum(each.slipped.count for each in expected),
        "slipped_cents": sum(each.slipped.cents for each in expected),
    }


def _last_day(month: Month) -> str:
    return (date.fromisoformat(month.past_day) - timedelta(days=1)).isoformat()


def _owned_by(owner_id: str | None) -> str:
    if owner_id is None:
        return ""
    return f" and ownerId = {_quoted(owner_id)}" if owner_id else " and ownerId = nobody"


def _owned_by_one_of(users: Sequence[str] | None) -> str:
    if users is None:
        return ""
    # A team without people has no deals.
    named = ", ".join(map(_quoted, users))
    return f" and ownerId in ({named})" if named else " and ownerId = nobody and ownerId is set"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
