"""A load balancer as plain as they come: TCP, round robin, no second try.

It asks `/readyz` of each backend in turn and sends new connections to those that answered 200; what
it has connected stays connected. All of it is real sockets, so that a test sees what a client of
such a balancer sees.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

_READY = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_CHUNK = 1 << 16


class Balancer:
    """Balances between ports of this machine, once `listening`."""

    def __init__(self, ports: list[int], *, interval: float) -> None:
        self.port = 0
        self._ports = ports
        self._interval = interval
        self._ready: dict[int, bool] = dict.fromkeys(ports, False)
        self._turns: Iterator[int] = itertools.cycle(ports)
        self._changed = asyncio.Condition()
        self._passing: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Balancer"]:
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        checks = [asyncio.create_task(self._check_forever(port)) for port in self._ports]
        try:
            yield self
        finally:
            for check in checks:
                check.cancel()
            server.close()
            for writer in self._writers:
                writer.close()
            await asyncio.gather(*checks, *self._passing, return_exceptions=True)

    async def until(self, port: int, *, ready: bool) -> None:
        """Wait for the balancer to have seen it."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._ready[port] is ready)

    async def _check_forever(self, port: int) -> None:
        while True:
            ready = await _is_ready(port, self._interval)
            async with self._changed:
                self._ready[port] = ready
                self._changed.notify_all()
            await asyncio.sleep(self._interval)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        self._writers.add(writer)
        try:
            there, behind = await asyncio.open_connection("127.0.0.1", self._next())
            await asyncio.gather(_copy(reader, behind), _copy(there, writer))
        except OSError:
            writer.close()
        finally:
            self._writers.discard(writer)
            self._passing.discard(task)

    def _next(self) -> int:
        """Where none is ready, any: a balancer has to send it somewhere."""
        for _ in self._ports:
            if self._ready[port := next(self._turns)]:
                return port
        return next(self._turns)


async def _is_ready(port: int, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(_READY)
                return (await reader.readline()).startswith(b"HTTP/1.1 200")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one of the two hangs up; the other then hears of it."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
