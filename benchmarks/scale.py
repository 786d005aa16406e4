"""Whether answers take longer when there is a hundred times as much to find them in."""

import http.client
import itertools
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import uvloop

from benchmarks.load import run_load
from benchmarks.seed import TENANT, customer_id, seed
from benchmarks.servers import Cores, Running, service
from benchmarks.traffic import get

SMALL, LARGE = 10_000, 1_000_000
MOST_OF_SMALL = 1.3
_PAGE = 500
_TURNS = 5


class Growth(msgspec.Struct, frozen=True):
    """Median latency in milliseconds, with SMALL and with LARGE numbers of each record."""

    name: str
    small_ms: float
    large_ms: float

    @property
    def of_small(self) -> float:
        return round(self.large_ms / self.small_ms, 2)

    @property
    def keeps_budget(self) -> bool:
        return self.of_small <= MOST_OF_SMALL


def measure_growth(folder: Path, cores: Cores, seconds: float) -> list[Growth]:
    with _filled(folder, cores, SMALL) as small, _filled(folder, cores, LARGE) as large:
        few, many = _questions(small, SMALL), _questions(large, LARGE)
        return [
            _compare(name, (small, few[name]), (large, many[name]), seconds / _TURNS)
            for name in few
        ]


def _compare(
    name: str, small: tuple[Running, list[str]], large: tuple[Running, list[str]], seconds: float
) -> Growth:
    """The best of some turns each: what else the machine does only ever adds."""
    turns = [(_median(*small, seconds), _median(*large, seconds)) for _ in range(_TURNS)]
    return Growth(name, min(turn[0] for turn in turns), min(turn[1] for turn in turns))


def _median(server: Running, paths: list[str], seconds: float) -> float:
    following = itertools.cycle([get(path) for path in paths])
    load = run_load(server.port, following.__next__, connections=1, seconds=seconds)
    return uvloop.run(load).p50


@contextmanager
def _filled(folder: Path, cores: Cores, records: int) -> Iterator[Running]:
    database = folder / f"{records}.db"
    print(f"making {records:,} customers and as many opportunities", flush=True)
    uvloop.run(seed(database, records, records))
    with service(database, cores) as running:
        yield running
    for path in folder.glob(f"{records}.*"):
        path.unlink()


def _questions(server: Running, records: int) -> Mapping[str, list[str]]:
    chance = random.Random(1)
    cursor = _cursor_at(server, records // 2)
    return {
        "list, first page": ["/customers"],
        "list, half way by cursor": [f"/customers?cursor={cursor}"],
        "get one": [f"/customers/{customer_id(chance.randrange(records))}" for _ in range(1000)],
        "funnel": ["/reports/funnel"],
        "metrics": ["/metrics"],
    }


def _cursor_at(server: Running, row: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": "Bearer bench", "X-Tenant-Id": TENANT}
    path = f"/customers?page={row // _PAGE}&pageSize={_PAGE}"
    connection.request("GET", path, headers=headers)
    page = msgspec.json.decode(connection.getresponse().read())
    connection.close()
    return str(page["nextCursor"])
