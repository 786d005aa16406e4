"""The processes that are measured: on which cores they run, what they have used so far."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

_PATIENCE_SECONDS = 30.0
_PROC = Path("/proc")


class Cores(msgspec.Struct, frozen=True):
    """Who runs where; nothing is said where a system does not let that be chosen."""

    service: frozenset[int]
    database: frozenset[int]
    generator: frozenset[int]

    @classmethod
    def for_workers(cls, workers: int) -> "Cores":
        """The generator has the last core, each worker one of the others, a database server what
        is left. Where nothing is left it shares the generator's, so that the service has its own
        to itself; where workers outnumber cores, they and the database share all of them."""
        *others, last = _USABLE or [-1]
        if last < 0:
            return cls(frozenset(), frozenset(), frozenset())
        if len(others) < workers:
            return cls(frozenset(_USABLE), frozenset(_USABLE), frozenset([last]))
        left = others[workers:] or [last]
        return cls(frozenset(others[:workers]), frozenset(left), frozenset([last]))


_USABLE = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


class Processes(msgspec.Struct, frozen=True):
    """A process and its descendants. Figures are None where there is no /proc."""

    pid: int

    def cpu_seconds(self) -> float | None:
        """Spent so far, by all threads of all of them."""
        spent = [_cpu_nanoseconds(pid) for pid in self.pids()]
        return sum(spent) / 1e9 if any(spent) else None

    def resident_mib(self) -> float | None:
        """Of the largest of them."""
        return self._largest("VmRSS")

    def peak_mib(self) -> float | None:
        """The most that any of them ever had since the last `forget_peak`."""
        return self._largest("VmHWM")

    def forget_peak(self) -> None:
        # Some containers forbid it, and then the peak is that since the start.
        for pid in self.pids():
            with contextlib.suppress(FileNotFoundError, PermissionError):
                (_PROC / str(pid) / "clear_refs").write_text("5")

    def move_to(self, cores: frozenset[int]) -> None:
        """What they start from now on is there as well."""
        for pid in self.pids() if cores else []:
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(pid, cores)

    def pids(self) -> list[int]:
        found = [self.pid]
        for pid in found:
            found += _children(pid)
        return found

    def _largest(self, figure: str) -> float | None:
        return max((mib for pid in self.pids() if (mib := _memory(pid, figure))), default=None)


def _children(pid: int) -> list[int]:
    """Those that end at this moment are none."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for listed in _PROC.glob(f"{pid}/task/*/children"):
            found += map(int, listed.read_text().split())
    return found


def _cpu_nanoseconds(pid: int) -> int:
    spent = 0
    with contextlib.suppress(OSError):
        for thread in _PROC.glob(f"{pid}/task/*/schedstat"):
            spent += int(thread.read_text().split()[0])
    return spent


def _memory(pid: int, figure: str) -> float | None:
    with contextlib.suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith(figure + ":"):
                return round(int(line.split()[1]) / 1024, 1)
    return None


@contextmanager
def running(
    module: list[str], environment: Mapping[str, str], log: Path, cores: Cores
) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m MODULE …`, with its output in `log`, until the end of the block."""
    with log.open("wb") as out, on_cores(cores.service, then=cores.generator):
        process = subprocess.Popen(
            [sys.executable, "-m", *module], env=environment, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        _stop(process)


@contextmanager
def on_cores(cores: frozenset[int], *, then: frozenset[int]) -> Iterator[None]:
    """A child inherits the cores that its parent is on at that moment."""
    if not cores:
        yield
        return
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, then)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
