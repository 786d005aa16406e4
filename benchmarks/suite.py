"""Runs all measurements of one engine."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import msgspec

from benchmarks.databases import Databases, Place
from benchmarks.latency import measure_latency
from benchmarks.processes import Cores
from benchmarks.report import Engine
from benchmarks.scenarios import COUNTED, SCENARIOS, Outcome, Pair, run
from benchmarks.servers import floor, service
from benchmarks.startup import start_and_stop
from benchmarks.traffic import Traffic
from benchmarks.transfer import Transfer, export_rows, import_rows


class Plan(msgspec.Struct, frozen=True):
    customers: int
    rounds: int
    seconds: float
    only: str
    """Only scenarios whose names contain this are measured."""


def measure(databases: Databases, seed: Place, workers: int, plan: Plan) -> Engine:
    cores = Cores.for_workers(workers)
    databases.move_to(cores)
    title = f"{databases.kind}, {workers} worker{'s' if workers > 1 else ''}"
    startup = None
    if not plan.only:
        startup = start_and_stop(seed, cores, workers=workers, times=max(plan.rounds, 3))
    traffic = Traffic(plan.customers)
    with _copies(databases, seed, "service", "floor") as (ours, bare), ExitStack() as started:
        served = started.enter_context(service(ours, cores, workers=workers))
        beside = started.enter_context(floor(bare, cores, workers=workers))
        pair = Pair(databases.kind, served, beside)
        outcomes = _under_load(title, pair, traffic, plan)
        print(f"{title}: at fixed rates", flush=True)
        latencies = measure_latency(served, traffic, outcomes, plan.seconds)
        transfers = _transfers(title, pair, plan)
    counted = None
    if databases.kind == "postgresql" and workers == 1 and plan.only in COUNTED.name:
        counted = _counted(databases, seed, cores, plan)
    return Engine(
        kind=databases.kind,
        version=databases.version,
        workers=workers,
        startup=startup,
        scenarios=outcomes,
        latencies=latencies,
        transfers=transfers,
        counted=counted,
    )


def _under_load(title: str, pair: Pair, traffic: Traffic, plan: Plan) -> list[Outcome]:
    outcomes = []
    for scenario in SCENARIOS:
        if plan.only in scenario.name:
            print(f"{title}: {scenario.name}", flush=True)
            outcomes.append(run(scenario, traffic, pair, rounds=plan.rounds, seconds=plan.seconds))
    return outcomes


def _transfers(title: str, pair: Pair, plan: Plan) -> list[Transfer]:
    if plan.only:
        return []
    print(f"{title}: export and import", flush=True)
    return [export_rows(pair.service, plan.rounds), import_rows(pair.service, 2 * plan.rounds)]


def _counted(databases: Databases, seed: Place, cores: Cores, plan: Plan) -> Outcome:
    print(f"{databases.kind}: with and without counters", flush=True)
    with _copies(databases, seed, "counted", "uncounted") as (ours, bare), ExitStack() as started:
        served = started.enter_context(service(ours, cores))
        beside = started.enter_context(service(bare, cores, program="benchmarks.uncounted"))
        pair = Pair(databases.kind, served, beside)
        traffic = Traffic(plan.customers)
        return run(COUNTED, traffic, pair, rounds=plan.rounds, seconds=plan.seconds)


@contextmanager
def _copies(databases: Databases, seed: Place, *names: str) -> Iterator[list[Place]]:
    """Copies of the seed, so that every engine begins with the same rows."""
    places = [databases.copied(seed, name) for name in names]
    yield places
    for place in places:
        databases.drop(place)
