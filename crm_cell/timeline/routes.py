"""The timelines of customers and of opportunities."""

from crm_cell.customers.resource import customers
from crm_cell.http.paging import RequestedCursor
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Merged
from crm_cell.opportunities.resource import opportunities
from crm_cell.resources.messages import not_found
from crm_cell.resources.resource import AnyResource
from crm_cell.storage.engine import Reader
from crm_cell.timeline.schemas import TimelineItemView, TimelineQuery, TimelineView
from crm_cell.timeline.service import Page, Timeline


def timeline_routes(timeline: Timeline) -> list[Routes]:
    of_customer, of_opportunity = _routes(customers), _routes(opportunities)

    @of_customer.read("/{customer_id}/timeline", "客户动态", rejections=[Merged()])
    async def timeline_(
        tx: Reader, actor: Actor, customer_id: str, query: TimelineQuery, page: RequestedCursor
    ) -> TimelineView:
        """All that happened at a customer, newest first: follow-ups, tasks, moves between stages,
        contracts, payments, transfers and changes of the customer itself.

        Of each the caller sees what the lists show as well; transfers and changes are shown to
        those who see all of the customer.
        """
        wanted = query.wanted, page.after, page.size
        return _answer(await timeline.of_customer(tx, actor, customer_id, *wanted), page)

    @of_opportunity.read("/{opportunity_id}/timeline", "商机动态")
    async def timeline__(
        tx: Reader, actor: Actor, opportunity_id: str, query: TimelineQuery, page: RequestedCursor
    ) -> TimelineView:
        """All that happened to an opportunity, newest first: follow-ups, tasks, contracts and
        payments that belong to it, its moves between stages, transfers and other changes.

        Of each the caller sees what the lists show as well.
        """
        wanted = query.wanted, page.after, page.size
        return _answer(await timeline.of_opportunity(tx, actor, opportunity_id, *wanted), page)

    return [of_customer, of_opportunity]


def _routes(resource: AnyResource) -> Routes:
    tag = Tag(resource.tag, resource.label[0], resource.tag_description)
    return Routes(resource.path, tag=tag, missing=not_found(resource))


def _answer(found: Page, page: RequestedCursor) -> TimelineView:
    items, after = found
    data = list(map(TimelineItemView.of, items))
    return TimelineView(data=data, next_cursor=page.cursor(after))
