"""The board: a column for each stage, with its sums, its first cards, and a cursor to go on.

Every column is a list: it names the filter and the sort order of that list, and its cursor is one
that the list takes.
"""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Annotated, Any, Final, Generic, TypeVar, cast

import msgspec
from msgspec import Meta

from crm_cell.customers.resource import customers
from crm_cell.fields.checks import integer, unchanged
from crm_cell.http.paging import (
    FILTER,
    SORT,
    ZONE,
    RequestedListing,
    Wanted,
    list_hash_of,
)
from crm_cell.http.responses import encode
from crm_cell.http.schema import Query, View
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, QueryTooBroad
from crm_cell.kernel.messages import Language
from crm_cell.opportunities.next_steps import NextStep, next_steps_of
from crm_cell.opportunities.resource import Opportunity
from crm_cell.opportunities.rules import DAY
from crm_cell.opportunities.service import OpportunityService
from crm_cell.opportunities.stages import STAGES, Stage, Status
from crm_cell.opportunities.store import BoardSum, board_sum, sums_by_stage
from crm_cell.resources.listing.answering import Lists
from crm_cell.storage.engine import Reader

V = TypeVar("V")

SECONDS: Final = 4.0
"""For all columns; what takes longer is 400 QUERY_TOO_BROAD."""
_MOST_CARDS: Final = 100
_DEFAULT_CARDS: Final = 20
# What is due first, and what was closed last.
_URGENT_FIRST: Final = "expectedCloseOn"
_LATEST_FIRST: Final = "-closedAt"

Money = Annotated[
    int, Meta(description="金额合计，整数分 · Sum in whole cents", examples=[1_280_000])
]


class BoardQuery(Query):
    """Which deals, in which order, and how many cards of each stage."""

    filter: Annotated[str, unchanged(4_096), FILTER] | None = None
    sort: Annotated[str, unchanged(200), SORT] | None = None
    limit: Annotated[
        int,
        integer(1, _MOST_CARDS),
        Meta(description="每列的卡片数 · Cards of each column"),
    ] = _DEFAULT_CARDS
    tz: Annotated[str, unchanged(100), ZONE] | None = None


class BoardSumView(View):
    """The deals of one column in one currency."""

    currency: str
    count: Annotated[int, Meta(description="数量 · How many", examples=[12])]
    total_amount_cents: Money
    weighted_amount_cents: Annotated[
        int,
        Meta(
            description="按赢率加权的金额，整数分 · Sum of amount × probability, in cents",
            examples=[512_000],
        ),
    ]


class BoardColumn(msgspec.Struct, Generic[V], frozen=True, rename="camel"):
    """The deals at one stage."""

    stage: Annotated[int, Meta(description="商机阶段 · The stage")]
    stage_name: Annotated[
        str, Meta(description="阶段名称 · Name of the stage", examples=["方案报价"])
    ]
    status: Annotated[int, Meta(description="1 进行中 open, 2 赢单 won, 3 输单 lost")]
    probability: Annotated[
        int, Meta(description="默认赢率，百分比 · Its default probability, in per cent")
    ]
    stuck_after_days: (
        Annotated[
            int,
            Meta(
                description="停留多少天算停滞，null 表示不限"
                " · After how many days a deal is stuck; null for never",
                examples=[14],
            ),
        ]
        | None
    )
    count: Annotated[int, Meta(description="数量 · How many", examples=[12])]
    sums: Annotated[list[BoardSumView], Meta(description="各币种合计 · The sum of each currency")]
    filter: Annotated[
        str,
        Meta(
            description="本列的筛选条件 · The filter of this column's list", examples=["stage = 1"]
        ),
    ]
    sort: Annotated[
        str,
        Meta(description="本列的排序 · The order of this column's list", examples=["createdAt"]),
    ]
    data: Annotated[list[V], Meta(description="前几张卡片 · The first cards")]
    next_cursor: (
        Annotated[
            str,
            Meta(description="用于 GET /opportunities 的后续游标 · To go on in GET /opportunities"),
        ]
        | None
    )


class Board(msgspec.Struct, Generic[V], frozen=True, rename="camel"):
    """The columns, in the order of the stages."""

    data: Annotated[list[BoardColumn[V]], Meta(description="各阶段 · The stages")]


class CardTask(View):
    """The open task of a deal that is due first."""

    task_id: Annotated[str, Meta(description="任务 · The task")]
    title: Annotated[str, Meta(description="任务标题 · Its title", examples=["回电确认报价"])]
    due: (
        Annotated[
            str,
            Meta(
                description="截止日期或截止时间 · Its due date or due time", examples=["2026-12-04"]
            ),
        ]
        | None
    )


def card_type(view: type[View]) -> type[View]:
    """A deal as lists show it, with what a card needs beside."""
    made = msgspec.defstruct(
        "OpportunityCard",
        [
            (
                "customer_name",
                Annotated[
                    str,
                    Meta(
                        description="客户名称 · Name of the customer",
                        examples=["杭州云图科技有限公司"],
                    ),
                ]
                | None,
            ),
            (
                "days_at_stage",
                Annotated[
                    int, Meta(description="停留天数 · Whole days at its stage", examples=[18])
                ],
            ),
            ("stuck", Annotated[bool, Meta(description="是否停滞 · Whether it is stuck now")]),
            (
                "next_task",
                Annotated[
                    CardTask | None,
                    Meta(
                        description="下一步：最先到期的待办任务，没有则为 null"
                        " · The next step: its open task that is due first; null for none"
                    ),
                ],
            ),
        ],
        bases=(view,),
        kw_only=True,
        rename="camel",
        namespace={"__doc__": "An opportunity on the board."},
        module=__name__,
    )
    return cast(type[View], made)


class BoardReader:
    def __init__(
        self,
        service: OpportunityService,
        lists: Lists[Opportunity],
        query: type[Query],
        view: Callable[[Opportunity], View],
        card: type[View],
    ) -> None:
        """`query` has the exact filters of the list."""
        self._service = service
        self._finding = lists.finding
        self._no_filters = msgspec.json.encode([query()])
        self._view, self._card = view, card
        self._limits = dict(service.rules.stuck_after_days)
        self._next_steps = next_steps_of(service.services)

    async def read(
        self, tx: Reader, actor: Actor, query: BoardQuery, language: Language
    ) -> Board[Any]:
        """Raises BadRequest, and QueryTooBroad after SECONDS."""
        ends = monotonic() + SECONDS
        asked = Wanted(query.filter, query.sort, zone=query.tz)
        self._finding.language.parse(asked)
        sums = await self._sums(tx, actor, asked)
        found = []
        for stage in STAGES:
            wanted = Wanted(
                _of_stage(stage, query.filter), query.sort or _sort_of(stage), zone=query.tz
            )
            mark = self._no_filters + wanted.narrowing
            page = RequestedListing(
                size=query.limit,
                list_hash=list_hash_of(
                    actor.tenant, actor.owner, self._service.resource.path, mark
                ),
                wanted=wanted,
            )
            left = ends - monotonic()
            if left <= 0:
                raise QueryTooBroad("filter")
            found.append((stage, page, await self._find(tx, actor, page, left)))
        shown = [deal for *_, rows in found for deal in rows.records]
        names = await self._names(tx, actor, shown)
        steps = await self._next_steps.next_steps(tx, actor, {deal.id for deal in shown})
        columns = []
        for stage, page, rows in found:
            cards = [
                self._as_card(deal, names, steps.get(deal.id), tx.now) for deal in rows.records
            ]
            listing = page.listing(cards, None, behind=rows.behind)
            columns.append(self._column(stage, page, listing, sums.get(stage.number, ()), language))
        return Board(columns)

    async def _find(self, tx: Reader, actor: Actor, page: RequestedListing, left: float) -> Any:
        """Of one column. A place in its filter is reported as one in the filter asked for."""
        try:
            return await self._finding.find(tx, actor, {}, page, seconds=left)
        except BadRequest as bad:
            before = len(_of_stage(STAGES[0], "")) - 1
            raise BadRequest(
                [
                    fault
                    if fault.offset is None
                    else msgspec.structs.replace(fault, offset=max(0, fault.offset - before))
                    for fault in bad.field_errors
                ]
            ) from None

    async def _sums(
        self, tx: Reader, actor: Actor, asked: Wanted
    ) -> Mapping[int, Sequence[BoardSum]]:
        """By stage. Without a filter they are maintained sums, if the caller owns all of it."""
        is_member = await self._service.store.is_member(tx, actor)
        if asked.filter is None and not is_member:
            found = await self._service.board_sums(tx, actor)
        else:
            page = RequestedListing(wanted=Wanted(asked.filter, zone=asked.zone))
            rows = await self._finding.grouped(tx, actor, page, sums_by_stage)
            found = [board_sum(row) for row in rows]
        by_stage: dict[int, list[BoardSum]] = {}
        for each in found:
            by_stage.setdefault(each.stage, []).append(each)
        return by_stage

    async def _names(
        self, tx: Reader, actor: Actor, deals: Sequence[Opportunity]
    ) -> dict[str, str]:
        store = self._service.services.of(customers).store
        return await store.titles(tx, actor, {deal.customer_id for deal in deals})

    def _as_card(
        self, deal: Opportunity, names: Mapping[str, str], step: NextStep | None, now: int
    ) -> View:
        since = deal.created_at if deal.stage_since is None else deal.stage_since
        days = max(0, now - since) // DAY
        limit = self._limits.get(deal.stage)
        return self._card(
            **msgspec.structs.asdict(self._view(deal)),
            customer_name=names.get(deal.customer_id),
            days_at_stage=days,
            stuck=limit is not None and now - since >= limit * DAY,
            next_task=None if step is None else CardTask(step.task_id, step.title, step.due),
        )

    def _column(
        self,
        stage: Stage,
        page: RequestedListing,
        listing: Any,
        sums: Sequence[BoardSum],
        language: Language,
    ) -> BoardColumn[Any]:
        wanted = page.wanted
        assert wanted is not None, "every column has a filter and an order"
        return BoardColumn(
            stage=stage.number,
            stage_name=stage.name if language == "zh" else stage.english_name,
            status=stage.status,
            probability=stage.probability,
            stuck_after_days=self._limits.get(stage.number),
            count=sum(each.count for each in sums),
            sums=[
                BoardSumView(
                    currency=each.currency,
                    count=each.count,
                    total_amount_cents=each.amount_cents,
                    weighted_amount_cents=each.weighted_cents,
                )
                for each in sums
            ],
            filter=cast(str, wanted.filter),
            sort=wanted.sort or "",
            data=listing.data,
            next_cursor=listing.next_cursor,
        )


def _of_stage(stage: Stage, asked: str | None) -> str:
    """The filter of one column, as text, or as JSON where that was asked for."""
    if asked is None:
        return f"stage = {stage.number}"
    if asked.lstrip()[:1] == "{":
        condition = {"field": "stage", "op": "=", "value": stage.number}
        return encode({"and": [condition, msgspec.Raw(asked.encode())]}).decode()
    return f"stage = {stage.number} and ({asked})"


def _sort_of(stage: Stage) -> str:
    return _URGENT_FIRST if stage.status is Status.OPEN else _LATEST_FIRST
