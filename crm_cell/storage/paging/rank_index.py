"""A cache of positions in long lists, so that deep pages need no scan from an end.

A row's rank is its position from the oldest row of its list, which has rank 1, so new rows do not
change it. Ranks are valid until a row leaves the list or is inserted among older ones, which the
list's reorder counter shows (`storage.counters`).
"""

from bisect import bisect_left
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

ListKey = tuple[str, str, str]
"""A list's tenant, and the name and key of its counter."""

# Skipping so many rows costs as much as reading a page.
_SPACING = 1_000
# A boundary takes about 200 bytes, so all of them together take 6 MiB.
_MOST_LISTS = 32
_MOST_OF_A_LIST = 1_000


class Boundary(NamedTuple):
    rank: int
    id: str


class Known:
    """The known positions in a list, valid until its next reorder."""

    def __init__(self, reorders: int, lock: Lock) -> None:
        self.reorders = reorders
        self._lock = lock
        self._spacing = _SPACING
        self._boundaries: list[Boundary] = []

    def around(self, rank: int) -> tuple[Boundary | None, Boundary | None]:
        """The nearest boundary below a rank, and the nearest at it or above."""
        with self._lock:
            place = bisect_left(self._boundaries, Boundary(rank, ""))
            below = self._boundaries[place - 1] if place > 0 else None
            above = self._boundaries[place] if place < len(self._boundaries) else None
        return below, above

    def remember(self, boundary: Boundary) -> None:
        """Add a boundary, unless there is one nearby."""
        with self._lock:
            place = bisect_left(self._boundaries, boundary)
            for other in self._boundaries[max(place - 1, 0) : place + 1]:
                if abs(other.rank - boundary.rank) < self._spacing:
                    return
            self._boundaries.insert(place, boundary)
            if len(self._boundaries) > _MOST_OF_A_LIST:
                self._spacing *= 2
                del self._boundaries[1::2]


class RankIndex:
    """Known positions in the most recently used lists. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._lists: OrderedDict[ListKey, Known] = OrderedDict()

    def of(self, key: ListKey, reorders: int) -> Known:
        """The known positions in a list with this number of reorders; older ones are dropped."""
        with self._lock:
            known = self._lists.pop(key, None)
            if known is None or known.reorders != reorders:
                known = Known(reorders, self._lock)
            self._lists[key] = known
            if len(self._lists) > _MOST_LISTS:
                self._lists.popitem(last=False)
        return known
