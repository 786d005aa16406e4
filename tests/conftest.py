"""The service and its cast: Acme's Alice, Bob and whole-tenant account; Globex's Charlie."""

import gc
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from crm_cell import logs
from crm_cell.app import Cell
from crm_cell.http.observability.telemetry import AccessLine
from crm_cell.settings import Settings
from crm_cell.storage import background
from crm_cell.storage.migrate import migrate
from crm_cell.storage.paging import deep_offsets, pages, rank_index
from tests.databases import (
    Datastore,
    PostgresDatastore,
    PostgresServer,
    SqliteFile,
    postgres_server,
)
from tests.turns import EVERY_CASE, in_turn
from tests.world import Beside, Caller, Running

# httpx looks for it in each request, and to find nothing took a millisecond each time.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


def pytest_configure() -> None:
    """An eighth of the time went into looking for garbage among what lives as long as the tests."""
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _mark_servers(items)
    # A test that is asked for by its name runs.
    if not EVERY_CASE and not any("::" in each for each in config.args):
        items[:], others = in_turn(items)
        config.hook.pytest_deselected(items=others)


def _mark_servers(items: list[pytest.Item]) -> None:
    """So that `-m postgres`, or `-k`, finds the tests that run on a server."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        if "postgres" in getattr(item, "fixturenames", ()) or (
            callspec is not None and "postgres" in callspec.params.values()
        ):
            item.add_marker("postgres")


@pytest.fixture(scope="session", autouse=True)
def logged_as_in_earnest() -> None:
    logs.configure("json", "info")


@pytest.fixture(scope="session", autouse=True)
def no_periodic_work() -> None:
    """Tests call it themselves: what removes old records would run whenever a test takes long."""
    background.FIRST_AFTER_SECONDS = 36_000.0


@pytest.fixture
def periodic_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Services that are started from now on begin it at once."""
    monkeypatch.setattr(background, "FIRST_AFTER_SECONDS", 0.0)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that every test gets a copy of: copying is 300 times faster."""
    path = tmp_path_factory.mktemp("empty") / "crm.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_database(postgres: PostgresServer) -> Iterator[PostgresDatastore]:
    datastore = PostgresDatastore(postgres)
    datastore.migrate()
    yield datastore
    datastore.close()


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> Iterator[PostgresDatastore]:
    """To be copied, so nobody stays connected to it."""
    datastore = PostgresDatastore(postgres)
    migrate(datastore.url)
    yield datastore
    datastore.close()


@pytest.fixture
def postgres_datastore(postgres_database: PostgresDatastore) -> PostgresDatastore:
    """Emptied for each test; whoever changes its tables needs one of their own."""
    postgres_database.empty()
    return postgres_database


@pytest.fixture
def sqlite_datastore(empty_database: Path, tmp_path: Path) -> SqliteFile:
    return SqliteFile(Path(shutil.copy(empty_database, tmp_path / "crm.db")))


@pytest.fixture(params=["sqlite", "postgres"])
def datastore(request: pytest.FixtureRequest) -> Datastore:
    """An empty database; every test that asks for one runs on both kinds."""
    found: Datastore = request.getfixturevalue(f"{request.param}_datastore")
    return found


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    # Tests delete records long ago, which the service would remove for good while they look.
    return Settings(database_url=datastore.url, demo=False, recycle_days=36_500)


def patient(service: Cell) -> Cell:
    """Requests wait for their turn for as long as a busy machine takes: the limit of half a second
    has tests of its own."""
    service._application._concurrency.short._patience = 30.0
    return service


@pytest.fixture
async def cell(settings: Settings, datastore: Datastore) -> AsyncIterator[Running]:
    """The running service on a database of its own."""
    lines: list[AccessLine] = []
    service = patient(Cell(settings, lines.append))
    await service.start()
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield Running(service, client, datastore, lines)
    await service.stop()


@pytest.fixture
def beside(settings: Settings, datastore: Datastore) -> Beside:
    """Another process on the same database, with other settings."""

    @asynccontextmanager
    async def run(**others: object) -> AsyncIterator[Running]:
        service = patient(Cell(settings.model_copy(update=others), lambda _: None))
        await service.start()
        transport = httpx.ASGITransport(service)
        try:
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost"
            ) as client:
                yield Running(service, client, datastore, [])
        finally:
            await service.stop()

    return run


@pytest.fixture
def every_page_is_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are treated as many, and what was just made as if it were settled."""
    monkeypatch.setattr(pages, "_SHALLOW", 0)
    monkeypatch.setattr(rank_index, "_SPACING", 2)
    monkeypatch.setattr(rank_index, "_MOST_OF_A_LIST", 6)
    monkeypatch.setattr(deep_offsets, "_HOP", 4)
    monkeypatch.setattr(deep_offsets, "_SETTLED_MS", 0)


@pytest.fixture
def acme(cell: Running) -> Caller:
    """Sees the whole tenant acme."""
    return Caller(cell.client, "acme")


@pytest.fixture
def alice(cell: Running) -> Caller:
    return Caller(cell.client, "acme", "alice")


@pytest.fixture
def bob(cell: Running) -> Caller:
    """Alice's colleague: what is hers does not exist for him."""
    return Caller(cell.client, "acme", "bob")


@pytest.fixture
def charlie(cell: Running) -> Caller:
    """Of the tenant globex: must see nothing of acme's."""
    return Caller(cell.client, "globex")
