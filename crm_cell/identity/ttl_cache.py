"""LRU cache with a TTL per entry."""

from collections import OrderedDict
from typing import Generic, TypeVar

V = TypeVar("V")


class TtlCache(Generic[V]):
    def __init__(self, max_entries: int) -> None:
        self._max_entries = max_entries
        self._entries: OrderedDict[bytes, tuple[float, float, V]] = OrderedDict()

    def get(self, name: bytes, now: float) -> V | None:
        """None also if `now` is before the time of `put`: setting the clock back must not extend
        the life of an entry."""
        found = self._entries.get(name)
        if found is None:
            return None
        since, until, value = found
        if not since <= now < until:
            del self._entries[name]
            return None
        self._entries.move_to_end(name)
        return value

    def put(self, name: bytes, value: V, now: float, until: float) -> None:
        if until <= now:
            return
        self._entries[name] = (now, until, value)
        self._entries.move_to_end(name)
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._entries)
