"""One page of a list, newest first, the same way for every table."""

from collections.abc import Callable
from typing import TypeVar

from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage.counters import Counter
from crm_cell.storage.deep_pages import deep_page
from crm_cell.storage.engine import Reader, Row
from crm_cell.storage.known_pages import known_page

T = TypeVar("T")

# Up to here OFFSET costs no more than what it takes to do better.
_SHALLOW = 1_000


async def newest_first(
    tx: Reader,
    select: str,
    make: Callable[..., T],
    asked: PageRequest,
    *,
    total: int,
    counter: Counter | None,
    **params: object,
) -> Slice[T]:
    """Run `select`, which ends in its WHERE, for the page asked for.

    The second column must be the id: ids rise with creation, so they are the order. One row more
    than the page is fetched, to know whether another page follows. `counter` is where the total
    comes from, None where the rows were counted.
    """
    if asked.offset >= total and asked.after is None:
        return Slice([], total, None)
    known = await known_page(tx, select, make, asked, total, params)
    if known is not None:
        return known
    if counter is not None and tx.boundaries is not None and asked.offset > _SHALLOW:
        rows = await deep_page(tx, tx.boundaries, select, counter, asked, total, params)
    else:
        rows = await _by_offset(tx, select, asked, params)
    shown = rows[: asked.size]
    more = len(rows) > asked.size
    return Slice([make(*row) for row in shown], total, shown[-1][1] if more else None)


async def _by_offset(
    tx: Reader, select: str, asked: PageRequest, params: dict[str, object]
) -> list[Row]:
    after = " AND id < :after" if asked.after else ""
    return await tx.all(
        f"{select}{after} ORDER BY id DESC LIMIT :limit OFFSET :offset",
        after=asked.after,
        limit=asked.size + 1,
        offset=asked.offset,
        **params,
    )
