"""A terminal in which `crm-cell` is typed, on a database of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest

from crm_cell.cli import main
from scripts.throwaway_postgres import throwaway_postgres
from tests.databases import PostgresDatastore
from tests.storage.cluster import Worker, WorkerServer, make_cluster


class Said(msgspec.Struct):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


class Terminal:
    """Commands run in the process of the tests, which is what makes them fast."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.path = folder / "crm.db"
        self._capture = capture

    def run(self, *arguments: object) -> Said:
        self._capture.readouterr()
        with pytest.raises(SystemExit) as exited:
            main([str(argument) for argument in arguments])
        said = self._capture.readouterr()
        return Said(int(exited.value.code or 0), said.out, said.err)

    def fails(self, *arguments: object) -> str:
        """Run what must fail with one line on standard error; gives the line."""
        said = self.run(*arguments)
        assert said.code == 1, said
        *_, line = said.err.splitlines()
        return line

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        connection = apsw.Connection(str(self.path))
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


@pytest.fixture
def nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """No database yet."""
    monkeypatch.setenv("CRM_DATABASE_URL", f"sqlite:///{tmp_path / 'crm.db'}")
    return Terminal(tmp_path, capsys)


@pytest.fixture
def terminal(nowhere: Terminal, empty_database: Path) -> Terminal:
    """An empty database."""
    shutil.copy(empty_database, nowhere.path)
    return nowhere


@pytest.fixture
def coordinator(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    copy = postgres_template.copy()
    yield copy
    copy.close()


@pytest.fixture(scope="package")
def machine() -> Iterator[WorkerServer]:
    with throwaway_postgres() as server:
        yield WorkerServer(server)


@pytest.fixture
def worker(machine: WorkerServer, coordinator: PostgresDatastore) -> Iterator[Worker]:
    """Added after the cluster was set up: nobody has been to it."""
    worker = machine.worker(coordinator.name)
    yield worker
    worker.close()


@pytest.fixture
def cluster_terminal(
    nowhere: Terminal,
    coordinator: PostgresDatastore,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    make_cluster(coordinator, worker.url)
    monkeypatch.setenv("CRM_DATABASE_URL", coordinator.url)
    return nowhere
