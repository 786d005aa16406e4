"""The service as a process of its own, which can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import httpx

from scripts.throwaway_postgres import free_port

ROOT = Path(__file__).parents[1]
# What a service that stops in good order may take, on a machine with much else to do.
PATIENCE_SECONDS = 30


class Process:
    """A running service on `folder / "crm.db"`, and what it has logged."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.folder = folder
        self._log = folder / "stderr.log"
        with self._log.open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "crm_cell", "serve", *arguments],
                cwd=folder,
                env=environment(folder) | settings,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,  # as under a supervisor, or in a terminal
            )
        self.address = self._banner().rpartition(" ")[2].strip()

    @property
    def path(self) -> Path:
        return self.folder / "crm.db"

    def client(self, **headers: str) -> httpx.AsyncClient:
        given = {"Authorization": "Bearer test", "X-Tenant-Id": "acme"} | headers
        return httpx.AsyncClient(base_url=self.address, headers=given, timeout=PATIENCE_SECONDS)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """What a crash, a power cut or an impatient orchestrator does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self.wait(PATIENCE_SECONDS)

    def wait(self, seconds: float) -> int:
        """Its exit code, which it must have by then."""
        return self._process.wait(seconds)

    def log(self) -> list[str]:
        return self._log.read_text(encoding="utf-8").splitlines()

    def end(self) -> None:
        if self._process.poll() is None:
            self.kill()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _banner(self) -> str:
        assert self._process.stdout is not None
        first_line = self._process.stdout.readline()
        if not first_line:  # it has said why on standard error, and ends
            self.end()
        assert first_line, self.log()
        return first_line


@contextmanager
def serving(folder: Path, *arguments: str, **settings: str) -> Iterator[Process]:
    process = Process(folder, *arguments, **settings)
    try:
        yield process
    finally:
        process.end()


def environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PORT": str(free_port()),
        "CRM_DATABASE_URL": f"sqlite:///{folder / 'crm.db'}",
        "CRM_DEMO": "0",
        "CRM_DRAIN_SECONDS": "0",
    }


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = apsw.Connection(str(path))
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()
