"""/opportunities beyond the declared routes: the board, and the history of an opportunity."""

from typing import Any

from crm_cell.http.paging import Page, RequestedPage
from crm_cell.http.request import Request
from crm_cell.kernel.actor import Actor
from crm_cell.opportunities.board import Board, BoardQuery, BoardReader, card_type
from crm_cell.opportunities.history import OpportunityChangeView
from crm_cell.opportunities.resource import Opportunity
from crm_cell.opportunities.service import OpportunityService
from crm_cell.resources.routing import ResourceRoutes
from crm_cell.storage.engine import Reader


class OpportunityRoutes(ResourceRoutes[Opportunity]):
    service: OpportunityService

    def add_own(self) -> None:
        service = self.service
        card: Any = card_type(self.view)
        board_reader = BoardReader(service, self.lists, self.query, self.make_view, card)

        @self.routes.read("/board", "商机看板", long=True, rejections=["QUERY_TOO_BROAD"])
        async def board(
            tx: Reader, actor: Actor, query: BoardQuery, request: Request
        ) -> Board[card]:
            """A column for each stage: how many, sums, and the first cards.

            Open deals are in the order in which they are expected to close, closed ones latest
            first, unless `sort` says otherwise. `filter`, `sort` and `nextCursor` of a column are
            what `GET /opportunities` takes for its next cards.
            """
            return await board_reader.read(tx, actor, query, request.language)

        @self.routes.read("/{opportunity_id}/history", "商机阶段变更记录")
        async def history(
            tx: Reader, actor: Actor, opportunity_id: str, page: RequestedPage
        ) -> Page[OpportunityChangeView]:
            """How stage and status have moved, newest first, from the creation on."""
            found = await service.history(tx, actor, opportunity_id, page)
            return page.answer(found, OpportunityChangeView.of)
