"""GET /today."""

from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Forbidden
from crm_cell.resources.listing.times import day_of
from crm_cell.storage.engine import Reader
from crm_cell.today.messages import OTHERS_DAY
from crm_cell.today.schemas import SectionView, TodayQuery, TodayView
from crm_cell.today.sections import sections
from crm_cell.today.service import Today, usual_scope


def today_routes(today: Today) -> Routes:
    routes = Routes("/today", tag=Tag("today", "今天", "What there is to do now."))

    @routes.read("", "今天的工作", rejections=[Forbidden(OTHERS_DAY)])
    async def read(tx: Reader, actor: Actor, query: TodayQuery) -> TodayView:
        """What there is to do: tasks that are overdue, due today and in the next seven days, deals
        that should close within seven days or are stuck, customers that somebody else has assigned,
        and customers without a follow-up.

        Each part has its first ten rows, how many there are, and the filter of the list that has
        them all. Days are those of the zone `tz`.
        """
        scope = query.scope or usual_scope(actor)
        wanted = sections(query.stuck_days, query.quiet_days)
        parts = await today.read(tx, actor, scope, query.zone_name, wanted)
        return TodayView(
            date=day_of(tx.now, query.zone).isoformat(),
            tz=query.zone_name,
            scope=scope,
            sections=list(map(SectionView.of, parts)),
        )

    return routes
