"""First pages, assembled from records that the caller has cached.

First pages are requested repeatedly, and most of their records have not changed. Reading only the
ids and versions of a page takes half the time of reading its records.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage.engine import Reader

T = TypeVar("T")

_VERSIONED = re.compile(r"SELECT (\w+\.)?tenant_id, (\w+\.)?id, (\w+\.)?version, ")
# Larger pages are not cached: programs that read page by page hardly return to the first.
_MOST_ROWS = 100
# So many missing records are read one by one. With more, the whole page is read.
_MOST_MISSING = 4


async def known_page(
    tx: Reader,
    select: str,
    make: Callable[..., T],
    page_request: PageRequest,
    total: int,
    params: dict[str, object],
) -> Slice[T] | None:
    """The page, or None if it has to be read from the database."""
    if page_request.cached is None or not _may_be_known(tx, select, page_request):
        return None
    keys = await tx.fetch_all(_keys_of(select), limit=page_request.size + 1, **params)
    shown = keys[: page_request.size]
    rows: list[Any] = list(map(page_request.cached.get, shown))
    missing = [at for at, row in enumerate(rows) if row is None]
    if len(missing) > _MOST_MISSING:
        return None
    for at in missing:
        row = await tx.fetch_one(f"{select} AND id = :id", id=shown[at][1], **params)
        assert row is not None, "the snapshot has returned its key"
        rows[at] = make(*row)
    return Slice(rows, total, shown[-1][1] if len(keys) > page_request.size else None)


def _may_be_known(tx: Reader, select: str, page_request: PageRequest) -> bool:
    first = (
        page_request.page == 1 and page_request.after is None and page_request.size <= _MOST_ROWS
    )
    return first and tx.in_process and _is_versioned(select)


@lru_cache(maxsize=256)
def _is_versioned(select: str) -> bool:
    return _VERSIONED.match(select) is not None


@lru_cache(maxsize=256)
def _keys_of(select: str) -> str:
    tail = select[select.index(" FROM ") :]
    return f"SELECT tenant_id, id, version{tail} ORDER BY id DESC LIMIT :limit"
