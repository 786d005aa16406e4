"""What is asked of the service under load, and how much of the floor it should reach."""

import statistics
from collections.abc import Callable

import msgspec
import uvloop

from benchmarks.load import Measured, NextRequest, run_load
from benchmarks.servers import Running
from benchmarks.traffic import Traffic

CONNECTIONS = 32
_WARM_UP_SECONDS = 0.5


class Scenario(msgspec.Struct, frozen=True):
    name: str
    requests: Callable[[Traffic], NextRequest]
    least_of_floor: float | None = None
    """The budget: requests per second as a multiple of the floor's. None has no floor."""


SCENARIOS = (
    Scenario("get one", Traffic.get_one, 0.6),
    Scenario("list of 20", Traffic.list_20, 0.7),
    # One commit serves many creates of the service, and one create of the floor.
    Scenario("create", Traffic.create, 2.0),
    Scenario("replay of a create", Traffic.replay),
    Scenario("patch", Traffic.patch),
    Scenario("8 reads, 2 writes", Traffic.mixed),
)


class Side(msgspec.Struct, frozen=True):
    """One server in one round."""

    load: Measured
    cpu_micros: float | None
    """Processor time of the server for each request: what other processes take away from it does
    not show here."""


class Round(msgspec.Struct, frozen=True):
    service: Side
    floor: Side | None


class Outcome(msgspec.Struct, frozen=True):
    name: str
    least_of_floor: float | None
    rounds: list[Round]

    @property
    def of_floor(self) -> list[float]:
        return [
            round(each.service.load.per_second / each.floor.load.per_second, 3)
            for each in self.rounds
            if each.floor
        ]

    @property
    def of_floor_by_cpu(self) -> list[float]:
        return [
            round(each.floor.cpu_micros / each.service.cpu_micros, 3)
            for each in self.rounds
            if each.floor and each.floor.cpu_micros and each.service.cpu_micros
        ]

    @property
    def keeps_budget(self) -> bool | None:
        if self.least_of_floor is None:
            return None
        return statistics.median(self.of_floor) >= self.least_of_floor


def run(
    scenario: Scenario,
    traffic: Traffic,
    service: Running,
    floor: Running,
    *,
    rounds: int,
    seconds: float,
) -> Outcome:
    """Service and floor take turns, so that whatever else the machine does hits both."""
    with_floor = scenario.least_of_floor is not None
    servers = [service, floor] if with_floor else [service]
    for server in servers:
        _load(server, scenario.requests(traffic), _WARM_UP_SECONDS)
    done = []
    for _ in range(rounds):
        sides = [_load(server, scenario.requests(traffic), seconds) for server in servers]
        done.append(Round(sides[0], sides[1] if with_floor else None))
    return Outcome(scenario.name, scenario.least_of_floor, done)


def _load(server: Running, requests: NextRequest, seconds: float) -> Side:
    before = server.cpu_seconds()
    measured = uvloop.run(run_load(server.port, requests, connections=CONNECTIONS, seconds=seconds))
    after = server.cpu_seconds()
    if measured.errors:
        raise RuntimeError(f"{measured.errors} of {measured.requests} requests failed")
    if before is None or after is None:
        return Side(measured, None)
    return Side(measured, round((after - before) / measured.requests * 1e6, 1))
