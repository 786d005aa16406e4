"""Deep pages by number: short index scans from the nearest cached boundary.

Only rows that are some minutes old become boundaries. An id is made when its transaction begins,
by the clock of its process, so a row may appear shortly after rows with higher ids. A row that
appears later than that counts as a reorder (`storage.counters`).
"""

from crm_cell.kernel.ids import lowest_at, time_of
from crm_cell.kernel.paging import PageRequest
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Row
from crm_cell.storage.errors import TakesLong
from crm_cell.storage.paging.rank_index import Boundary, Known, RankIndex

# Rows that one statement skips. It takes 0.4 ms, which is short enough for the event loop.
_HOP = 10_000
_SETTLED_MS = 120_000

_BEFORE_ALL = lowest_at(0)
_PAST_ALL = lowest_at(2**48 - 1)
_UP = " AND id > :start ORDER BY id LIMIT 1 OFFSET :over"
_DOWN = " AND id < :start ORDER BY id DESC LIMIT 1 OFFSET :over"


async def deep_page(
    tx: Reader,
    rank_index: RankIndex,
    select: str,
    counter: Counter,
    page_request: PageRequest,
    total: int,
    params: dict[str, object],
) -> list[Row]:
    """The rows of a page, plus one if another page follows. Raises TakesLong.

    `counter` counts exactly the rows of `select`; `total` is its value.
    """
    known = await _known(tx, rank_index, str(params["tenant"]), counter)
    rank = total - page_request.offset
    ids = "SELECT id" + select[select.index(" FROM ") :]
    start = await _id_at(tx, known, ids, rank, total, params)
    if start is None:  # the counter is higher than the number of rows
        return []
    rows = await tx.fetch_all(
        f"{select} AND id <= :start ORDER BY id DESC LIMIT :limit",
        start=start,
        limit=page_request.size + 1,
        **params,
    )
    if len(rows) > page_request.size:
        _remember(tx, known, Boundary(rank - page_request.size, rows[-1][1]))
    return rows


async def _known(tx: Reader, rank_index: RankIndex, tenant: str, counter: Counter) -> Known:
    name, key = counter
    reorders = await counters.read(tx, tenant, counters.reorder_counter(name), key)
    return rank_index.of((tenant, name, key or ""), reorders)


async def _id_at(
    tx: Reader, known: Known, ids: str, rank: int, total: int, params: dict[str, object]
) -> str | None:
    """The id at a rank, searched from the nearest boundary or end of the list."""
    below, above = known.around(rank)
    below = below or Boundary(0, _BEFORE_ALL)
    above = above or Boundary(total + 1, _PAST_ALL)
    if min(rank - below.rank, above.rank - rank) > _HOP and not tx.may_take_long:
        raise TakesLong
    if rank - below.rank <= above.rank - rank:
        return await _walk(tx, known, ids + _UP, below, rank, params)
    return await _walk(tx, known, ids + _DOWN, above, rank, params)


async def _walk(
    tx: Reader, known: Known, step: str, at: Boundary, rank: int, params: dict[str, object]
) -> str | None:
    """Skip rows in hops and cache each position, so that nearby pages start from there."""
    while at.rank != rank:
        ahead = max(-_HOP, min(_HOP, rank - at.rank))
        row = await tx.fetch_one(step, start=at.id, over=abs(ahead) - 1, **params)
        if row is None:
            return None
        at = Boundary(at.rank + ahead, row[0])
        _remember(tx, known, at)
    return at.id


def _remember(tx: Reader, known: Known, boundary: Boundary) -> None:
    if time_of(boundary.id) < tx.now - _SETTLED_MS:
        known.remember(boundary)
