"""Command-line arguments of all benchmarks."""

import argparse
import os
from collections.abc import Iterable

KINDS = ["sqlite", "postgresql"]


def parser_of(program: str, engines: Iterable[str] = KINDS) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    names = list(engines)
    parser.add_argument("--engines", nargs="+", choices=names, default=names)
    parser.add_argument("--folder", help="for the databases; on a real disk, not in memory")
    return parser


def takes_seconds(parser: argparse.ArgumentParser, usual: float, of: str) -> None:
    """A smoke run sets BENCH_SECONDS to a short time."""
    seconds = float(os.environ.get("BENCH_SECONDS", usual))
    parser.add_argument("--seconds", type=float, default=seconds, help=f"of each {of}")


def can_save(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--save", action="store_true", help="save the results and update pages")
