"""POST /duplicates/check."""

from crm_cell.duplicates.schemas import DuplicateCheckView, DuplicateCriteria
from crm_cell.duplicates.service import Duplicates
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.storage.engine import Tx


def duplicate_routes(duplicates: Duplicates) -> Routes:
    routes = Routes("/duplicates", tag=Tag("duplicates", "查重", "Records that may be the same."))

    async def again(tx: Tx, actor: Actor, body: DuplicateCriteria) -> DuplicateCheckView:
        """Answers a replay, without counting a second check."""
        return DuplicateCheckView.of(await duplicates.look(tx, actor, body.wanted))

    @routes.write("POST", "/check", "查重", long=True, reread=again)
    async def check(tx: Tx, actor: Actor, body: DuplicateCriteria) -> DuplicateCheckView:
        """Whether a customer or contact with this name, number, address or credit code is there.

        In the whole tenant: of records that the caller cannot open it tells the owner, the month of
        the last follow-up, and the name only if that or the credit code was given. Each check is in
        the audit log.
        """
        return DuplicateCheckView.of(await duplicates.check(tx, actor, body.wanted))

    return routes
