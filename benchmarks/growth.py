"""Results of comparing a database with a hundred times as many records."""

import statistics

import msgspec

SMALL, LARGE = 10_000, 1_000_000
MOST_OF_SMALL = 1.3
DEEP_PAGE = 40_000
LEAST_TIMES_FASTER = 5
MOST_OF_STREAMED = 2.0


class Growth(msgspec.Struct, frozen=True):
    """Median latency in milliseconds with SMALL and with LARGE numbers of records."""

    name: str
    small_ms: float
    large_ms: float

    @property
    def of_small(self) -> float:
        return round(self.large_ms / self.small_ms, 2)

    @property
    def keeps_budget(self) -> bool:
        return self.of_small <= MOST_OF_SMALL


class Reading(msgspec.Struct, frozen=True):
    """Milliseconds of a request in the LARGE database, and its budget."""

    name: str
    ms: float
    most_ms: float

    @property
    def keeps_budget(self) -> bool:
        return self.ms <= self.most_ms


class DeepPage(msgspec.Struct, frozen=True):
    """Milliseconds for DEEP_PAGE by number: the first request after a start, a repeated one, and
    the floor's, which skips all earlier rows with OFFSET."""

    first_ms: list[float]
    again_ms: float
    floor_ms: float

    @property
    def times_faster(self) -> float:
        return round(self.floor_ms / self.again_ms, 1)

    @property
    def first_times_faster(self) -> float:
        return round(self.floor_ms / statistics.median(self.first_ms), 1)

    @property
    def keeps_budget(self) -> bool:
        return self.times_faster >= LEAST_TIMES_FASTER


class Exports(msgspec.Struct, frozen=True):
    """Seconds for LARGE rows, alternately: in pages with pageSize=1000, and in one stream."""

    paged_seconds: list[float]
    streamed_seconds: list[float]

    @property
    def of_streamed(self) -> float:
        paged, streamed = map(statistics.median, (self.paged_seconds, self.streamed_seconds))
        return round(paged / streamed, 2)

    @property
    def keeps_budget(self) -> bool:
        return self.of_streamed <= MOST_OF_STREAMED


class Scale(msgspec.Struct, frozen=True):
    kind: str
    version: str
    seed_seconds: float
    """The time for creating the LARGE database."""
    growth: list[Growth]
    deep_page: DeepPage
    exports: Exports
    peak_mib: float | None
    """The peak memory of the service with LARGE numbers of records."""
    readings: list[Reading] = []
