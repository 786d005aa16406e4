"""Requests counted and timed, and told in the words of Prometheus."""

import asyncio
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

import msgspec
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

# In seconds, around the budgets: a read takes well under a millisecond, a patient write 25 s.
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)
_BOUNDS = [*map(str, _BUCKETS), "+Inf"]


# How far the others' figures may lag behind; Prometheus asks every 15 s or so.
_SHARE_SECONDS = 1.0


class _Timed(msgspec.Struct, array_like=True):
    """How many requests fell into each bucket, and what they took together."""

    route: str
    method: str
    status: int
    counts: list[int]
    seconds: float = 0.0


class Measurements(Collector):
    """Plain numbers of one event loop. The library's own counters lock, and search their buckets
    one by one: 5 µs of a request that takes 60.

    Processes that serve together each keep a file of theirs in one folder, so that whichever is
    asked can tell the figures of all, those that have ended included.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._timed: dict[tuple[str, str, int], _Timed] = {}
        self._own_file = folder / f"{os.getpid()}.json" if folder else None

    async def share_forever(self) -> None:
        if self._own_file is None:
            return
        try:
            while True:
                self._share(self._own_file)
                await asyncio.sleep(_SHARE_SECONDS)
        finally:
            self._share(self._own_file)

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        timed = self._timed.get((route, method, status))
        if timed is None:
            timed = _Timed(route, method, status, [0] * len(_BOUNDS))
            self._timed[route, method, status] = timed
        timed.counts[bisect_left(_BUCKETS, seconds)] += 1
        timed.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "crm_http_requests", "Requests answered.", labels=["route", "method", "status"]
        )
        duration = HistogramMetricFamily(
            "crm_http_request_duration_seconds",
            "Time from a request's head to its whole answer.",
            labels=["route", "method", "status"],
        )
        for timed in self._of_all_processes():
            labels = [timed.route, timed.method, str(timed.status)]
            upto = list(accumulate(timed.counts))
            requests.add_metric(labels, upto[-1])
            duration.add_metric(labels, list(zip(_BOUNDS, upto, strict=True)), timed.seconds)
        yield requests
        yield duration

    def _share(self, file: Path) -> None:
        """Replaced as a whole: whoever reads it never sees half of it."""
        unfinished = file.with_suffix(".part")
        unfinished.write_bytes(msgspec.json.encode(list(self._timed.values())))
        unfinished.replace(file)

    def _of_all_processes(self) -> Iterable[_Timed]:
        if self._own_file is None:
            return self._timed.values()
        found = [*self._timed.values()]
        for file in self._own_file.parent.glob("*.json"):
            if file != self._own_file:
                found += msgspec.json.decode(file.read_bytes(), type=list[_Timed])
        return _added_up(found)


def _added_up(found: list[_Timed]) -> Iterable[_Timed]:
    sums: dict[tuple[str, str, int], _Timed] = {}
    for each in found:
        of = (each.route, each.method, each.status)
        known = sums.setdefault(of, _Timed(*of, [0] * len(_BOUNDS)))
        known.counts = [a + b for a, b in zip(known.counts, each.counts, strict=True)]
        known.seconds += each.seconds
    return sums.values()
