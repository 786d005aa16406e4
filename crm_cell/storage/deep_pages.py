"""Deep pages by number: from the nearest boundary that is remembered, by short walks on an index.

Only rows that are some minutes old become boundaries, for younger ones may yet be preceded: an id
is made when its transaction begins, by the clock of the process that runs it, so a row may appear
shortly after rows with higher ids. What comes later than that counts as a move
(`storage.counters`).
"""

from crm_cell.kernel.ids import lowest_at, time_of
from crm_cell.kernel.paging import PageRequest
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Row
from crm_cell.storage.errors import TakesLong
from crm_cell.storage.page_boundaries import Boundaries, Boundary, Known

# Rows that one statement walks over: 0.4 ms, and no more than that holds up the event loop.
_HOP = 10_000
_SETTLED_MS = 120_000

_BEFORE_ALL = lowest_at(0)
_PAST_ALL = lowest_at(2**48 - 1)
_UP = " AND id > :start ORDER BY id LIMIT 1 OFFSET :over"
_DOWN = " AND id < :start ORDER BY id DESC LIMIT 1 OFFSET :over"


async def deep_page(
    tx: Reader,
    boundaries: Boundaries,
    select: str,
    counter: Counter,
    asked: PageRequest,
    total: int,
    params: dict[str, object],
) -> list[Row]:
    """The rows of a page, and one more where another page follows. Raises TakesLong.

    `counter` counts exactly the rows of `select`, and `total` is what it says.
    """
    known = await _known(tx, boundaries, str(params["tenant"]), counter)
    rank = total - asked.offset
    ids = "SELECT id" + select[select.index(" FROM ") :]
    start = await _id_at(tx, known, ids, rank, total, params)
    if start is None:  # the counter says more than there are
        return []
    rows = await tx.all(
        f"{select} AND id <= :start ORDER BY id DESC LIMIT :limit",
        start=start,
        limit=asked.size + 1,
        **params,
    )
    if len(rows) > asked.size:
        _remember(tx, known, Boundary(rank - asked.size, rows[-1][1]))
    return rows


async def _known(tx: Reader, boundaries: Boundaries, tenant: str, counter: Counter) -> Known:
    name, key = counter
    moves = await counters.read(tx, tenant, counters.moves_of(name), key)
    return boundaries.of((tenant, name, key or ""), moves)


async def _id_at(
    tx: Reader, known: Known, ids: str, rank: int, total: int, params: dict[str, object]
) -> str | None:
    """The id at a rank, from whichever boundary or end is nearer."""
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
    """In hops that are remembered, so that pages nearby need not go all the way again."""
    while at.rank != rank:
        ahead = max(-_HOP, min(_HOP, rank - at.rank))
        row = await tx.one(step, start=at.id, over=abs(ahead) - 1, **params)
        if row is None:
            return None
        at = Boundary(at.rank + ahead, row[0])
        _remember(tx, known, at)
    return at.id


def _remember(tx: Reader, known: Known, boundary: Boundary) -> None:
    if time_of(boundary.id) < tx.now - _SETTLED_MS:
        known.remember(boundary)
