"""The service in a mode in which tokens say who somebody is."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest

from crm_cell.app import Cell
from crm_cell.settings import Settings
from tests.databases import Datastore, SqliteFile
from tests.identity.issuer import AUDIENCE, ISSUER, SECRET
from tests.world import Json, Running, check_frame


class Clock:
    """The real time, which can be put forward and back."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Guarded(msgspec.Struct):
    """A service that asks for tokens, and the clock that it holds them to."""

    running: Running
    clock: Clock

    async def get(self, token: str, path: str = "/customers", **headers: str) -> httpx.Response:
        return await self.send("GET", path, token, headers)

    async def create(self, token: str, name: str, **headers: str) -> httpx.Response:
        given = {"X-Request-ID": name, "Content-Type": "application/json"} | headers
        content = msgspec.json.encode({"name": name})
        return await self.send("POST", "/customers", token, given, content)

    async def send(
        self, method: str, path: str, token: str, headers: Any = None, content: bytes | None = None
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        given = [(b"Authorization", f"Bearer {token}".encode("latin-1"))]
        given += [(name.encode(), value.encode()) for name, value in named.items()]
        answer = await self.running.client.request(method, path, headers=given, content=content)
        check_frame(answer)
        return answer

    async def names(self, token: str, **headers: str) -> list[str]:
        answer = await self.get(token, **headers)
        assert answer.status_code == 200, answer.text
        rows: list[Json] = answer.json()["data"]
        return [row["name"] for row in rows]


Opening = Callable[..., AbstractAsyncContextManager[Guarded]]


@asynccontextmanager
async def opened(datastore: Datastore, **settings: Any) -> AsyncIterator[Guarded]:
    lines: list[Any] = []
    clock = Clock()
    service = Cell(
        Settings(database_url=datastore.url, demo=False, **settings), lines.append, now=clock
    )
    await service.start()
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield Guarded(Running(service, client, datastore, lines), clock)
    await service.stop()


@pytest.fixture
def open_cell(sqlite_datastore: SqliteFile) -> Opening:
    """Opens the service with settings of its own. What is judged before the database is asked is
    the same on both."""
    return lambda **settings: opened(sqlite_datastore, **settings)


JWT = {"auth_mode": "jwt", "jwt_issuer": ISSUER, "jwt_audience": AUDIENCE}


@pytest.fixture
async def guarded(open_cell: Opening) -> AsyncIterator[Guarded]:
    """Tokens are signed with the one secret."""
    async with open_cell(**JWT, jwt_secret=SECRET) as service:
        yield service
