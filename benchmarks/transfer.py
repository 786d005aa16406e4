"""Many rows in one request: an import, and an export of all customers."""

import http.client
import statistics
import time

import msgspec

from benchmarks.seed_rows import TENANT
from benchmarks.servers import Running

IMPORT_ROWS = 2_000
_READ_BYTES = 1 << 18
_HEADERS = {"Authorization": "Bearer bench", "X-Tenant-Id": TENANT}


class Transfer(msgspec.Struct, frozen=True):
    """Rows per second in each repetition."""

    name: str
    least_rows_per_second: int
    rows: int
    rows_per_second: list[int]
    resident_mib_before: float | None
    resident_mib_peak: float | None

    @property
    def per_second(self) -> float:
        return statistics.median(self.rows_per_second)

    @property
    def keeps_budget(self) -> bool:
        return self.per_second >= self.least_rows_per_second


def import_rows(service: Running, times: int) -> Transfer:
    """POST /customers/import with 2 000 new names each time."""
    service.forget_peak()
    before = service.resident_mib()
    speeds = [round(IMPORT_ROWS / _import_once(service, turn)) for turn in range(times)]
    return Transfer("import", 20_000, IMPORT_ROWS, speeds, before, service.peak_mib())


def export_rows(service: Running, times: int) -> Transfer:
    """GET /customers/export?format=ndjson of all customers."""
    service.forget_peak()
    before = service.resident_mib()
    done = [export_once(service.port) for _ in range(times)]
    speeds = [round(rows / seconds) for rows, seconds in done]
    return Transfer("export", 100_000, done[0][0], speeds, before, service.peak_mib())


def _import_once(service: Running, turn: int) -> float:
    items = [
        {
            "name": f"Imported {turn}/{number}",
            "contactPhone": f"137{turn % 100:02}{number:06}",
            "contactEmail": f"imported{turn}.{number}@example.com",
        }
        for number in range(IMPORT_ROWS)
    ]
    body = msgspec.json.encode({"items": items})
    headers = {**_HEADERS, "Content-Type": "application/json", "X-Request-ID": f"import-{turn}"}
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    connection.request("POST", "/customers/import", body, headers)
    answer = connection.getresponse()
    report = answer.read()
    seconds = time.perf_counter() - began
    connection.close()
    if answer.status != 200 or msgspec.json.decode(report)["created"] != IMPORT_ROWS:
        raise RuntimeError(f"the import failed: {answer.status} {report[:500]!r}")
    return seconds


def export_once(port: int) -> tuple[int, float]:
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/customers/export?format=ndjson", headers=_HEADERS)
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"the export failed: {answer.status} {answer.read()[:500]!r}")
    rows = 0
    while chunk := answer.read1(_READ_BYTES):
        rows += chunk.count(b"\n")
    seconds = time.perf_counter() - began
    connection.close()
    return rows, seconds
