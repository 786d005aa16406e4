"""The figures as a table to read and as JSON to keep."""

import os
import platform
import statistics
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import apsw
import msgspec

from benchmarks.scale import LARGE, MOST_OF_SMALL, SMALL, Growth
from benchmarks.scenarios import Outcome, Side
from benchmarks.startup import MOST_MIB, MOST_SECONDS, Startup
from benchmarks.transfer import Transfer

_RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("granian", "uvloop", "msgspec", "apsw", "starlette", "prometheus-client")


class Machine(msgspec.Struct, frozen=True):
    processor: str
    cores: int
    system: str
    python: str
    sqlite: str
    packages: dict[str, str]


class Report(msgspec.Struct, frozen=True):
    commit: str
    measured_at: str
    machine: Machine
    customers: int
    seconds: float
    connections: int
    startup: Startup
    scenarios: list[Outcome]
    transfers: list[Transfer]
    growth: list[Growth]


def machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 0,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        sqlite=apsw.sqlite_lib_version(),
        packages={name: version(name) for name in _PACKAGES},
    )


def commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def save(report: Report) -> Path:
    _RESULTS.mkdir(exist_ok=True)
    path = _RESULTS / f"{report.measured_at[:10]}-{report.commit}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    return path


def show(report: Report) -> None:
    print(f"\n{'under load':<20}{'service':>10}{'floor':>10}{'p50':>9}{'p99':>9}", end="")
    print(f"{'of floor':>10}{'spread':>14}{'by CPU':>8}{'budget':>8}")
    for outcome in report.scenarios:
        _show_outcome(outcome)
    print(f"\n{'rows at once':<20}{'rows/s':>10}{'spread':>20}{'budget':>10}{'MiB':>8}{'peak':>8}")
    for transfer in report.transfers:
        _show_transfer(transfer)
    if report.growth:
        print(f"\n{'latency with':<26}{SMALL:>12,}{LARGE:>12,}{'ratio':>8}{'budget':>8}")
    for growth in report.growth:
        _show_growth(growth)
    _show_startup(report.startup)


def _show_outcome(outcome: Outcome) -> None:
    service = [each.service for each in outcome.rounds]
    floor = [each.floor for each in outcome.rounds if each.floor]
    print(
        f"{outcome.name:<20}{_middle(service, _speed):>10,.0f}"
        f"{f'{_middle(floor, _speed):,.0f}' if floor else '-':>10}"
        f"{_middle(service, lambda side: side.load.p50):>6.2f} ms"
        f"{_middle(service, lambda side: side.load.p99):>6.2f} ms",
        end="",
    )
    if outcome.least_of_floor is not None:
        ratios, by_cpu = outcome.of_floor, outcome.of_floor_by_cpu
        print(
            f"{statistics.median(ratios):>10.2f}{f'{min(ratios):.2f} - {max(ratios):.2f}':>14}"
            f"{statistics.median(by_cpu) if by_cpu else 0:>8.2f}{outcome.least_of_floor:>8.1f}"
            f"  {_verdict(outcome.keeps_budget)}",
            end="",
        )
    print()


def _show_transfer(transfer: Transfer) -> None:
    speeds = transfer.rows_per_second
    print(
        f"{transfer.name:<20}{statistics.median(speeds):>10,.0f}"
        f"{f'{min(speeds):,} - {max(speeds):,}':>20}{transfer.least_rows_per_second:>10,}"
        f"{transfer.resident_mib_before or 0:>8.1f}{transfer.resident_mib_peak or 0:>8.1f}"
        f"  {_verdict(transfer.keeps_budget)}"
    )


def _show_growth(growth: Growth) -> None:
    print(
        f"{growth.name:<26}{growth.small_ms:>9.3f} ms{growth.large_ms:>9.3f} ms"
        f"{growth.of_small:>8.2f}{MOST_OF_SMALL:>8.1f}  {_verdict(growth.keeps_budget)}"
    )


def _show_startup(startup: Startup) -> None:
    seconds = statistics.median(startup.seconds_to_first_answer)
    resident = max(mib or 0 for mib in startup.resident_mib)
    print(
        f"\nstart to first answer {seconds:.2f} s (budget {MOST_SECONDS:.0f} s),"
        f" resident then {resident:.1f} MiB (budget {MOST_MIB:.0f} MiB)"
        f"  {_verdict(startup.keeps_budget)}"
    )


def _middle(sides: list[Side], figure: Callable[[Side], float]) -> float:
    return statistics.median(map(figure, sides))


def _speed(side: Side) -> float:
    return side.load.per_second


def _verdict(kept: bool | None) -> str:
    return "kept" if kept else "MISSED"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
