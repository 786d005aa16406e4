"""The results of a run, saved as JSON."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from benchmarks.growth import Scale
from benchmarks.latency import Latency
from benchmarks.machine import Machine
from benchmarks.scenarios import Outcome
from benchmarks.startup import Startup
from benchmarks.transfer import Transfer

RESULTS = Path(__file__).parent / "results"


class Engine(msgspec.Struct, frozen=True):
    """The results of the service on one kind of database with a number of worker processes."""

    kind: str
    version: str
    workers: int
    startup: Startup | None
    scenarios: list[Outcome]
    latencies: list[Latency]
    transfers: list[Transfer]
    counted: Outcome | None

    @property
    def peak_mib(self) -> float:
        peaks = [outcome.peak_mib for outcome in self.scenarios]
        return max(peak or 0 for peak in [*peaks, *(it.resident_mib_peak for it in self.transfers)])


class Head(msgspec.Struct, frozen=True):
    commit: str
    measured_at: str
    machine: Machine


class Report(Head, frozen=True, tag="load", tag_field="of"):
    customers: int
    seconds: float
    engines: list[Engine]


class ScaleReport(Head, frozen=True, tag="scale", tag_field="of"):
    scales: list[Scale]


R = TypeVar("R", bound=Head)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def save(report: Report | ScaleReport) -> Path:
    RESULTS.mkdir(exist_ok=True)
    kind = "load" if isinstance(report, Report) else "scale"
    path = RESULTS / f"{report.measured_at[:10]}-{report.commit}-{kind}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    return path


def newest(kind: type[R], folder: Path = RESULTS) -> R | None:
    reports = [
        msgspec.json.decode(path.read_bytes(), type=Report | ScaleReport)
        for path in sorted(folder.glob("*.json"))
    ]
    those = [report for report in reports if isinstance(report, kind)]
    return max(those, key=lambda report: report.measured_at, default=None)
