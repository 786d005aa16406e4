"""A load generator that is faster than the service: raw HTTP/1.1 over keep-alive connections.

Each connection has one request in flight and sends the next one as soon as the answer has arrived,
for a fixed time. Answers other than 2xx and broken connections are errors.
"""

import asyncio
from array import array
from collections.abc import Callable
from time import perf_counter
from typing import cast

import msgspec

NextRequest = Callable[[], bytes]

_LENGTH = b"content-length: "
# The first digit of the status in "HTTP/1.1 200".
_STATUS_CLASS = 9
_SUCCESS = ord("2")


class Measured(msgspec.Struct, frozen=True):
    """The result of one run. Latencies are milliseconds."""

    per_second: float
    requests: int
    errors: int
    p50: float
    p90: float
    p99: float
    worst: float


class _Run:
    """The shared state of the connections of one run."""

    def __init__(self, next_request: NextRequest) -> None:
        self.next_request = next_request
        self.ends = 0.0
        self.seconds = array("d")
        self.errors = 0
        self.first_error = b""

    def count_error(self, answer: bytes) -> None:
        self.errors += 1
        self.first_error = self.first_error or answer


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._received = b""
        self._sent = 0.0
        self.finished = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if not self.finished.done():
            self._run.count_error(b"the connection broke")
            self.finished.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._received:
            data = self._received + data
        if len(data) < answer_length(data):
            self._received = data
            return
        self._received = b""
        self._count(data)

    def _count(self, answer: bytes) -> None:
        now = perf_counter()
        run = self._run
        run.seconds.append(now - self._sent)
        if answer[_STATUS_CLASS] != _SUCCESS:
            run.count_error(answer)
        if now < run.ends:
            self._sent = now
            self._transport.write(run.next_request())
        else:
            self.finished.set_result(None)
            self._transport.close()

    def begin(self) -> None:
        self._sent = perf_counter()
        self._transport.write(self._run.next_request())


def answer_length(data: bytes | bytearray) -> int:
    """The length of the answer that begins here; more than `data` has if its head is incomplete.

    This works for benchmarks only: their answers have a Content-Length, or are 204 without a body.
    """
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return len(data) + 1
    start = data.find(_LENGTH, 0, head)
    if start < 0:
        return head + 4
    start += len(_LENGTH)
    return head + 4 + int(data[start : data.find(b"\r", start)])


async def run_load(
    port: int, next_request: NextRequest, *, connections: int, seconds: float
) -> Measured:
    """Raises RuntimeError with the first answer if all requests fail."""
    run = _Run(next_request)
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: _Connection(run), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    began = perf_counter()
    run.ends = began + seconds
    for connection in opened:
        connection.begin()
    await asyncio.gather(*(connection.finished for connection in opened))
    if run.errors and run.errors >= len(run.seconds):
        raise RuntimeError(f"every request failed, the first with {run.first_error!r}")
    return _measured(run, perf_counter() - began)


def _measured(run: _Run, seconds: float) -> Measured:
    latencies = sorted(run.seconds)

    def at(share: float) -> float:
        return round(latencies[int(share * (len(latencies) - 1))] * 1000, 3)

    return Measured(
        per_second=round(len(latencies) / seconds, 1),
        requests=len(latencies),
        errors=run.errors,
        p50=at(0.5),
        p90=at(0.9),
        p99=at(0.99),
        worst=at(1),
    )
