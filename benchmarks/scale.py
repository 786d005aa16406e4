"""Usage: python -m benchmarks.scale [--seconds S] [--engines …] [--save]

Sends the same requests to two servers, one with 10 000 and one with 1 000 000 customers and
opportunities of one tenant. Requests alternate between them, so that other load on the machine
affects both.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import machine, report
from benchmarks.arguments import can_save, parser_of, takes_seconds
from benchmarks.caller import Caller
from benchmarks.databases import Databases, Place, a_folder, databases_of
from benchmarks.growth import DEEP_PAGE, LARGE, SMALL, DeepPage, Exports, Growth, Scale
from benchmarks.load import NextRequest
from benchmarks.pages import write_pages
from benchmarks.processes import Cores
from benchmarks.questions import deep_page, deep_pages, export_pages, questions
from benchmarks.readings import readings
from benchmarks.report import ScaleReport
from benchmarks.scale_tables import scale_tables
from benchmarks.servers import floor, service
from benchmarks.traffic import Traffic
from benchmarks.transfer import export_once

_STARTS = 3
_LEAST_TURNS = 20
_EXPORTS = 3
_EXPORT_PAGE = 1_000


def main() -> None:
    chosen = _arguments()
    with a_folder(chosen.folder) as folder:
        found = ScaleReport(
            commit=machine.commit(),
            measured_at=report.now(),
            machine=machine.this_machine(),
            scales=list(_scales(folder, chosen)),
        )
    print("\n" + scale_tables(found))
    if chosen.save:
        print(f"\nsaved in {report.save(found)}")
        write_pages()


def _scales(folder: Path, chosen: argparse.Namespace) -> Iterator[Scale]:
    for kind in chosen.engines:
        with databases_of(kind, folder) as databases:
            yield measure_scale(databases, chosen.seconds)


def measure_scale(databases: Databases, seconds: float) -> Scale:
    small = databases.seeded("small", SMALL, SMALL)
    print(f"{databases.kind}: creating {LARGE:,} customers and opportunities", flush=True)
    began = time.perf_counter()
    large = databases.seeded("large", LARGE, LARGE)
    seed_seconds = round(time.perf_counter() - began, 1)
    cores = Cores.for_workers(1)
    with ExitStack() as started:
        few = started.enter_context(service(small, cores))
        many = started.enter_context(service(large, cores))
        growth = _growth(databases.kind, few.port, many.port, seconds)
        exports = _exports(databases.kind, many.port)
        peak = many.peak_mib()
    return Scale(
        kind=databases.kind,
        version=databases.version,
        seed_seconds=seed_seconds,
        growth=growth,
        deep_page=_deep_page(large, cores, seconds),
        exports=exports,
        peak_mib=peak,
        readings=readings(large, cores, seconds),
    )


def _growth(kind: str, small: int, large: int, seconds: float) -> list[Growth]:
    traffic = Traffic(SMALL)
    with Caller(small) as few, Caller(large) as many:
        of_few, of_many = questions(few, SMALL, traffic), questions(many, LARGE, traffic)
        found = []
        for name in of_few:
            print(f"{kind}: {name}", flush=True)
            pairs = [(few, of_few[name]), (many, of_many[name])]
            found.append(Growth(name, *_medians(pairs, seconds)))
    return found


def _medians(callers: list[tuple[Caller, NextRequest]], seconds: float) -> list[float]:
    """The median milliseconds of each caller. They send requests alternately."""
    taken: list[list[float]] = [[] for _ in callers]
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends or len(taken[0]) < _LEAST_TURNS:
        for mine, (caller, next_request) in zip(taken, callers, strict=True):
            mine.append(caller.milliseconds(next_request()))
    return [round(statistics.median(mine), 3) for mine in taken]


def _deep_page(place: Place, cores: Cores, seconds: float) -> DeepPage:
    print(f"page {DEEP_PAGE:,} by its number", flush=True)
    first = [_first_deep_page(place, cores) for _ in range(_STARTS)]
    with ExitStack() as opened:
        ours = opened.enter_context(service(place, cores))
        bare = opened.enter_context(floor(place, cores))
        asking = opened.enter_context(Caller(ours.port))
        beside = opened.enter_context(Caller(bare.port))
        asking.ask(deep_page(DEEP_PAGE))
        pairs = [(asking, deep_pages()), (beside, deep_pages())]
        return DeepPage(first, *_medians(pairs, seconds))


def _first_deep_page(place: Place, cores: Cores) -> float:
    """The latency in a process that has answered other requests, but not this page."""
    with service(place, cores) as fresh, Caller(fresh.port) as caller:
        for number in range(1, _LEAST_TURNS):
            caller.ask(deep_page(number))
        return round(caller.milliseconds(deep_page(DEEP_PAGE)), 3)


def _exports(kind: str, port: int) -> Exports:
    print(f"{kind}: export by pages, and streamed", flush=True)
    turns = [(_export_by_pages(port), export_once(port)[1]) for _ in range(_EXPORTS)]
    paged, streamed = zip(*turns, strict=True)
    return Exports([round(each, 2) for each in paged], [round(each, 2) for each in streamed])


def _export_by_pages(port: int) -> float:
    began = time.perf_counter()
    with Caller(port) as caller:
        for request in export_pages(LARGE, _EXPORT_PAGE):
            caller.ask(request)
    return time.perf_counter() - began


def _arguments() -> argparse.Namespace:
    parser = parser_of("benchmarks.scale")
    takes_seconds(parser, 5, "question")
    can_save(parser)
    return parser.parse_args()


if __name__ == "__main__":
    main()
