"""Counts and durations of requests, as Prometheus metrics."""

import asyncio
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

import msgspec
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

# In seconds, around the budgets: reads take well under a millisecond, a waiting write up to 25 s.
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)
_BOUNDS = [*map(str, _BUCKETS), "+Inf"]


# How old the numbers of other processes may be. Prometheus usually scrapes every 15 s.
_SHARE_SECONDS = 1.0


class _Histogram(msgspec.Struct, array_like=True):
    """A histogram: requests per bucket, and their total duration."""

    route: str
    method: str
    status: int
    counts: list[int]
    seconds: float = 0.0


class Measurements(Collector):
    """Metrics of one event loop, without locks. The counters of prometheus_client lock, and search
    their buckets linearly: 5 µs of a request that takes 60.

    Worker processes write their metrics to files in a shared folder, so that each of them can
    report the sums over all, including those that have ended.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._histograms: dict[tuple[str, str, int], _Histogram] = {}
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
        histogram = self._histograms.get((route, method, status))
        if histogram is None:
            histogram = _Histogram(route, method, status, [0] * len(_BOUNDS))
            self._histograms[route, method, status] = histogram
        histogram.counts[bisect_left(_BUCKETS, seconds)] += 1
        histogram.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "crm_http_requests", "Requests answered.", labels=["route", "method", "status"]
        )
        duration = HistogramMetricFamily(
            "crm_http_request_duration_seconds",
            "Time from a request's head to its whole answer.",
            labels=["route", "method", "status"],
        )
        for histogram in self._of_all_processes():
            labels = [histogram.route, histogram.method, str(histogram.status)]
            upto = list(accumulate(histogram.counts))
            requests.add_metric(labels, upto[-1])
            duration.add_metric(labels, list(zip(_BOUNDS, upto, strict=True)), histogram.seconds)
        yield requests
        yield duration

    def _share(self, file: Path) -> None:
        """Replaces the file atomically, so that readers never see a part of it."""
        unfinished = file.with_suffix(".part")
        unfinished.write_bytes(msgspec.json.encode(list(self._histograms.values())))
        unfinished.replace(file)

    def _of_all_processes(self) -> Iterable[_Histogram]:
        if self._own_file is None:
            return self._histograms.values()
        found = [*self._histograms.values()]
        for file in self._own_file.parent.glob("*.json"):
            if file != self._own_file:
                found += msgspec.json.decode(file.read_bytes(), type=list[_Histogram])
        return _summed(found)


def _summed(found: list[_Histogram]) -> Iterable[_Histogram]:
    sums: dict[tuple[str, str, int], _Histogram] = {}
    for each in found:
        of = (each.route, each.method, each.status)
        known = sums.setdefault(of, _Histogram(*of, [0] * len(_BOUNDS)))
        known.counts = [a + b for a, b in zip(known.counts, each.counts, strict=True)]
        known.seconds += each.seconds
    return sums.values()
