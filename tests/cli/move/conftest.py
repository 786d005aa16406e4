"""Databases to move, and what is in them."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from crm_cell.app import Cell
from crm_cell.demo.filling import fill
from crm_cell.settings import Settings
from crm_cell.storage.open import open_database, place_of
from tests.cli.conftest import Terminal
from tests.databases import Datastore, PostgresDatastore, SqliteFile
from tests.world import Caller

T = TypeVar("T")

MONDAY = date(2026, 11, 23)
PAGES = [
    "/customers?pageSize=500",
    "/customers?page=3&pageSize=7",
    "/contacts?pageSize=500",
    "/opportunities?pageSize=500",
    "/follow-ups?pageSize=500",
    "/contracts?pageSize=500",
    "/payments?pageSize=500",
    "/audit-logs?pageSize=500",
    "/customers/export?format=ndjson",
    "/reports/funnel",
    "/metrics",
]
CREATE = {"name": "搬家前的客户", "contactPhone": "13812345678"}


@pytest.fixture(scope="module")
def filled_file(empty_database: Path) -> Path:
    """The demo data, and one customer whose request may be repeated."""
    path = empty_database.with_name("to-be-moved.db")
    shutil.copy(empty_database, path)
    asyncio.run(filled(f"sqlite:///{path}"))
    return path


async def filled(url: str) -> None:
    database = open_database(url)
    await database.start()
    await fill(database, today=MONDAY)
    await database.stop()
    await answered(url, lambda caller: caller.post("/customers", CREATE, key="before"))


@pytest.fixture
def source(filled_file: Path, tmp_path: Path) -> SqliteFile:
    return SqliteFile(Path(shutil.copy(filled_file, tmp_path / "crm.db")))


@pytest.fixture
def target(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    datastore = postgres_template.copy()
    yield datastore
    datastore.close()


async def answered(url: str, call: Callable[[Caller], Awaitable[T]]) -> T:
    """What the service on a database says to somebody who sees the whole tenant `demo`."""
    service = Cell(Settings(database_url=url, demo=False), lambda line: None)
    await service.start()
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await call(Caller(client, "demo"))
    await service.stop()
    return answer


async def pages(caller: Caller) -> dict[str, bytes]:
    """What callers read, cursors and the history of each opportunity included."""
    found = {path: (await caller.send("GET", path)).content for path in PAGES}
    answer = await caller.get("/opportunities", pageSize=40)
    while cursor := answer.json()["nextCursor"]:
        answer = await caller.get("/opportunities", pageSize=40, cursor=cursor)
        found[cursor] = answer.content
        path = f"/opportunities/{answer.json()['data'][0]['opportunityId']}/history"
        found[path] = (await caller.get(path)).content
    return found


def contents(datastore: Datastore) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, its columns by name; without the search index, which is no copy."""
    found = {}
    for table in sorted(datastore.tables()):
        if not table.startswith(("sqlite_", "search_")):
            found[table] = sorted(datastore.rows(f'SELECT * FROM "{table}"'), key=repr)
    return found


def moves(terminal: Terminal, source: Datastore, target: Datastore) -> list[str]:
    said = terminal.run("move", "--from", source.url, "--to", target.url)
    assert said.code == 0, said
    return said.out.splitlines()


def refuses(terminal: Terminal, source: Datastore, target: Datastore) -> str:
    """The line without who said it and where; nothing in either database has moved."""
    before = contents(source), contents(target)
    line = terminal.fails("move", "--from", source.url, "--to", target.url)
    assert (contents(source), contents(target)) == before
    return line.removeprefix(f"crm-cell: {place_of(target.url)}: ")
