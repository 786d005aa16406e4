"""Opportunities: deals that pass through stages until they are won or lost."""

from msgspec import UNSET

from crm_cell.customers.members.table import shared_with_members
from crm_cell.fields import (
    CASCADE,
    Writable,
    currency,
    date,
    instant,
    integer,
    money,
    option,
    options,
    owner,
    reference,
    tags,
    text,
)
from crm_cell.kernel.money import DEFAULT_CURRENCY
from crm_cell.opportunities.stages import STAGES, Status
from crm_cell.resources.record import Record
from crm_cell.resources.resource import CRUD, EXPORT, IMPORT, RESTORE, Resource, SharedThrough

STUCK = ("停滞", "Stuck")
LOST_REASONS = {
    "price": ("价格", "price"),
    "competitor": ("选择竞品", "chose a competitor"),
    "budget": ("没有预算", "no budget"),
    "timing": ("时机不合适", "bad timing"),
    "requirements": ("不符合需求", "does not fit"),
    "noDecision": ("没有决定", "no decision"),
    "noResponse": ("失去联系", "no response"),
    "other": ("其他", "other"),
}
SOURCES = {
    "website": ("官网", "website"),
    "referral": ("转介绍", "referral"),
    "exhibition": ("展会", "exhibition"),
    "advertisement": ("广告", "advertisement"),
    "outbound": ("主动开发", "outbound"),
    "partner": ("渠道", "partner"),
    "existingCustomer": ("老客户", "existing customer"),
    "other": ("其他", "other"),
}


class Opportunity(Record):
    customer_id: str = reference(
        "customers",
        on_delete=CASCADE,
        label=("所属客户", "Customer"),
        short_label=("客户", "customer"),
        filterable=True,
        writable=Writable.ON_CREATE,
    )
    title: str = text(
        1,
        200,
        label=("商机标题", "Title"),
        short_label=("标题", "title"),
        description=("标题", "The title"),
        examples=["年度采购"],
        personal=True,
        searchable=True,
    )
    amount_cents: int = money(label=("金额", "Amount"), default=0)
    currency: str = currency(default=DEFAULT_CURRENCY)
    stage: int = options(
        {stage.number: (stage.name, stage.english_name) for stage in STAGES},
        label=("商机阶段", "Stage"),
        short_label=("阶段", "stage"),
        description=", ".join(f"{stage.number} {stage.name}" for stage in STAGES)
        + "; 5 goes with status 2, 6 with status 3, the others with status 1",
        default=UNSET,
    )
    status: int = options(
        {
            Status.OPEN: ("进行中", "open"),
            Status.WON: ("赢单", "won"),
            Status.LOST: ("输单", "lost"),
        },
        label=("状态", "Status"),
        description="1 进行中 open, 2 赢单 won, 3 输单 lost",
        default=UNSET,
    )
    owner_id: str | None = owner()
    expected_close_on: str | None = date(
        label=("预计成交日期", "Expected close date"),
        description=("预计成交日期", "The day on which it is expected to be won"),
    )
    probability: int | None = integer(
        0,
        100,
        label=("赢率", "Probability"),
        description=(
            "赢率，百分比，空则按阶段默认",
            "Probability of winning in per cent; null means the stage's default",
        ),
    )
    lost_reason: str | None = option(LOST_REASONS, label=("输单原因", "Lost reason"))
    lost_note: str | None = text(
        1, 1_000, lines=True, label=("输单说明", "Lost note"), personal=True
    )
    competitor: str | None = text(
        1, 100, label=("竞争对手", "Competitor"), personal=True, examples=["星河软件"]
    )
    source: str | None = option(SOURCES, label=("商机来源", "Source"))
    tags: str | None = tags()
    closed_at: int | None = instant(
        label=("关闭时间", "Closed at"),
        description=("赢单或输单的时间", "When it was won or lost; null while it is open"),
        writable=Writable.NEVER,
    )
    stage_since: int | None = instant(
        label=("进入当前阶段的时间", "Stage since"),
        description=("进入当前阶段的时间", "Since when it has been at its stage"),
        writable=Writable.NEVER,
    )
    pushed_count: int | None = integer(
        0,
        2**31 - 1,
        label=("推迟次数", "Pushed"),
        description=(
            "预计成交日期被推迟的次数",
            "How many times the expected close date was moved to a later day",
        ),
        default=0,
        writable=Writable.NEVER,
    )

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN


opportunities = Resource(
    Opportunity,
    path="/opportunities",
    label=("商机", "Opportunity"),
    verbs=CRUD | RESTORE | EXPORT | IMPORT,
    title="title",
    description="An opportunity of a customer.",
    tag_description="Deals on their way through six stages, to won or lost.",
    checks={
        "amount": "amount_cents >= 0",
        "stage": "stage BETWEEN 1 AND 6",
        "status": "status BETWEEN 1 AND 3",
    },
    indexed_by=(
        ("stage",),
        ("amount_cents",),
        ("updated_at",),
        ("stage_since",),
        ("expected_close_on",),
        # The columns of an owner's board: SQLite read all deals of the owner for each.
        ("owner_id", "stage", "expected_close_on"),
    ),
    # The board shows what is due first and what was closed last, and weighs by probabilities.
    sparsely_indexed_by=(
        ("owner_id", "stage", "closed_at"),
        ("stage", "expected_close_on"),
        ("stage", "closed_at"),
        ("probability",),
    ),
    shared_with_members=shared_with_members(),
    shared_through=(SharedThrough("customers", foreign="id", local="customer_id", live=False),),
    descriptions={
        "body": "Without stage and status it is open at stage 1; one of the two decides the other.",
        "list": "List opportunities, newest first, all or those of one customer.",
        "create": "Create an opportunity. Without an owner of its own it gets its customer's.",
        "get": "One opportunity.",
        "update": "Change an opportunity by a JSON merge patch; stage and status follow each"
        " other.",
        "delete": "Delete an opportunity. What mentions it stays as it is.",
        "restore": "Restore a deleted opportunity. One that is not deleted stays as it is.",
    },
)
