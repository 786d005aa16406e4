"""Counts how often a request waits for the database server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx

from crm_cell.app import Cell
from crm_cell.settings import Settings
from tests.world import Caller, Json

Send = Callable[[Caller, Json], Awaitable[httpx.Response]]

_CHUNK = 1 << 16
# The first requests of a connection prepare its statements.
_WARM_UPS = 3
# The service also asks the database for its own purposes, once a second.
_TRIES = 5
# By then the events of the request before have their numbers.
_NUMBERED_SECONDS = 0.15


class CountingProxy:
    """Passes on what a client and a server say, and counts how often the client spoke after the
    server had."""

    def __init__(self, url: str) -> None:
        self.round_trips = 0
        self._parts = urlsplit(url)
        self._passing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Gives the URL of the database through this."""
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        login = self._parts.netloc.rpartition("@")[0]
        yield self._parts._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()
        server.close()
        await asyncio.gather(*self._passing)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        there, behind = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        server_spoke = True

        async def to_server() -> None:
            nonlocal server_spoke
            while said := await reader.read(_CHUNK):
                self.round_trips += server_spoke
                server_spoke = False
                behind.write(said)
            behind.close()

        async def to_client() -> None:
            nonlocal server_spoke
            while said := await there.read(_CHUNK):
                server_spoke = True
                writer.write(said)
            writer.close()

        await asyncio.gather(to_server(), to_client())


async def create(acme: Caller, _: Json) -> httpx.Response:
    return await acme.post("/customers", {"name": f"客户 {asyncio.get_running_loop().time()}"})


async def round_trips(url: str, send: Send) -> int:
    """Of one request, on a connection that has served a few, while nobody else asks anything."""
    proxy = CountingProxy(url)
    async with proxy.listening() as through:
        service = Cell(Settings(database_url=through, demo=False), lambda _: None)
        await service.start()
        transport = httpx.ASGITransport(service)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            acme = Caller(client, "acme", "alice")
            customer = await acme.customer()
            for _ in range(_WARM_UPS):
                await send(acme, customer)
            found = []
            for _ in range(_TRIES):
                await asyncio.sleep(_NUMBERED_SECONDS)
                before = proxy.round_trips
                assert (await send(acme, customer)).is_success
                found.append(proxy.round_trips - before)
        await service.stop()
    return min(found)
