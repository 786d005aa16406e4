"""GET /recycle-bin."""

from typing import Any

from crm_cell.http.paging import RequestedCursor
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.recycle_bin.schemas import RecycleBinView, page_of, query_type
from crm_cell.recycle_bin.service import RecycleBin, binned
from crm_cell.resources.handlers import described
from crm_cell.resources.registry import Registry
from crm_cell.storage.engine import Reader


def recycle_bin_routes(recycle_bin: RecycleBin, registry: Registry) -> Routes:
    routes = Routes("/recycle-bin", tag=Tag("recycle-bin", "回收站", "Deleted records."))

    async def list_(tx: Reader, actor: Actor, query: Any, page: RequestedCursor) -> RecycleBinView:
        items, after = await recycle_bin.page(tx, actor, query.wanted, page.after, page.size)
        return page_of(items, recycle_bin.days, page.cursor(after))

    handler = described(
        list_,
        "list_",
        "Deleted records of all kinds, the last deleted first: who deleted them, until when they"
        " can be restored, and where.\n\nWhat was deleted with something else comes back with that,"
        " and is left out. With X-User-Id, what that user has deleted.",
        {
            "tx": Reader,
            "actor": Actor,
            "query": query_type(binned(registry)),
            "page": RequestedCursor,
        },
        RecycleBinView,
    )
    routes.read("", "回收站")(handler)
    return routes
