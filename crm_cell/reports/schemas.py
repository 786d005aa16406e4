"""Reports on the wire."""

from typing import Annotated

import msgspec
from msgspec import Meta

from crm_cell.http.fields import currency, owner, time
from crm_cell.http.schema import Query, View
from crm_cell.kernel.messages import Language
from crm_cell.opportunities.service import STAGES, FunnelRow
from crm_cell.reports.rules import Total, conversion_rate_pct, headline, totals

Time = Annotated[int, time()]
OwnerId = Annotated[str, owner()]
Currency = Annotated[str, currency()]

_STAGE_NAMES: dict[Language, dict[int, str]] = {
    "zh": {stage.number: stage.name for stage in STAGES},
    "en": {stage.number: stage.english_name for stage in STAGES},
}
# An opportunity's status, as the wire numbers it.
_WON = 2


class FunnelQuery(Query):
    """`from` and `to` are a half-open range of the time of creation."""

    from_: Time | None = msgspec.field(default=None, name="from")
    to: Time | None = None
    owner_id: OwnerId | None = None
    currency: Currency | None = None

    @property
    def is_ranged(self) -> bool:
        return self.from_ is not None or self.to is not None


class StageView(View):
    """How many opportunities stand at one stage and status, and their sum in one currency."""

    stage: int
    stage_name: str
    status: Annotated[int, Meta(description="1 进行中 open, 2 赢单 won, 3 输单 lost")]
    currency: str
    count: int
    total_amount_cents: int

    @classmethod
    def of(cls, row: FunnelRow, language: Language) -> "StageView":
        return cls(
            stage=row.stage,
            stage_name=_STAGE_NAMES[language][row.stage],
            status=row.status,
            currency=row.currency,
            count=row.count,
            total_amount_cents=row.amount_cents,
        )


class TotalView(View):
    """All of one currency."""

    currency: str
    count: int
    total_amount_cents: int

    @classmethod
    def of(cls, total: Total) -> "TotalView":
        return cls(
            currency=total.currency, count=total.count, total_amount_cents=total.amount_cents
        )


class FunnelView(View):
    """The sales funnel: a row for each stage, status and currency that has opportunities.

    Amounts of different currencies are never added up. `totals` has every currency;
    `totalCount` and `totalAmountCents` are the only currency's or, of several, those of CNY, and
    `totalCurrency` names it.
    """

    data: list[StageView]
    total_currency: str
    total_count: int
    total_amount_cents: int
    totals: list[TotalView]

    @classmethod
    def of(cls, rows: list[FunnelRow], language: Language) -> "FunnelView":
        found = totals((row.currency, row.count, row.amount_cents) for row in rows)
        whole = headline(found)
        return cls(
            data=[StageView.of(row, language) for row in rows],
            total_currency=whole.currency,
            total_count=whole.count,
            total_amount_cents=whole.amount_cents,
            totals=[TotalView.of(total) for total in found],
        )


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """In snake_case, as monitoring systems name what they measure."""

    customer_total: int
    opportunity_total: int
    opportunity_win_count: int
    conversion_rate_pct: float
    funnel_by_stage: list[StageView]


class MetricsReportView(View, kw_only=True):
    """The figures of what the caller sees."""

    cell: str = "crm"
    metrics: Figures

    @classmethod
    def of(
        cls, customer_total: int, rows: list[FunnelRow], language: Language
    ) -> "MetricsReportView":
        total = sum(row.count for row in rows)
        won = sum(row.count for row in rows if row.status == _WON)
        return cls(
            metrics=Figures(
                customer_total=customer_total,
                opportunity_total=total,
                opportunity_win_count=won,
                conversion_rate_pct=conversion_rate_pct(won, total),
                funnel_by_stage=[StageView.of(row, language) for row in rows],
            )
        )
