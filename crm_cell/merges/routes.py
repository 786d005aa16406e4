"""/customers/{customerId}/merge and /merges"""

from typing import Annotated

from msgspec import Meta

from crm_cell.customers.merged.store import UNDO_DAYS
from crm_cell.customers.resource import customers
from crm_cell.customers.service import CustomerService
from crm_cell.fields import checks
from crm_cell.http.paging import RequestedCursor
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.responses import Resource, RolledBack
from crm_cell.http.routing import Routes, Tag
from crm_cell.http.schema import Query, View
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, DuplicateName, Forbidden, Merged, RuleViolation
from crm_cell.merges.groups import TOO_MANY_LEVELS
from crm_cell.merges.messages import MERGE_UNKNOWN, MERGED_ALREADY, REMOVED, TOO_LATE, UNDONE
from crm_cell.merges.schemas import (
    CustomerMerge,
    MergeResultView,
    MergeView,
    plan_of,
    result_of,
    view_of,
)
from crm_cell.merges.service import MergeService
from crm_cell.merges.undoing import MergeHistory
from crm_cell.resources.lineage.rules import MOST_LEVELS
from crm_cell.resources.messages import (
    FORBIDDEN_TRANSFER,
    not_found,
    owned_by_colleague,
    restore_first,
)
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader, Tx

_COLLEAGUE = owned_by_colleague(customers)


class MergesQuery(Query):
    customer_id: (
        Annotated[
            str,
            checks.reference(label=("客户", "Customer")),
            Meta(description="只看合并到该客户的 · Only what was merged into this customer"),
        ]
        | None
    ) = None


class MergesView(View):
    """A page of merges, the newest first."""

    data: list[MergeView]
    next_cursor: str | None


def merge_routes(services: Services) -> list[Routes]:
    return [_merging(services), _merges(services)]


def _merging(services: Services) -> Routes:
    service = MergeService(services)
    tag = Tag(customers.tag, customers.label[0], customers.tag_description)
    routes = Routes(
        customers.path,
        tag=tag,
        missing=not_found(customers),
        authorize_replay=services.get(CustomerService).authorize_replay,
    )

    @routes.write(
        "POST",
        "/{customer_id}/merge",
        "合并客户",
        long=True,
        rejections=[
            RuleViolation(not_found(customers)),
            RuleViolation(MERGED_ALREADY),
            RuleViolation(_COLLEAGUE),
            RuleViolation(TOO_MANY_LEVELS, limit=MOST_LEVELS),
            Forbidden(_COLLEAGUE),
            Forbidden(FORBIDDEN_TRANSFER),
            DuplicateName(),
            Merged(),
        ],
    )
    async def merge(
        tx: Tx, actor: Actor, customer_id: str, body: CustomerMerge, condition: IfMatch
    ) -> Resource[MergeResultView]:
        """Merge up to four customers into this one.

        Everything that belongs to them belongs to this customer then, in one transaction. They are
        deleted, and answer 410 `MERGED` with `mergedInto`. Stages, dates and the history of
        opportunities stay as they are. `dryRun` shows the counts and the customer that would
        result.
        """
        plan = plan_of(body, customer_id)
        done = await service.merge(tx, actor, customer_id, plan, condition.require)
        result = result_of(done, dry_run=body.dry_run)
        answer = Resource(result, done.survivor.id, done.survivor.version)
        if body.dry_run:
            raise RolledBack(answer)
        return answer

    return routes


def _merges(services: Services) -> Routes:
    history = MergeHistory(services)
    routes = Routes(
        "/merges",
        tag=Tag("merges", "合并", "Customers that were merged, and undoing it."),
        missing=MERGE_UNKNOWN,
        authorize_replay=history.authorize_replay,
        members={
            "mergeId": {
                "description": "合并编号 · Id of the merge",
                "examples": ["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c71"],
            }
        },
    )

    @routes.read("", "合并列表")
    async def list_(
        tx: Reader, actor: Actor, query: MergesQuery, page: RequestedCursor
    ) -> MergesView:
        """Merges, newest first, into the customers that the caller sees."""
        found, after = await history.page(tx, actor, query.customer_id, page.after, page.size)
        return MergesView(data=[view_of(each) for each in found], next_cursor=page.cursor(after))

    @routes.read("/{merge_id}", "合并详情")
    async def get(tx: Reader, actor: Actor, merge_id: str) -> MergeView:
        """One merge."""
        return view_of(await history.get(tx, actor, merge_id))

    @routes.write(
        "POST",
        "/{merge_id}/undo",
        "撤销合并",
        long=True,
        rejections=[
            Conflict(UNDONE),
            Conflict(TOO_LATE, days=UNDO_DAYS),
            Conflict(REMOVED),
            Conflict(restore_first(customers)),
            DuplicateName(),
            Forbidden(_COLLEAGUE),
            Merged(),
        ],
    )
    async def undo(tx: Tx, actor: Actor, merge_id: str) -> MergeView:
        """Undo a merge, for 30 days: the customers come back, with what was theirs.

        What was created or changed since stays as it is.
        """
        return view_of(await history.undo(tx, actor, merge_id))

    return routes
