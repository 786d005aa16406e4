"""The databases of benchmarks: SQLite files, or databases of a temporary PostgreSQL server."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import apsw
import asyncpg
import msgspec

from benchmarks.processes import Cores, Processes, on_cores
from benchmarks.seed import seed_postgres, seed_sqlite
from crm_cell.storage.migrate import migrate
from scripts.throwaway_postgres import NoServer, Server, throwaway_postgres


class Place(msgspec.Struct, frozen=True):
    """A database. `folder` is for the logs of processes that use it."""

    name: str
    url: str
    folder: Path
    server: Processes | None = None


class Databases(Protocol):
    kind: str
    version: str

    def seeded(self, name: str, customers: int, opportunities: int = 0) -> Place:
        """A new database with this release's schema and so many records."""
        ...

    def copied(self, place: Place, name: str) -> Place: ...

    def drop(self, place: Place) -> None: ...

    def move_to(self, cores: Cores) -> None: ...


class SqliteFiles:
    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.version = apsw.sqlite_lib_version()
        self._folder = folder

    def seeded(self, name: str, customers: int, opportunities: int = 0) -> Place:
        place = self._place(name)
        migrate(place.url)
        seed_sqlite(self._file(place), customers, opportunities)
        return place

    def copied(self, place: Place, name: str) -> Place:
        copy = self._place(name)
        shutil.copy(self._file(place), self._file(copy))
        return copy

    def drop(self, place: Place) -> None:
        for path in self._folder.glob(f"{place.name}.db*"):
            path.unlink()

    def move_to(self, cores: Cores) -> None:
        """Does nothing: SQLite runs in the service's process."""

    def _place(self, name: str) -> Place:
        return Place(name, f"sqlite:///{self._folder / name}.db", self._folder)

    def _file(self, place: Place) -> Path:
        return self._folder / f"{place.name}.db"


class PostgresDatabases:
    kind = "postgresql"

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._processes = Processes(server.pid)
        self.version = str(self._ask("SHOW server_version"))

    def seeded(self, name: str, customers: int, opportunities: int = 0) -> Place:
        self._ask(f"CREATE DATABASE {name}")
        place = self._place(name)
        migrate(place.url)
        asyncio.run(seed_postgres(place.url, customers, opportunities))
        return place

    def copied(self, place: Place, name: str) -> Place:
        self._ask(f"CREATE DATABASE {name} TEMPLATE {place.name}")
        return self._place(name)

    def drop(self, place: Place) -> None:
        self._ask(f"DROP DATABASE {place.name} WITH (FORCE)")

    def move_to(self, cores: Cores) -> None:
        self._processes.move_to(cores.database)

    def _place(self, name: str) -> Place:
        return Place(name, self._server.url(name), self._folder, self._processes)

    def _ask(self, statement: str) -> object:
        return asyncio.run(_answer(self._server.url(), statement))


@contextmanager
def databases_of(kind: str, folder: Path) -> Iterator[Databases]:
    """Raises SystemExit if there are no PostgreSQL programs."""
    if kind == "sqlite":
        yield SqliteFiles(folder)
        return
    try:
        with _postgres_databases(folder) as found:
            yield found
    except NoServer as error:
        raise SystemExit(f"no PostgreSQL: {error}") from error


@contextmanager
def a_folder(parent: str | None) -> Iterator[Path]:
    """A temporary folder that a database server of another user may enter."""
    with tempfile.TemporaryDirectory(prefix="crm-bench-", dir=parent) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def _postgres_databases(folder: Path) -> Iterator[PostgresDatabases]:
    """The server syncs each commit to disk. Raises NoServer."""
    cores = Cores.for_workers(1)
    with ExitStack() as started:
        with on_cores(cores.database, then=cores.generator):
            server = started.enter_context(throwaway_postgres(careless=False, parent=folder))
        yield PostgresDatabases(server, folder)


async def _answer(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
