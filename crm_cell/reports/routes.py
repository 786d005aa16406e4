"""/reports and /metrics."""

from datetime import tzinfo
from typing import Any, cast

from crm_cell.http.observability.prometheus import MEDIA
from crm_cell.http.request import Request
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.opportunities.funnel import added_up
from crm_cell.reports.activities import (
    ActivitiesQuery,
    ActivitiesView,
    activities_view,
    of_period,
    of_user,
)
from crm_cell.reports.forecast.schemas import ForecastQuery, ForecastView, forecast_view
from crm_cell.reports.forecast.store import Narrowing
from crm_cell.reports.messages import ENDS_FIRST, TOO_MANY_PERIODS
from crm_cell.reports.periods import (
    MOST_PERIODS,
    Unit,
    day_of,
    months_of,
    periods_within,
    this_quarter,
    this_week,
)
from crm_cell.reports.schemas import (
    FunnelQuery,
    FunnelView,
    MetricsReportView,
    OwnerFunnelView,
    StepView,
)
from crm_cell.reports.service import Reports
from crm_cell.reports.store import Activity, Cohort, Period, Whom
from crm_cell.resources.listing.zones import ZoneQuery
from crm_cell.storage.engine import Database, Reader


def _is_ranged(_database: Database, _actor: Actor, query: FunnelQuery, _request: Request) -> bool:
    return query.is_ranged or query.is_cohort


def _whole(query: ActivitiesQuery, now: int, zone: tzinfo) -> Period:
    """Raises BadRequest for a range that ends before it begins, and for half a range."""
    if query.from_ is None and query.to is None:
        return this_week(now, zone)
    if query.from_ is None or query.to is None:
        raise BadRequest([FieldError("to" if query.to is None else "from", "required")])
    if query.to <= query.from_:
        raise BadRequest([FieldError("to", "value", {"text": ENDS_FIRST})])
    return Period(query.from_, query.to)


def report_routes(reports: Reports) -> Routes:
    routes = Routes(
        "", tag=Tag("reports", "报表与监控", "The sales funnel, and figures for monitoring.")
    )

    @routes.plain(
        "/reports/funnel", "销售漏斗", long_when=_is_ranged, rejections=["QUERY_TOO_BROAD"]
    )
    async def funnel(
        database: Database, actor: Actor, query: FunnelQuery, request: Request
    ) -> FunnelView:
        """The sales funnel by stage and status, in order; with X-User-Id, of that user's
        opportunities.

        Amounts of different currencies are never added up: each row is of one currency, `totals`
        has each currency's sum, and `totalCount` and `totalAmountCents` are of `totalCurrency`: the
        only one or, of several, CNY. `groupBy=owner` adds a funnel for each owner. `mode=cohort`
        adds how far the deals got, from step to step, and how long they stayed.
        """

        async def read(tx: Reader) -> FunnelView:
            narrowing: dict[str, Any] = {
                "begin": query.from_,
                "end": query.to,
                "owner": query.owner_id,
                "currency": query.currency,
            }
            users = await reports.team(tx, actor, query.team_id)
            by_owner = query.group_by is not None or users is not None
            rows = await reports.funnel(tx, actor, **narrowing, users=users, by_owner=by_owner)
            found = FunnelView.of(added_up(rows), request.language)
            if query.group_by is not None:
                found.owners = OwnerFunnelView.all_of(rows, request.language)
            if query.is_cohort:
                cohort = Cohort(**narrowing, team=query.team_id)
                steps, stays = await reports.steps(tx, actor, cohort)
                found.steps = [
                    StepView.of(step, stays.get(step.stage), request.language) for step in steps
                ]
            return found

        is_long = query.is_ranged or query.is_cohort
        return await database.read("reports.funnel", actor.tenant, read, long=is_long)

    @routes.read("/reports/activities", "活动统计", long=True, rejections=["QUERY_TOO_BROAD"])
    async def activities(
        tx: Reader, actor: Actor, query: ActivitiesQuery, where: ZoneQuery
    ) -> ActivitiesView:
        """Who did what: follow-ups by type, customers followed up, new customers, tasks done.

        `groupBy` gives a row for each user, or for each day, week or month; by default of the
        current week. Follow-ups count for their author at the time when they happened, tasks for
        who did them, customers for their owner. Callers who see a part of the tenant see what they
        did themselves.
        """
        zone = where.zone
        whole = _whole(query, tx.now, zone)
        whom = Whom(query.owner_id, query.team_id)
        if query.group_by == "owner":
            rows, total = await reports.activity(tx, actor, [whole], whom, by_user=True)
            by_number = sorted(rows.items(), key=lambda each: (each[0] is None, each[0]))
            return activities_view(
                whole, [of_user(cast("str | None", user), each) for user, each in by_number], total
            )
        spans = periods_within(whole, cast("Unit", query.group_by), zone)
        if len(spans) > MOST_PERIODS:
            raise BadRequest(
                [FieldError("to", "value", {"text": TOO_MANY_PERIODS, "limit": MOST_PERIODS})]
            )
        rows, total = await reports.activity(
            tx, actor, [span for _, span in spans], whom, by_user=False
        )
        return activities_view(
            whole,
            [of_period(day, rows.get(number, Activity())) for number, (day, _) in enumerate(spans)],
            total,
        )

    @routes.read("/reports/forecast", "业绩预测", long=True, rejections=["QUERY_TOO_BROAD"])
    async def forecast(
        tx: Reader, actor: Actor, query: ForecastQuery, where: ZoneQuery
    ) -> ForecastView:
        """Goals, what was won, and what is expected, by month or by owner.

        Won deals count at the day on which they were closed, open ones at the day on which they
        are expected to close; `weighted` is amount × probability. `slipped` are open deals whose
        day has passed. `filters` are those of the lists behind the figures.
        """
        period = query.period or this_quarter(tx.now, where.zone)
        months = months_of(period, where.zone)
        today = day_of(tx.now, where.zone).isoformat()
        users = await reports.team(tx, actor, query.team_id)
        by_owner = query.group_by == "owner"
        narrowing = Narrowing(query.owner_id, query.currency, by_owner, query.team_id)
        found = await reports.forecast(tx, actor, months, narrowing, today)
        return forecast_view(period, months, found, query, users, today)

    @routes.read("/metrics", "监控指标", media=["application/json", *MEDIA])
    async def metrics(tx: Reader, actor: Actor, request: Request) -> MetricsReportView:
        """The business figures of what the caller sees.

        With `Accept: text/plain` or OpenMetrics: the process's own counters in Prometheus format,
        for which no tenant is named, and `CRM_METRICS_TOKEN` may be the bearer token.
        """
        rows = await reports.funnel(tx, actor)
        return MetricsReportView.of(await reports.customer_total(tx, actor), rows, request.language)

    return routes
