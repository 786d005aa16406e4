"""Storage of opportunities, of the sums of the funnel, and of the history of stages."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import QueryTooBroad
from crm_cell.kernel.ids import lowest_at, lowest_at_with_skew
from crm_cell.kernel.money import SPLIT, join
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.opportunities.funnel import FunnelRow, Step, shifts
from crm_cell.opportunities.history import Change
from crm_cell.opportunities.resource import STUCK, Opportunity
from crm_cell.opportunities.rules import DAY, DealRules
from crm_cell.opportunities.stages import STAGES, Status
from crm_cell.resources.listing.conditions import Shape, Typed
from crm_cell.resources.listing.members import Derived
from crm_cell.resources.listing.reading import DEADLINE_SECONDS
from crm_cell.resources.reading import RecordWithDeletion
from crm_cell.resources.resource import Resource
from crm_cell.resources.statements import Statements
from crm_cell.resources.store import Store
from crm_cell.resources.visibility import OWNER, TENANT, own_rows
from crm_cell.storage.counter_check import Difference
from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.errors import TooSlow
from crm_cell.storage.paging.pages import newest_first

PER_CENT = 100
REPORT_SECONDS = 10.0
_CHANGE_COLUMNS = (
    "tenant_id, id, opportunity_id, from_stage, to_stage, from_status, to_status, actor, created_at"
)
_ADD_TO_FUNNEL = """
INSERT INTO funnel
 (tenant_id, owner_id, currency, stage, status, stripe, count, amount_high, amount_low)
VALUES
 (:tenant_id, :owner_id, :currency, :stage, :status, :stripe, :count, :amount_high, :amount_low)
ON CONFLICT (tenant_id, owner_id, currency, stage, status, stripe) DO UPDATE SET
 count = funnel.count + excluded.count,
 amount_high = funnel.amount_high + excluded.amount_high,
 amount_low = funnel.amount_low + excluded.amount_low
"""


class OpportunityStore(Store[Opportunity]):
    def __init__(
        self,
        resource: Resource[Opportunity],
        tables: sa.MetaData,
        rules: DealRules,
        *,
        search_texts: bool = False,
    ) -> None:
        super().__init__(resource, tables, search_texts=search_texts)
        self.derived = (Derived("stuck", STUCK, "stage_since", _stuck(rules)),)

    async def count(
        self,
        tx: Tx,
        steps: Sequence[tuple[Opportunity | None, Opportunity | None]],
        *,
        restored: bool = False,
    ) -> None:
        """Also updates the sums of the funnel."""
        await super().count(tx, steps, restored=restored)
        await _add_to_funnel(tx, list(steps))

    async def erase(self, tx: Tx, records: Sequence[RecordWithDeletion[Opportunity]]) -> None:
        """Also deletes their history."""
        await tx.execute_many(
            "DELETE FROM opportunity_changes WHERE tenant_id = :tenant AND opportunity_id = :id",
            [{"tenant": each.tenant_id, "id": each.id} for each, _ in records],
        )
        await super().erase(tx, records)

    async def open_of(
        self, tx: Tx, tenant: str, customer_id: str, owner: str | None
    ) -> list[Opportunity]:
        """A customer's open opportunities of one owner (None: without owner), locked."""
        text = self.statements.text(tx.dialect, _open_of) + tx.for_update
        rows = await tx.fetch_all(
            text, tenant=tenant, customer=customer_id, open=Status.OPEN, owner=owner or ""
        )
        return [Opportunity(*row) for row in rows]


def _stuck(rules: DealRules) -> Callable[[int], Typed]:
    """The condition of deals that have been at an open stage for longer than its limit."""

    def condition(now: int) -> Typed:
        limits = {stage: now - days * DAY for stage, days in rules.stuck_after_days}
        if not limits:
            return ("or",), []
        at_stages = [
            ("and", ("compare", "stage", "="), ("compare", "stage_since", "<=")) for _ in limits
        ]
        # The latest of the limits bounds them all, and an index finds it.
        bound: Shape = ("compare", "stage_since", "<=")
        values = [each for limit in limits.items() for each in limit]
        return ("and", bound, ("or", *at_stages)), [max(limits.values()), *values]

    return condition


def _open_of(statements: Statements) -> sa.Select[Any]:
    columns = statements.table.c
    return (
        sa.select(*(columns[name] for name in statements.columns))
        .where(
            columns.tenant_id == TENANT,
            columns.customer_id == sa.bindparam("customer"),
            columns.deleted_at.is_(None),
            columns.status == sa.bindparam("open"),
            sa.func.coalesce(columns.owner_id, sa.literal_column("''")) == OWNER,
        )
        .order_by(columns.id)
    )


async def add_change(tx: Tx, change: Change) -> None:
    await tx.execute(
        f"INSERT INTO opportunity_changes ({_CHANGE_COLUMNS}) VALUES (:tenant_id, :id,"
        " :opportunity_id, :from_stage, :to_stage, :from_status, :to_status, :actor, :created_at)",
        **msgspec.structs.asdict(change),
    )


async def history(tx: Reader, opportunity: Opportunity, page_request: PageRequest) -> Slice[Change]:
    return await newest_first(
        tx,
        f"SELECT {_CHANGE_COLUMNS} FROM opportunity_changes WHERE tenant_id = :tenant"
        " AND opportunity_id = :opportunity",
        Change,
        page_request,
        total=await _count_of_changes(tx, opportunity),
        counter=None,
        tenant=opportunity.tenant_id,
        opportunity=opportunity.id,
    )


async def _count_of_changes(tx: Reader, opportunity: Opportunity) -> int:
    """Counts the rows, because an opportunity has only a few changes."""
    row = await tx.fetch_one(
        "SELECT count(*) FROM opportunity_changes WHERE tenant_id = :tenant"
        " AND opportunity_id = :opportunity",
        tenant=opportunity.tenant_id,
        opportunity=opportunity.id,
    )
    return int(row[0]) if row else 0


async def stage_when_last_open(tx: Reader, opportunity: Opportunity) -> int | None:
    row = await tx.fetch_one(
        "SELECT to_stage FROM opportunity_changes WHERE tenant_id = :tenant"
        " AND opportunity_id = :opportunity AND to_status = :open ORDER BY id DESC LIMIT 1",
        tenant=opportunity.tenant_id,
        opportunity=opportunity.id,
        open=Status.OPEN,
    )
    return int(row[0]) if row else None


async def _add_to_funnel(tx: Tx, steps: list[Step]) -> None:
    rows = [
        {
            **msgspec.structs.asdict(shift.cell),
            "stripe": tx.stripe,
            "count": shift.count,
            "amount_high": shift.amount_high,
            "amount_low": shift.amount_low,
        }
        for shift in shifts(steps)
    ]
    if rows:
        await tx.execute_many(_ADD_TO_FUNNEL, rows)


async def funnel(
    tx: Reader,
    actor: Actor,
    *,
    named: str | None,
    currency: str | None,
    by_owner: bool = False,
) -> list[FunnelRow]:
    where, keys = _conditions(actor, named, currency), _keys("owner_id", by_owner=by_owner)
    rows = await tx.fetch_all(
        f"SELECT {keys}, sum(count), sum(amount_high), sum(amount_low)"
        f" FROM funnel WHERE tenant_id = :tenant{where} GROUP BY {keys}"
        f" HAVING sum(count) > 0 ORDER BY {keys}",
        tenant=actor.tenant,
        owner=actor.owner,
        named=named,
        currency=currency,
    )
    return [_funnel_row(row) for row in rows]


async def funnel_between(
    tx: Reader,
    actor: Actor,
    begin: int | None,
    end: int | None,
    *,
    named: str | None,
    currency: str | None,
    by_owner: bool = False,
) -> list[FunnelRow]:
    """Raises QueryTooBroad.

    Ids contain the time of creation, or a later one if the clock was set back. So a range of ids
    selects the rows, and only rows near its ends need a comparison of `created_at`."""
    where = _conditions(actor, named, currency)
    keys = _keys("coalesce(owner_id, '')", by_owner=by_owner)
    where += (
        " AND id >= :first AND (id >= :surely OR created_at >= :begin)" if begin is not None else ""
    )
    where += (
        " AND id < :past AND (id < :surely_not OR created_at < :end)" if end is not None else ""
    )
    try:
        rows = await tx.fetch_within(
            REPORT_SECONDS,
            f"SELECT {keys}, count(*), sum(amount_cents / :split),"
            f" sum(amount_cents % :split) FROM opportunities WHERE tenant_id = :tenant{where}"
            f" AND deleted_at IS NULL GROUP BY {keys} ORDER BY {keys}",
            tenant=actor.tenant,
            owner=actor.owner,
            named=named,
            currency=currency,
            begin=begin,
            end=end,
            first=lowest_at(begin or 0),
            surely=lowest_at_with_skew(begin or 0),
            surely_not=lowest_at(end or 0),
            past=lowest_at_with_skew(end or 0),
            split=SPLIT,
        )
    except TooSlow:
        raise QueryTooBroad("from") from None
    return [_funnel_row(row) for row in rows]


# Board


class BoardSum(msgspec.Struct, frozen=True):
    """The deals at one stage in one currency. Sums may exceed an int64."""

    stage: int
    currency: str
    count: int
    amount_cents: int
    weighted_cents: int
    """Each amount times its probability, rounded down in sum."""


async def board_sums(tx: Reader, actor: Actor, rows: Iterable[FunnelRow]) -> list[BoardSum]:
    """From the rows of the funnel, weighed by the stages' probabilities; then corrected by the
    deals that have a probability of their own, which are few, and have an index."""
    try:
        found = await tx.fetch_within(
            DEADLINE_SECONDS,
            "SELECT stage, currency, sum((amount_cents / :split) * probability),"
            " sum((amount_cents % :split) * probability), sum(amount_cents / :split),"
            " sum(amount_cents % :split) FROM opportunities WHERE tenant_id = :tenant"
            f"{own_rows(actor)} AND deleted_at IS NULL AND probability IS NOT NULL"
            " AND status = :open GROUP BY stage, currency",
            tenant=actor.tenant,
            owner=actor.owner,
            open=Status.OPEN,
            split=SPLIT,
        )
    except TooSlow:
        raise QueryTooBroad("probability") from None
    of_stages = {stage.number: stage.probability for stage in STAGES}
    corrections = {
        (stage, currency): join(int(high), int(low))
        - of_stages[stage] * join(int(all_high), int(all_low))
        for stage, currency, high, low, all_high, all_low in found
    }
    return [
        BoardSum(
            row.stage,
            row.currency,
            row.count,
            row.amount_cents,
            (
                row.amount_cents * of_stages[row.stage]
                + corrections.get((row.stage, row.currency), 0)
            )
            // PER_CENT,
        )
        for row in rows
    ]


def sums_by_stage(found: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
    """The columns of `board_sum`."""
    columns = table.c
    split = sa.literal_column(str(SPLIT), sa.BigInteger)
    high, low = columns.amount_cents // split, columns.amount_cents % split
    number = sa.literal_column
    default = sa.case(
        *(
            (columns.stage == number(str(each.number)), number(str(each.probability)))
            for each in STAGES
        )
    )
    given = sa.case((columns.status == number(str(int(Status.OPEN))), columns.probability))
    weight = sa.func.coalesce(given, default, type_=sa.BigInteger)
    sums = (high, low, high * weight, low * weight)
    summed = found.with_only_columns(
        columns.stage, columns.currency, sa.func.count(), *map(sa.func.sum, sums)
    )
    return summed.group_by(columns.stage, columns.currency).order_by(
        columns.stage, columns.currency
    )


def board_sum(row: Row) -> BoardSum:
    stage, currency, count, high, low, weighted_high, weighted_low = row
    weighted = join(int(weighted_high), int(weighted_low)) // PER_CENT
    return BoardSum(stage, currency, int(count), join(int(high), int(low)), weighted)


def _conditions(actor: Actor, named: str | None, currency: str | None) -> str:
    """SQL conditions on visibility and, if given, on owner and currency."""
    by_owner = " AND owner_id = :named" if named is not None else ""
    by_currency = " AND currency = :currency" if currency is not None else ""
    return own_rows(actor) + by_owner + by_currency


def _keys(owner: str, *, by_owner: bool) -> str:
    return f"stage, status, currency{f', {owner}' if by_owner else ''}"


def _funnel_row(row: Row) -> FunnelRow:
    stage, status, currency, *owner, count, high, low = row
    amount = join(int(high), int(low))
    return FunnelRow(stage, status, currency, int(count), amount, *owner)


async def wrong_funnel(tx: Reader) -> list[Difference]:
    """Sums of the funnel that differ from the sums of the opportunities, of all tenants."""
    stored = await tx.fetch_all(
        "SELECT tenant_id, owner_id, currency, stage, status, CAST(sum(count) AS BIGINT),"
        " CAST(sum(amount_high) AS BIGINT), CAST(sum(amount_low) AS BIGINT) FROM funnel"
        " GROUP BY tenant_id, owner_id, currency, stage, status"
    )
    true = await tx.fetch_all(
        "SELECT tenant_id, coalesce(owner_id, ''), currency, stage, status, count(*),"
        " CAST(sum(amount_cents / :split) AS BIGINT), CAST(sum(amount_cents % :split) AS BIGINT)"
        " FROM opportunities WHERE deleted_at IS NULL"
        " GROUP BY tenant_id, coalesce(owner_id, ''), currency, stage, status",
        split=SPLIT,
    )
    return list(_compared(_cells(stored), _cells(true)))


_Cells = dict[tuple[str, str, str], int]


def _cells(rows: Iterable[Row]) -> _Cells:
    """Counts and amounts of the funnel by tenant, name and key, without zeros."""
    cells: _Cells = {}
    for tenant, owner, currency, stage, status, count, high, low in rows:
        key = f"owner={owner} currency={currency} stage={stage} status={status}"
        cells[tenant, "funnel.count", key] = count
        cells[tenant, "funnel.amount_cents", key] = join(high, low)
    return {key: value for key, value in cells.items() if value}


def _compared(stored: _Cells, true: _Cells) -> Iterable[Difference]:
    return (
        Difference(*key, stored.get(key, 0), true.get(key, 0))
        for key in sorted(stored.keys() | true.keys())
        if stored.get(key, 0) != true.get(key, 0)
    )
