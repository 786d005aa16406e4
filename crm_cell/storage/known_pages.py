"""A first page, put together from what the caller has of its records already.

First pages are asked for again and again, and most of their records have not changed. To read
which records a page has, and of which version, takes half of what reading all of them takes.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage.engine import Reader

T = TypeVar("T")

_VERSIONED = "SELECT tenant_id, id, version, "
# Lists as people look at them; what reads on from page to page hardly comes back.
_MOST_ROWS = 100
# So many are read one by one. With more of them the page is read as any other.
_MOST_MISSING = 4


async def known_page(
    tx: Reader,
    select: str,
    make: Callable[..., T],
    asked: PageRequest,
    total: int,
    params: dict[str, object],
) -> Slice[T] | None:
    """None where the page has to be read as any other."""
    if asked.kept is None or not _may_be_known(tx, select, asked):
        return None
    keys = await tx.all(_keys_of(select), limit=asked.size + 1, **params)
    shown = keys[: asked.size]
    rows: list[Any] = list(map(asked.kept.get, shown))
    missing = [at for at, row in enumerate(rows) if row is None]
    if len(missing) > _MOST_MISSING:
        return None
    for at in missing:
        row = await tx.one(f"{select} AND id = :id", id=shown[at][1], **params)
        assert row is not None, "it was there a moment ago, on the same snapshot"
        rows[at] = make(*row)
    return Slice(rows, total, shown[-1][1] if len(keys) > asked.size else None)


def _may_be_known(tx: Reader, select: str, asked: PageRequest) -> bool:
    first = asked.page == 1 and asked.after is None and asked.size <= _MOST_ROWS
    return first and tx.near and select.startswith(_VERSIONED)


@lru_cache(maxsize=256)
def _keys_of(select: str) -> str:
    tail = select[select.index(" FROM ") :]
    return f"SELECT tenant_id, id, version{tail} ORDER BY id DESC LIMIT :limit"
