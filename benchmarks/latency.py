"""Latency at fixed rates below the peak of the service."""

import msgspec

from benchmarks.open_loop import AtRate, run_at_rate
from benchmarks.scenarios import CREATE, GET, LIST, Outcome
from benchmarks.servers import Running
from benchmarks.traffic import Traffic

SHARES = (0.25, 0.5, 0.75)


class Latency(msgspec.Struct, frozen=True):
    name: str
    share_of_peak: float
    at_rate: AtRate


def measure_latency(
    service: Running, traffic: Traffic, outcomes: list[Outcome], seconds: float
) -> list[Latency]:
    """Measure at shares of the peaks of `outcomes`."""
    peaks = {outcome.name: outcome.per_second for outcome in outcomes}
    return [
        Latency(
            scenario.name,
            share,
            run_at_rate(
                service.port,
                scenario.requests(traffic),
                rate=peaks[scenario.name] * share,
                seconds=seconds,
            ),
        )
        for scenario in (GET, LIST, CREATE)
        if scenario.name in peaks
        for share in SHARES
    ]
