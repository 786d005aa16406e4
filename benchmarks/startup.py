"""The time from the start to the first answer, and the memory after it."""

import statistics

import msgspec

from benchmarks.databases import Place
from benchmarks.processes import Cores
from benchmarks.servers import service

MOST_SECONDS = 1.0
MOST_MIB = 90.0


class Startup(msgspec.Struct, frozen=True):
    seconds_to_first_answer: list[float]
    resident_mib: list[float | None]

    @property
    def keeps_budget(self) -> bool:
        known = [mib for mib in self.resident_mib if mib is not None]
        return (
            statistics.median(self.seconds_to_first_answer) <= MOST_SECONDS
            and max(known, default=0) <= MOST_MIB
        )


def start_and_stop(place: Place, cores: Cores, *, workers: int, times: int) -> Startup:
    """Start on an existing database with this release's schema."""
    seconds = []
    resident = []
    for _ in range(times):
        with service(place, cores, workers=workers) as running:
            seconds.append(running.seconds_to_first_answer)
            resident.append(running.resident_mib())
    return Startup(seconds, resident)
