"""How long a synchronisation takes: upserts in batches of 1000, beside as many single PATCHes.

Usage: python -m benchmarks.batches [sqlite|postgresql] [records]

The records are customers with an external id. One caller waits for each answer, and eight do.
"""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import perf_counter
from typing import Any

from benchmarks.caller import Caller
from benchmarks.databases import a_folder, databases_of
from benchmarks.processes import Cores
from benchmarks.servers import service

_BATCH = 1_000
_CALLERS = 8
_numbers = count(1)


def request(method: str, path: str, body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer bench\r\n"
        f"X-Tenant-Id: bench\r\nX-Request-ID: bench-{next(_numbers)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def upserts(records: int, status: int) -> Iterator[bytes]:
    for start in range(0, records, _BATCH):
        items = [
            {
                "externalId": f"K-{number}",
                "name": f"客户 {number}",
                "contactPhone": f"138{number:08}",
                "status": status,
            }
            for number in range(start, min(start + _BATCH, records))
        ]
        yield request(
            "POST", "/customers/batch", {"mode": "upsert", "source": "erp", "items": items}
        )


def timed(name: str, port: int, requests: list[bytes], records: int, callers: int = 1) -> list[Any]:
    shares = [requests[start::callers] for start in range(callers)]

    def send(share: list[bytes]) -> list[Any]:
        with Caller(port) as caller:
            return [json.loads(caller.ask(each)) for each in share]

    began = perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        answers = [answer for part in pool.map(send, shares) for answer in part]
    seconds = perf_counter() - began
    print(f"{name:42} {seconds:7.2f} s {records / seconds:9.0f} records/s", flush=True)
    return answers


def measure(kind: str, records: int) -> None:
    cores = Cores.for_workers(1)
    with a_folder(None) as folder, databases_of(kind, folder) as databases:
        print(f"{kind} {databases.version}, {records} customers")
        place = databases.seeded("batches", 0)
        with service(place, cores) as running:
            port = running.port
            timed("batch, all created", port, list(upserts(records, 1)), records)
            answers = timed("batch, all changed", port, list(upserts(records, 2)), records)
            timed("batch, none changed", port, list(upserts(records, 2)), records)
            ids = [result["id"] for answer in answers for result in answer["results"]]
            for callers, status in ((1, 1), (_CALLERS, 2)):
                patches = [
                    request("PATCH", f"/customers/{each}", {"status": status}) for each in ids
                ]
                timed(f"PATCH, {callers} caller(s)", port, patches, records, callers)


if __name__ == "__main__":
    measure(
        sys.argv[1] if len(sys.argv) > 1 else "sqlite",
        int(sys.argv[2]) if len(sys.argv) > 2 else 5_000,
    )
