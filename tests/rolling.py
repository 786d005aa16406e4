"""Rolling restarts under load: two instances behind a balancer, one of them always restarting.

    make soak ARGS=rolling
    python -m tests.rolling --requests 20000 --restarts 20 --drain 5

Here each instance has an SQLite file of its own.

Callers come half with a new connection for each request and half on connections that they keep, two
reads for each write. Gives the requests that failed: a connection refused or broken, or a 5xx. Each
caller opens a new connection where an answer said `Connection: close`, and tries nothing twice.
"""

import argparse
import asyncio
import itertools
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import uvloop

from scripts.throwaway_postgres import free_port
from tests.balancer import Balancer
from tests.processes import Process

_CALLERS = 8
# Of the failures, when they are printed.
_SHOWN = 10
_HEAD = "Host: localhost\r\nAuthorization: Bearer test\r\nX-Tenant-Id: acme\r\n"
# So that restarts, and not the callers, decide how long it takes.
_PAUSE_SECONDS = 0.001


class Outcome(msgspec.Struct):
    """What the callers met, by whether they kept their connections."""

    answered: Counter[bool] = msgspec.field(default_factory=Counter)
    failed: dict[bool, list[str]] = msgspec.field(default_factory=lambda: {False: [], True: []})
    restarts: int = 0

    @property
    def failures(self) -> list[str]:
        return [*self.failed[False], *self.failed[True]]

    @property
    def requests(self) -> int:
        return sum(self.answered.values()) + len(self.failures)


class Instance:
    """A service that is started again and again at one port."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.port = free_port()
        self._folder, self._arguments = folder, arguments
        self._settings = {"PORT": str(self.port)} | settings
        folder.mkdir(exist_ok=True)
        self._process = self._start()

    def _start(self) -> Process:
        return Process(self._folder, *self._arguments, **self._settings)

    def restart(self) -> None:
        code = self._process.stop()
        assert code == 0, self._process.log()
        self._process.end()
        self._process = self._start()

    def end(self) -> None:
        self._process.end()


class Caller:
    def __init__(self, port: int, *, keeps: bool, outcome: Outcome) -> None:
        self._port, self._keeps, self._outcome = port, keeps, outcome
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._numbers = itertools.count()

    async def call_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._call(next(self._numbers))
                self._outcome.answered[self._keeps] += 1
            except (OSError, EOFError, ValueError) as error:
                self._outcome.failed[self._keeps].append(f"{time.time():.3f} {error!r}")
                self._hang_up()
            await asyncio.sleep(_PAUSE_SECONDS)
        self._hang_up()

    async def _call(self, number: int) -> None:
        """Raises ValueError for a 5xx."""
        if self._connection is None:
            self._connection = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._connection
        writer.write(self._request(number))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status, length = int(head[9:12]), int(head.partition(b"content-length: ")[2].split()[0])
        await reader.readexactly(length)
        if not self._keeps or b"connection: close" in head:
            self._hang_up()
        if status >= 500:
            raise ValueError(status)

    def _request(self, number: int) -> bytes:
        head = _HEAD if self._keeps else _HEAD + "Connection: close\r\n"
        if number % 3:
            return f"GET /customers?pageSize=5 HTTP/1.1\r\n{head}\r\n".encode()
        name = f"{id(self)}-{number}"
        body = f'{{"name":"{name}"}}'
        return (
            f"POST /customers HTTP/1.1\r\n{head}X-Request-ID: {name}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection[1].close()
            self._connection = None


async def restart_under_load(
    instances: list[Instance], *, restarts: int, requests: int, interval: float
) -> Outcome:
    """At least so many of both."""
    outcome, stop = Outcome(), asyncio.Event()
    ports = [instance.port for instance in instances]
    async with Balancer(ports, interval=interval).listening() as balancer:
        for port in ports:
            await balancer.until(port, ready=True)
        callers = [
            Caller(balancer.port, keeps=number % 2 == 0, outcome=outcome)
            for number in range(_CALLERS)
        ]
        calling = [asyncio.create_task(caller.call_until(stop)) for caller in callers]
        turns = itertools.cycle(instances)
        while outcome.restarts < restarts or outcome.requests < requests:
            instance = next(turns)
            await asyncio.to_thread(instance.restart)
            await balancer.until(instance.port, ready=True)
            outcome.restarts += 1
        stop.set()
        await asyncio.gather(*calling)
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description="Rolling restarts under load.")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--drain", type=int, default=5, help="CRM_DRAIN_SECONDS")
    parser.add_argument("--interval", type=float, default=1.0, help="of the balancer's checks")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="crm-rolling-") as folder:
        instances = [
            Instance(Path(folder, name), CRM_DRAIN_SECONDS=str(asked.drain)) for name in "ab"
        ]
        try:
            outcome = uvloop.run(
                restart_under_load(
                    instances,
                    restarts=asked.restarts,
                    requests=asked.requests,
                    interval=asked.interval,
                )
            )
        finally:
            for instance in instances:
                instance.end()
    sys.stdout.write(f"{outcome.restarts} restarts\n")
    for keeps, name in ((False, "new connections"), (True, "kept connections")):
        failed = outcome.failed[keeps]
        sys.stdout.write(f"{name}: {outcome.answered[keeps]} answered, {len(failed)} failed\n")
    sys.exit("\n".join(outcome.failures[:_SHOWN]) or 0)


if __name__ == "__main__":
    main()
