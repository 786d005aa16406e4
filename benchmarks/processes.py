"""Measured processes: their cores, processor time and memory."""

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
    """The cores of each process; empty on systems without CPU affinity."""

    service: frozenset[int]
    database: frozenset[int]
    generator: frozenset[int]

    @classmethod
    def for_workers(cls, workers: int) -> "Cores":
        """The generator gets the last core, each worker one of the others, and a database server
        the rest. If there is no rest, it shares the generator's core, so that the service has its
        own; if there are more workers than cores, they and the database share all cores."""
        *others, last = _USABLE or [-1]
        if last < 0:
            return cls(frozenset(), frozenset(), frozenset())
        if len(others) < workers:
            return cls(frozenset(_USABLE), frozenset(_USABLE), frozenset([last]))
        left = others[workers:] or [last]
        return cls(frozenset(others[:workers]), frozenset(left), frozenset([last]))


_USABLE = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


class Processes(msgspec.Struct, frozen=True):
    """A process and its descendants. Figures are None on systems without /proc."""

    pid: int

    def cpu_seconds(self) -> float | None:
        """The processor time of all threads of all processes so far."""
        spent = [_cpu_nanoseconds(pid) for pid in self.pids()]
        return sum(spent) / 1e9 if any(spent) else None

    def resident_mib(self) -> float | None:
        """The resident memory of the largest process."""
        return self._largest("VmRSS")

    def peak_mib(self) -> float | None:
        """The peak memory of any process since the last `forget_peak`."""
        return self._largest("VmHWM")

    def forget_peak(self) -> None:
        # Some containers forbid this; the peak then counts from the start.
        for pid in self.pids():
            with contextlib.suppress(FileNotFoundError, PermissionError):
                (_PROC / str(pid) / "clear_refs").write_text("5")

    def move_to(self, cores: frozenset[int]) -> None:
        """Move all processes to these cores; later child processes inherit them."""
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
    """The child processes, without those that end in the meantime."""
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
    """Run `python -m MODULE …` with its output in `log` until the end of the block."""
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
    """Set this process's cores within the block, since child processes inherit them."""
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
