"""One page of a list, newest first, for every table."""

from collections.abc import Callable
from typing import TypeVar

from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Row
from crm_cell.storage.paging.deep_offsets import deep_page
from crm_cell.storage.paging.page_cache import known_page

T = TypeVar("T")

# Up to here OFFSET is as fast as the rank index.
_SHALLOW = 1_000


async def newest_first(
    tx: Reader,
    select: str,
    make: Callable[..., T],
    page_request: PageRequest,
    *,
    total: int,
    counter: Counter | None,
    **params: object,
) -> Slice[T]:
    """Run `select`, which ends in its WHERE clause, for the requested page.

    The second column must be the id, which increases with creation and so gives the order. One more
    row than the page is fetched, to know whether another page follows. `counter` is the counter
    that gave the total, None if the rows were counted.
    """
    if page_request.offset >= total and page_request.after is None:
        return Slice([], total, None)
    known = await known_page(tx, select, make, page_request, total, params)
    if known is not None:
        return known
    if counter is not None and tx.rank_index is not None and page_request.offset > _SHALLOW:
        rows = await deep_page(tx, tx.rank_index, select, counter, page_request, total, params)
    else:
        rows = await _by_offset(tx, select, page_request, params)
    shown = rows[: page_request.size]
    more = len(rows) > page_request.size
    return Slice([make(*row) for row in shown], total, shown[-1][1] if more else None)


async def _by_offset(
    tx: Reader, select: str, page_request: PageRequest, params: dict[str, object]
) -> list[Row]:
    after = " AND id < :after" if page_request.after else ""
    return await tx.fetch_all(
        f"{select}{after} ORDER BY id DESC LIMIT :limit OFFSET :offset",
        after=page_request.after,
        limit=page_request.size + 1,
        offset=page_request.offset,
        **params,
    )
