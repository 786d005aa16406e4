"""Where rows stand in long lists, remembered, so that no deep page is counted from an end again.

A row's rank is its place from the oldest row of its list, which is 1: however many newer rows come,
it stays the same. Ranks hold until a row leaves the list or comes in among older ones, which the
list's counter of moves tells (`storage.counters`).
"""

from bisect import bisect_left
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

ListKey = tuple[str, str, str]
"""A list's tenant, and the name and the key of the counter of its rows."""

# To walk over so many rows costs as much as to read a page.
_SPACING = 1_000
# A boundary takes about 200 bytes, so all together 6 MiB.
_MOST_LISTS = 32
_MOST_OF_A_LIST = 1_000


class Boundary(NamedTuple):
    rank: int
    id: str


class Known:
    """What is known of one list as long as it sees no further moves."""

    def __init__(self, moves: int, lock: Lock) -> None:
        self.moves = moves
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
        """Keep it, unless there is one close by."""
        with self._lock:
            place = bisect_left(self._boundaries, boundary)
            for other in self._boundaries[max(place - 1, 0) : place + 1]:
                if abs(other.rank - boundary.rank) < self._spacing:
                    return
            self._boundaries.insert(place, boundary)
            if len(self._boundaries) > _MOST_OF_A_LIST:
                self._spacing *= 2
                del self._boundaries[1::2]


class Boundaries:
    """Of the lists that were paged through last. Readers on several threads share them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._lists: OrderedDict[ListKey, Known] = OrderedDict()

    def of(self, key: ListKey, moves: int) -> Known:
        """What is known of a list that has seen so many moves; of any other state, nothing."""
        with self._lock:
            known = self._lists.pop(key, None)
            if known is None or known.moves != moves:
                known = Known(moves, self._lock)
            self._lists[key] = known
            if len(self._lists) > _MOST_LISTS:
                self._lists.popitem(last=False)
        return known
