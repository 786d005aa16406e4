"""Schemas of reports."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields.checks import currency, enum, owner, reference
from crm_cell.http.schema import Query, View
from crm_cell.http.time_range import From, To
from crm_cell.kernel.messages import Language
from crm_cell.opportunities.funnel import FunnelRow
from crm_cell.opportunities.rules import DAY
from crm_cell.opportunities.stages import STAGES
from crm_cell.reports.rules import Step, Total, conversion_rate_pct, headline, totals
from crm_cell.reports.store import Stay

OwnerId = Annotated[str, owner()]
Currency = Annotated[str, currency()]
TeamId = Annotated[
    str,
    reference(),
    Meta(description="仅此团队及其下级团队的人 · Those of this team and of the teams below it"),
]
Count = Annotated[int, Meta(description="数量 · How many", examples=[12])]
TotalAmount = Annotated[
    int,
    Meta(description="金额合计，整数分 · Sum of the amounts in whole cents", examples=[1_280_000]),
]

_STAGE_NAMES: dict[Language, dict[int, str]] = {
    "zh": {stage.number: stage.name for stage in STAGES},
    "en": {stage.number: stage.english_name for stage in STAGES},
}
# The numbers of the status and of the stage in the API.
_WON, _WON_STAGE = 2, 5


class FunnelQuery(Query):
    """`from` and `to` are a half-open range of the time of creation."""

    from_: From | None = msgspec.field(default=None, name="from")
    to: To | None = None
    owner_id: OwnerId | None = None
    team_id: TeamId | None = None
    currency: Currency | None = None
    mode: (
        Annotated[
            str,
            enum("snapshot", "cohort"),
            Meta(
                description="snapshot 当前分布（默认），cohort 另含各阶段转化与停留"
                " · How deals stand now, or also what became of those created in the interval"
            ),
        ]
        | None
    ) = None
    group_by: (
        Annotated[
            str,
            enum("owner"),
            Meta(description="另按负责人分组 · Also one funnel for each owner"),
        ]
        | None
    ) = None

    @property
    def is_cohort(self) -> bool:
        return self.mode == "cohort"

    @property
    def is_ranged(self) -> bool:
        return self.from_ is not None or self.to is not None


class StageView(View):
    """How many opportunities stand at one stage and status, and their sum in one currency."""

    stage: Annotated[int, Meta(description="商机阶段 · Stage of the opportunity")]
    stage_name: Annotated[
        str, Meta(description="阶段名称 · Name of the stage", examples=["方案报价"])
    ]
    status: Annotated[int, Meta(description="1 进行中 open, 2 赢单 won, 3 输单 lost")]
    currency: str
    count: Count
    total_amount_cents: TotalAmount

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
    count: Count
    total_amount_cents: TotalAmount

    @classmethod
    def of(cls, total: Total) -> "TotalView":
        return cls(
            currency=total.currency, count=total.count, total_amount_cents=total.amount_cents
        )


class OwnerFunnelView(View):
    """The funnel of one owner."""

    owner_id: (
        Annotated[
            str,
            Meta(
                description="负责人（平台用户编号），无则为 null · The owner, null for none",
                examples=["alice"],
            ),
        ]
        | None
    )
    data: list[StageView]
    totals: Annotated[list[TotalView], Meta(description="各币种合计 · The sum of each currency")]

    @classmethod
    def all_of(cls, rows: list[FunnelRow], language: Language) -> list["OwnerFunnelView"]:
        """In the order of the owners' ids; those without an owner come last."""
        by_owner: dict[str, list[FunnelRow]] = {}
        for row in rows:
            by_owner.setdefault(row.owner, []).append(row)
        return [
            cls(
                owner_id=owner or None,
                data=[StageView.of(row, language) for row in by_owner[owner]],
                totals=[
                    TotalView.of(total)
                    for total in totals(
                        (row.currency, row.count, row.amount_cents) for row in by_owner[owner]
                    )
                ],
            )
            for owner in sorted(by_owner, key=lambda each: (not each, each))
        ]


class StayView(View):
    """How long deals stayed at a stage before they left it."""

    n: Annotated[int, Meta(description="样本数 · How many such stays", examples=[12])]
    p50_days: Annotated[
        float, Meta(description="中位停留天数 · Half of them took no longer", examples=[4.5])
    ]
    p90_days: Annotated[
        float, Meta(description="九成不超过的天数 · Nine of ten took no longer", examples=[12.0])
    ]


class StepView(View):
    """What became of the deals that got to a stage or further."""

    stage: Annotated[int, Meta(description="商机阶段 · Stage of the opportunity")]
    stage_name: Annotated[
        str, Meta(description="阶段名称 · Name of the stage", examples=["方案报价"])
    ]
    entered: Annotated[
        int,
        Meta(description="到达或越过本阶段的商机数 · How many got here or further", examples=[12]),
    ]
    advanced: Annotated[
        int, Meta(description="其中进入后续阶段 · Of these got further", examples=[8])
    ]
    open: Annotated[int, Meta(description="其中仍在进行 · Of these got no further, and are open")]
    lost: Annotated[int, Meta(description="其中在此输单 · Of these got no further, and are lost")]
    conversion_pct: (
        Annotated[
            float,
            Meta(
                description="进入后续阶段的百分比，样本为 0 时为 null"
                " · advanced / entered × 100, null where none entered",
                examples=[66.67],
            ),
        ]
        | None
    )
    time_in_stage: Annotated[
        StayView | None,
        Meta(description="已结束的停留，没有则为 null · Stays that have ended, or null"),
    ]

    @classmethod
    def of(cls, step: Step, stay: Stay | None, language: Language) -> "StepView":
        has_next = step.stage != _WON_STAGE
        return cls(
            stage=step.stage,
            stage_name=_STAGE_NAMES[language][step.stage],
            entered=step.entered,
            advanced=step.advanced,
            open=step.open,
            lost=step.lost,
            conversion_pct=conversion_rate_pct(step.advanced, step.entered)
            if step.entered and has_next
            else None,
            time_in_stage=StayView(
                n=stay.count, p50_days=_days(stay.median), p90_days=_days(stay.ninth)
            )
            if stay
            else None,
        )


def _days(milliseconds: int) -> float:
    """With one decimal, rounded half up."""
    return (10 * milliseconds + DAY // 2) // DAY / 10


class FunnelView(View):
    """The sales funnel: a row for each stage, status and currency that has opportunities.

    Amounts of different currencies are never added up. `totals` has every currency;
    `totalCount` and `totalAmountCents` are the only currency's or, of several, those of CNY, and
    `totalCurrency` names it.
    """

    data: list[StageView]
    total_currency: Annotated[
        str,
        Meta(
            description="总数与合计所属的币种 · The currency of totalCount and the sum",
            examples=["CNY"],
        ),
    ]
    total_count: Annotated[
        int, Meta(description="该币种的商机数 · How many, in totalCurrency", examples=[12])
    ]
    total_amount_cents: TotalAmount
    totals: Annotated[list[TotalView], Meta(description="各币种合计 · The sum of each currency")]
    owners: (
        Annotated[
            list[OwnerFunnelView],
            Meta(description="按负责人，仅 groupBy=owner · Of each owner, with groupBy=owner"),
        ]
        | UnsetType
    ) = UNSET
    steps: (
        Annotated[
            list[StepView],
            Meta(description="各阶段转化，仅 mode=cohort · Step by step, with mode=cohort"),
        ]
        | UnsetType
    ) = UNSET

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

    customer_total: Annotated[
        int, Meta(description="客户总量 · How many customers", examples=[120])
    ]
    opportunity_total: Annotated[
        int, Meta(description="商机总量 · How many opportunities", examples=[48])
    ]
    opportunity_win_count: Annotated[
        int, Meta(description="赢单数 · How many opportunities are won", examples=[12])
    ]
    conversion_rate_pct: Annotated[
        float,
        Meta(
            description="转化率，百分比，两位小数 · won / all × 100, two decimals", examples=[25.0]
        ),
    ]
    funnel_by_stage: Annotated[
        list[StageView], Meta(description="漏斗明细 · The funnel by stage and status")
    ]


class MetricsReportView(View, kw_only=True):
    """The figures of what the caller sees."""

    cell: Annotated[str, Meta(description="细胞名称 · Name of the cell", examples=["crm"])] = "crm"
    metrics: Annotated[Figures, Meta(description="指标 · The figures")]

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
