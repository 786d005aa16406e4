"""What is said on the command line of every measurement."""

import argparse
import os
from collections.abc import Iterable

KINDS = ["sqlite", "postgresql"]


def parser_of(program: str, engines: Iterable[str] = KINDS) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    names = list(engines)
    parser.add_argument("--engines", nargs="+", choices=names, default=names)
    parser.add_argument("--folder", help="where the databases lie; a real disk, not memory")
    return parser


def takes_seconds(parser: argparse.ArgumentParser, usual: float, of: str) -> None:
    """BENCH_SECONDS is what a smoke run makes short."""
    seconds = float(os.environ.get("BENCH_SECONDS", usual))
    parser.add_argument("--seconds", type=float, default=seconds, help=f"of each {of}")


def can_save(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--save", action="store_true", help="keep the figures, and show them")
