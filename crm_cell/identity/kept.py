"""A bounded memory: each thing until a moment of its own, the longest unused forgotten first."""

from collections import OrderedDict
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, tuple[float, float, V]] = OrderedDict()

    def get(self, name: bytes, now: float) -> V | None:
        """Nothing from before `now` was first reached either: a clock that was put back must not
        make anything last longer."""
        found = self._kept.get(name)
        if found is None:
            return None
        since, until, value = found
        if not since <= now < until:
            del self._kept[name]
            return None
        self._kept.move_to_end(name)
        return value

    def keep(self, name: bytes, value: V, now: float, until: float) -> None:
        if until <= now:
            return
        self._kept[name] = (now, until, value)
        self._kept.move_to_end(name)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
