"""/reports/funnel and /metrics."""

from crm_cell.http.exposition import MEDIA
from crm_cell.http.request import Request
from crm_cell.http.routing import Routes
from crm_cell.kernel.actor import Actor
from crm_cell.opportunities.service import FunnelRow
from crm_cell.reports import service
from crm_cell.reports.schemas import FunnelQuery, FunnelView, MetricsReportView
from crm_cell.storage.engine import Database, Reader

reports = Routes("", tag="reports")


def _is_ranged(_database: Database, _actor: Actor, query: FunnelQuery, _request: Request) -> bool:
    return query.is_ranged


@reports.plain("/reports/funnel", "销售漏斗", long_when=_is_ranged)
async def funnel(
    database: Database, actor: Actor, query: FunnelQuery, request: Request
) -> FunnelView:
    """The sales funnel by stage and status, in order; with X-User-Id, of that user's opportunities.

    Amounts of different currencies are never added up: each row is of one currency, `totals` has
    each currency's sum, and `totalCount` and `totalAmountCents` are of `totalCurrency`: the only
    one or, of several, CNY.
    """

    async def read(tx: Reader) -> list[FunnelRow]:
        return await service.funnel(
            tx,
            actor,
            begin=query.from_,
            end=query.to,
            owner=query.owner_id,
            currency=query.currency,
        )

    rows = await database.read("reports.funnel", actor.tenant, read, long=query.is_ranged)
    return FunnelView.of(rows, request.language)


@reports.read("/metrics", "监控指标", media=["application/json", *MEDIA])
async def metrics(tx: Reader, actor: Actor, request: Request) -> MetricsReportView:
    """The business figures of what the caller sees.

    With `Accept: text/plain` or OpenMetrics: the process's own counters in Prometheus format, for
    which no tenant is named, and `CRM_METRICS_TOKEN` may be the bearer token.
    """
    rows = await service.funnel(tx, actor)
    return MetricsReportView.of(await service.customer_total(tx, actor), rows, request.language)
