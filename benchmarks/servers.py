"""The processes that are measured, each on the one core kept for servers."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.005


class Cores(msgspec.Struct, frozen=True):
    """Where the servers run, and where the generator does. None where that cannot be chosen."""

    server: int | None
    generator: int | None

    @classmethod
    def of_this_machine(cls) -> "Cores":
        if not hasattr(os, "sched_getaffinity"):
            return cls(None, None)
        usable = sorted(os.sched_getaffinity(0))
        return cls(usable[0], usable[-1])


class Running(msgspec.Struct, frozen=True):
    """A server that answers. Its figures are None where there is no /proc."""

    pid: int
    port: int
    seconds_to_first_answer: float

    def cpu_seconds(self) -> float | None:
        """Spent so far, by all of its threads."""
        times = [path.read_text() for path in self._proc.glob("task/*/schedstat")]
        return sum(int(text.split()[0]) for text in times) / 1e9 if times else None

    def resident_mib(self) -> float | None:
        return self._memory("VmRSS")

    def peak_mib(self) -> float | None:
        """The most that was ever resident since the last `forget_peak`."""
        return self._memory("VmHWM")

    def forget_peak(self) -> None:
        # Some containers forbid it, and then the peak is that since the start.
        with contextlib.suppress(FileNotFoundError, PermissionError):
            (self._proc / "clear_refs").write_text("5")

    def _memory(self, name: str) -> float | None:
        status = self._proc / "status"
        for line in status.read_text().splitlines() if status.exists() else []:
            if line.startswith(name + ":"):
                return round(int(line.split()[1]) / 1024, 1)
        return None

    @property
    def _proc(self) -> Path:
        return Path(f"/proc/{self.pid}")


@contextmanager
def service(database: Path, cores: Cores) -> Iterator[Running]:
    """The service as it runs in earnest: everything on, its access log going to a file."""
    port = free_port()
    settings = {
        "CRM_DATABASE_URL": f"sqlite:///{database}",
        "CRM_DEMO": "0",
        "CRM_LOG_FORMAT": "json",
        "PORT": str(port),
    }
    with _process(["crm_cell", "serve"], settings, port, database, cores) as running:
        yield running


@contextmanager
def floor(database: Path, cores: Cores) -> Iterator[Running]:
    port = free_port()
    command = ["benchmarks.floor", str(database), str(port)]
    with _process(command, {}, port, database, cores) as running:
        yield running


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(
    module: list[str], settings: Mapping[str, str], port: int, database: Path, cores: Cores
) -> Iterator[Running]:
    inherited = {name: value for name, value in os.environ.items() if name[:4] != "CRM_"}
    log = database.with_suffix(".log")
    began = time.perf_counter()
    with log.open("wb") as out:
        process = _start(module, {**inherited, **settings}, out.fileno(), cores)
    try:
        _wait_for_answer(process, port, log)
        yield Running(process.pid, port, round(time.perf_counter() - began, 3))
    finally:
        _stop(process)


def _start(
    module: list[str], environment: Mapping[str, str], out: int, cores: Cores
) -> "subprocess.Popen[bytes]":
    """A child inherits the core that its parent is on at that moment."""
    _move_to(cores.server)
    try:
        command = [sys.executable, "-m", *module]
        return subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    finally:
        _move_to(cores.generator)


def _move_to(core: int | None) -> None:
    if core is not None:
        os.sched_setaffinity(0, {core})


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _wait_for_answer(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.perf_counter() + _PATIENCE_SECONDS
    while time.perf_counter() < deadline and process.poll() is None:
        if _answers(port):
            return
        time.sleep(_LOOK_SECONDS)
    raise RuntimeError(f"the server does not answer:\n{log.read_text()[-4000:]}")


def _answers(port: int) -> bool:
    request = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            return connection.recv(12).startswith(b"HTTP/1.1")
    except OSError:
        return False
