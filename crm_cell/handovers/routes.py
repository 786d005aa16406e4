"""/handover and /handovers"""

from crm_cell.handovers.messages import HANDOVER_UNKNOWN, TOO_LATE, UNDONE
from crm_cell.handovers.schemas import (
    HandoverCreate,
    HandoversView,
    HandoverView,
    plan_of,
)
from crm_cell.handovers.service import UNDO_DAYS, HandoverService
from crm_cell.http.paging import RequestedCursor
from crm_cell.http.responses import RolledBack
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, Forbidden, RuleViolation
from crm_cell.kernel.scopes import ADMIN
from crm_cell.people.messages import ADMINISTRATORS_ONLY, USER_LEFT, USER_UNKNOWN
from crm_cell.people.users.service import require_administrator
from crm_cell.storage.engine import Reader, Tx

_REJECTIONS = (
    Forbidden(ADMINISTRATORS_ONLY),
    RuleViolation(USER_UNKNOWN),
    RuleViolation(USER_LEFT),
)


def handover_routes(service: HandoverService) -> Routes:
    routes = Routes(
        "",
        tag=Tag("handovers", "移交", "Gives what a user has in hand to others, with undo."),
        missing=HANDOVER_UNKNOWN,
        members={
            "handoverId": {
                "description": "移交编号 · Id of the handover",
                "examples": ["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c61"],
            }
        },
    )

    @routes.write("POST", "/handover", "移交", scope=ADMIN, long=True, rejections=_REJECTIONS)
    async def create(tx: Tx, actor: Actor, body: HandoverCreate) -> HandoverView:
        """Give a user's customers, open opportunities and open tasks to others.

        Only owners change. Up to 500 records are given at once; while `complete` is false, continue
        with `POST /handovers/{handoverId}/continue`. `dryRun` only counts.
        """
        require_administrator(actor)
        plan, user = plan_of(body), body.from_user_id
        await service.check(tx, actor.tenant, plan)
        if body.dry_run:
            remaining = await service.remaining(tx, actor.tenant, user, plan)
            raise RolledBack(HandoverView.of_dry_run(actor, user, plan, remaining))
        return HandoverView.of(await service.begin(tx, actor, user, plan))

    @routes.read("/handovers", "移交列表", scope=ADMIN, rejections=[Forbidden(ADMINISTRATORS_ONLY)])
    async def list_(tx: Reader, actor: Actor, page: RequestedCursor) -> HandoversView:
        """Handovers, newest first: who gave what to whom, and until when it can be undone."""
        require_administrator(actor)
        found, after = await service.page(tx, actor.tenant, page.after, page.size)
        data = [HandoverView.of(each) for each in found]
        return HandoversView(data=data, next_cursor=page.cursor(after))

    @routes.read(
        "/handovers/{handover_id}",
        "移交详情",
        scope=ADMIN,
        rejections=[Forbidden(ADMINISTRATORS_ONLY)],
    )
    async def get(tx: Reader, actor: Actor, handover_id: str) -> HandoverView:
        """What a handover has given, and what remains."""
        require_administrator(actor)
        return HandoverView.of(await service.get(tx, actor, handover_id))

    @routes.write(
        "POST",
        "/handovers/{handover_id}/continue",
        "继续移交",
        scope=ADMIN,
        long=True,
        rejections=[*_REJECTIONS, Conflict(UNDONE)],
    )
    async def go_on(tx: Tx, actor: Actor, handover_id: str) -> HandoverView:
        """Give away the next 500 records of a handover."""
        require_administrator(actor)
        return HandoverView.of(await service.go_on(tx, actor, handover_id))

    @routes.write(
        "POST",
        "/handovers/{handover_id}/undo",
        "撤销移交",
        scope=ADMIN,
        long=True,
        rejections=[*_REJECTIONS, Conflict(TOO_LATE, days=UNDO_DAYS)],
    )
    async def undo(tx: Tx, actor: Actor, handover_id: str) -> HandoverView:
        """Take back, for 7 days, what still belongs to those who got it: 500 records at once.

        Repeat it while `complete` is false.
        """
        require_administrator(actor)
        return HandoverView.of(await service.undo(tx, actor, handover_id))

    return routes
