"""Usage: python -m benchmarks [--rounds N] [--seconds S] [--only NAME] [--scale] [--save]

BENCH_SECONDS=1 makes it a smoke run: one short round of everything. Budgets are printed beside
what was measured; only a request that fails makes the exit code other than 0.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

import uvloop

from benchmarks import report, servers
from benchmarks.report import Report
from benchmarks.scale import Growth, measure_growth
from benchmarks.scenarios import CONNECTIONS, SCENARIOS, Outcome, run
from benchmarks.seed import seed
from benchmarks.startup import start_and_stop
from benchmarks.traffic import Traffic
from benchmarks.transfer import Transfer, export_rows, import_rows

_CUSTOMERS = 100_000
_SMOKE_SECONDS = 1.0
_ROUNDS = 5


def main() -> None:
    chosen = _arguments()
    with tempfile.TemporaryDirectory(prefix="crm-bench-", dir=chosen.folder) as folder:
        figures = measure(Path(folder), chosen)
    report.show(figures)
    if chosen.save:
        print(f"\nkept in {report.save(figures)}")


def measure(folder: Path, chosen: argparse.Namespace) -> Report:
    rounds = chosen.rounds or (1 if chosen.seconds <= _SMOKE_SECONDS else _ROUNDS)
    template, ours, bare = (folder / name for name in ("seed.db", "service.db", "floor.db"))
    print(f"making {_CUSTOMERS:,} customers", flush=True)
    uvloop.run(seed(template, _CUSTOMERS))
    cores = servers.Cores.of_this_machine()
    startup = start_and_stop(template, cores, times=max(rounds, 3))
    shutil.copy(template, ours)
    shutil.copy(template, bare)
    with servers.service(ours, cores) as service, servers.floor(bare, cores) as floor:
        scenarios = _under_load(service, floor, rounds, chosen)
        transfers = _transfers(service, rounds) if not chosen.only else []
    growth: list[Growth] = []
    if chosen.scale:
        growth = measure_growth(folder, cores, chosen.seconds)
    return Report(
        commit=report.commit(),
        measured_at=report.now(),
        machine=report.machine(),
        customers=_CUSTOMERS,
        seconds=chosen.seconds,
        connections=CONNECTIONS,
        startup=startup,
        scenarios=scenarios,
        transfers=transfers,
        growth=growth,
    )


def _under_load(
    service: servers.Running, floor: servers.Running, rounds: int, chosen: argparse.Namespace
) -> list[Outcome]:
    traffic = Traffic(_CUSTOMERS)
    outcomes = []
    for scenario in SCENARIOS:
        if chosen.only in scenario.name:
            print(f"measuring {scenario.name}", flush=True)
            outcomes.append(
                run(scenario, traffic, service, floor, rounds=rounds, seconds=chosen.seconds)
            )
    return outcomes


def _transfers(service: servers.Running, rounds: int) -> list[Transfer]:
    print("measuring import and export", flush=True)
    return [export_rows(service, rounds), import_rows(service, 2 * rounds)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    environment = float(os.environ.get("BENCH_SECONDS", "3"))
    parser.add_argument("--seconds", type=float, default=environment, help="of each measurement")
    parser.add_argument("--rounds", type=int, help="5, or 1 in a smoke run")
    parser.add_argument("--only", default="", help="scenarios whose names have this in them")
    parser.add_argument("--scale", action="store_true", help="also with a million of each")
    parser.add_argument("--folder", help="where the databases lie; a real disk, not memory")
    parser.add_argument("--save", action="store_true", help="keep the figures in results/")
    return parser.parse_args()


if __name__ == "__main__":
    main()
