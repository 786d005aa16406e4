"""Which customers and contacts may be the one that somebody is about to create."""

from crm_cell.customers.resource import customers
from crm_cell.kernel.actor import Actor
from crm_cell.matching.keys import Wanted
from crm_cell.matching.matcher import MOST_MATCHES, Matcher
from crm_cell.matching.showing import Match, Showing, verdict_of
from crm_cell.resources.services import Services
from crm_cell.reveals import duplicate_checks
from crm_cell.storage.engine import Reader, Tx


class Duplicates:
    def __init__(self, services: Services) -> None:
        self._limits = services.limits
        self._matcher = Matcher(services)
        self._showing = Showing(services)

    async def check(self, tx: Tx, actor: Actor, wanted: Wanted) -> list[Match]:
        """The strongest first. Raises RateLimited."""
        await duplicate_checks.count(tx, actor, self._limits.duplicate_checks_per_day)
        matches = await self.look(tx, actor, wanted)
        await duplicate_checks.record(
            tx,
            actor,
            customers.name,
            keys=wanted.keys,
            verdict=verdict_of(matches),
            matches=len(matches),
        )
        return matches

    async def look(self, tx: Reader, actor: Actor, wanted: Wanted) -> list[Match]:
        """Without counting it."""
        found = await self._matcher.find(tx, actor.tenant, wanted)
        return await self._showing.of(tx, actor, found[:MOST_MATCHES])
