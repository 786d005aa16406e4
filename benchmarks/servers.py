"""Starts the service and the floors."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from benchmarks.databases import Place
from benchmarks.processes import Cores, Processes, running
from scripts.throwaway_postgres import free_port

_PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.005


class Running(Processes, frozen=True):
    """A server that answers."""

    port: int
    seconds_to_first_answer: float
    database: Processes | None = None
    """The processes of the database server, if there is one."""


@contextmanager
def service(
    place: Place,
    cores: Cores,
    *,
    workers: int = 1,
    program: str = "crm_cell",
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Running]:
    """The service as in production, with its access log in a file."""
    port = free_port()
    chosen = {
        "CRM_DATABASE_URL": place.url,
        "CRM_DEMO": "0",
        "CRM_DRAIN_SECONDS": "0",
        "CRM_LOG_FORMAT": "json",
        "PORT": str(port),
        **settings,
    }
    command = [program, "serve", *(["--workers", str(workers)] if workers > 1 else [])]
    with _answering(command, chosen, port, place, cores) as found:
        yield found


@contextmanager
def floor(place: Place, cores: Cores, *, workers: int = 1) -> Iterator[Running]:
    port = free_port()
    command = ["benchmarks.floor", place.url, str(port), str(workers)]
    with _answering(command, {}, port, place, cores) as found:
        yield found


@contextmanager
def _answering(
    command: list[str], settings: dict[str, str], port: int, place: Place, cores: Cores
) -> Iterator[Running]:
    inherited = {name: value for name, value in os.environ.items() if name[:4] != "CRM_"}
    log = place.folder / f"{place.name}-{port}.log"
    began = time.perf_counter()
    with running(command, {**inherited, **settings}, log, cores) as process:
        _wait_for_answer(process, port, log)
        seconds = round(time.perf_counter() - began, 3)
        yield Running(process.pid, port, seconds, place.server)


def _wait_for_answer(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.perf_counter() + _PATIENCE_SECONDS
    while time.perf_counter() < deadline and process.poll() is None:
        if _answers(port):
            return
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"the server does not answer:\n{log.read_text()[-4000:]}")


def _answers(port: int) -> bool:
    request = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            return connection.recv(12).startswith(b"HTTP/1.1")
    except OSError:
        return False
