"""Load scenarios with their budgets, as shares of the floor."""

import statistics
from collections.abc import Callable, Mapping

import msgspec
import uvloop

from benchmarks.load import Measured, NextRequest, run_load
from benchmarks.servers import Running
from benchmarks.traffic import Traffic

_WARM_UP_SECONDS = 0.5
_FEW, _MANY = 32, 128
# The least ratio of requests per second to the floor's, by kind of database.
_Budgets = Mapping[str, float]


class Scenario(msgspec.Struct, frozen=True):
    name: str
    requests: Callable[[Traffic], NextRequest]
    connections: int = _FEW
    least_of_floor: _Budgets = {}
    """Empty if the floor does not implement the request."""


GET = Scenario("get", Traffic.get_one, least_of_floor={"sqlite": 0.7, "postgresql": 0.7})
LIST = Scenario("list", Traffic.list_20, least_of_floor={"sqlite": 0.8, "postgresql": 0.7})
CREATE = Scenario("create", Traffic.create, least_of_floor={"sqlite": 2.0, "postgresql": 0.7})
SCENARIOS = (
    GET,
    LIST,
    CREATE,
    # The service commits many creates at once, the floor on SQLite each one separately.
    Scenario("create_128", Traffic.create, _MANY, {"sqlite": 4.0, "postgresql": 0.7}),
    Scenario("replay", Traffic.replay),
    Scenario("patch", Traffic.patch),
    Scenario("mixed", Traffic.mixed),
    Scenario("funnel", Traffic.funnel),
)
# Compared with the service without counters.
COUNTED = Scenario("create, counted", Traffic.create, least_of_floor={"postgresql": 0.8})


class Side(msgspec.Struct, frozen=True):
    """One server in one round. Processor time is in microseconds per request, which other processes
    do not affect."""

    load: Measured
    cpu_micros: float | None
    database_cpu_micros: float | None = None


class Round(msgspec.Struct, frozen=True):
    service: Side
    floor: Side | None


class Outcome(msgspec.Struct, frozen=True):
    name: str
    connections: int
    least_of_floor: float | None
    rounds: list[Round]
    peak_mib: float | None = None
    """The peak memory of the service's largest process during the scenario."""

    @property
    def per_second(self) -> float:
        return statistics.median(each.service.load.per_second for each in self.rounds)

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


class Pair(msgspec.Struct, frozen=True):
    """The measured server and the one to compare it with."""

    kind: str
    service: Running
    floor: Running


def run(
    scenario: Scenario, traffic: Traffic, pair: Pair, *, rounds: int, seconds: float
) -> Outcome:
    """Service and floor alternate, so that other load on the machine affects both."""
    least = scenario.least_of_floor.get(pair.kind)
    servers = [pair.service] if least is None else [pair.service, pair.floor]
    pair.service.forget_peak()
    for server in servers:
        _load(server, scenario, traffic, _WARM_UP_SECONDS)
    done = []
    for _ in range(rounds):
        sides = [_load(server, scenario, traffic, seconds) for server in servers]
        done.append(Round(sides[0], sides[1] if len(sides) > 1 else None))
    return Outcome(scenario.name, scenario.connections, least, done, pair.service.peak_mib())


def _load(server: Running, scenario: Scenario, traffic: Traffic, seconds: float) -> Side:
    before = _cpu_of(server)
    load = run_load(
        server.port, scenario.requests(traffic), connections=scenario.connections, seconds=seconds
    )
    measured = uvloop.run(load)
    if measured.errors:
        raise RuntimeError(f"{measured.errors} of {measured.requests} requests failed")
    spent = [
        None if then is None or now is None else round((now - then) / measured.requests * 1e6, 1)
        for then, now in zip(before, _cpu_of(server), strict=True)
    ]
    return Side(measured, *spent)


def _cpu_of(server: Running) -> list[float | None]:
    """The processor time of the server and of the database's processes."""
    database = server.database
    return [server.cpu_seconds(), database.cpu_seconds() if database else None]
