"""GET /search."""

from crm_cell.global_search.schemas import SearchQuery, SearchView
from crm_cell.global_search.service import GlobalSearch
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.search.query import parse
from crm_cell.storage.engine import Reader


def search_routes(search: GlobalSearch) -> Routes:
    routes = Routes("/search", tag=Tag("search", "搜索", "Search in all kinds of records."))

    @routes.read("", "全局搜索")
    async def find(tx: Reader, actor: Actor, query: SearchQuery) -> SearchView:
        """Find records by part of a name, pinyin, initials, or a telephone number.

        Groups by kind: `customer`, `contact`, `opportunity`, `contract`, `task`, and `follow_up`
        with CRM_SEARCH_TEXTS. The best hits come first: exact, from the beginning, containing,
        pinyin, initials; then the caller's own, then the newest. With X-User-Id, only what that
        user may see.
        """
        return SearchView.of(
            await search.search(tx, actor, parse(query.q), _kinds(search, query), query.limit)
        )

    return routes


def _kinds(search: GlobalSearch, query: SearchQuery) -> list[str]:
    """Raises BadRequest."""
    if query.types is None:
        return list(search.kinds)
    asked = dict.fromkeys(part.strip() for part in query.types.split(","))
    if asked.keys() - search.kinds.keys():
        allowed = ", ".join(search.kinds)
        raise BadRequest([FieldError("types", "not_one_of", {"allowed": allowed})])
    return [kind for kind in search.kinds if kind in asked]
