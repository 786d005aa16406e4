"""Usage: python -m benchmarks [--rounds N] [--seconds S] [--only NAME] [--engines …] [--save]

BENCH_SECONDS=1 makes it a smoke run: one short round of everything. Budgets are printed beside the
results; the exit code is only nonzero if a request fails.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from benchmarks import machine, report
from benchmarks.arguments import can_save, parser_of, takes_seconds
from benchmarks.databases import a_folder, databases_of
from benchmarks.pages import write_pages
from benchmarks.report import Engine, Report
from benchmarks.suite import Plan, measure
from benchmarks.tables import load_tables

_CUSTOMERS = 100_000
_SMOKE_SECONDS = 1.0
_ROUNDS = 5
ENGINES = {
    "sqlite": ("sqlite", 1),
    "postgresql": ("postgresql", 1),
    "postgresql-2": ("postgresql", 2),
}


def main() -> None:
    chosen = _arguments()
    with a_folder(chosen.folder) as folder:
        found = Report(
            commit=machine.commit(),
            measured_at=report.now(),
            machine=machine.this_machine(),
            customers=_CUSTOMERS,
            seconds=chosen.seconds,
            engines=list(_engines(folder, chosen)),
        )
    print("\n" + load_tables(found))
    if chosen.save:
        print(f"\nsaved in {report.save(found)}")
        write_pages()


def _engines(folder: Path, chosen: argparse.Namespace) -> Iterator[Engine]:
    rounds = chosen.rounds or (1 if chosen.seconds <= _SMOKE_SECONDS else _ROUNDS)
    plan = Plan(_CUSTOMERS, rounds, chosen.seconds, chosen.only)
    wanted = [ENGINES[name] for name in chosen.engines]
    for kind in dict.fromkeys(kind for kind, _ in wanted):
        with databases_of(kind, folder) as databases:
            print(f"{kind}: creating {_CUSTOMERS:,} customers and opportunities", flush=True)
            seed = databases.seeded("seed", _CUSTOMERS, _CUSTOMERS)
            for workers in (number for its, number in wanted if its == kind):
                yield measure(databases, seed, workers, plan)


def _arguments() -> argparse.Namespace:
    parser = parser_of("benchmarks", ENGINES)
    takes_seconds(parser, 3, "measurement")
    parser.add_argument("--rounds", type=int, help="5, or 1 in a smoke run")
    parser.add_argument("--only", default="", help="only scenarios whose names contain this")
    can_save(parser)
    return parser.parse_args()


if __name__ == "__main__":
    main()
