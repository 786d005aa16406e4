"""Open-loop load: requests at a fixed rate, independent of the answers.

Users do not wait for each other. Each request has a due time, and its latency counts from then even
if all connections are busy. So a pause of the server shows in all requests that were due during it,
and not only in one ("coordinated omission").
"""

import contextlib
import select
import socket
from array import array
from collections import deque
from collections.abc import Iterator
from time import perf_counter

import msgspec

from benchmarks.load import NextRequest, answer_length

# Many more than are busy at the same time, unless the server pauses.
_CONNECTIONS = 128
_READ_BYTES = 1 << 16
_STATUS_CLASS = 9
_SUCCESS = ord("2")
_OVERLOADED = b"429"
# The timeout for answers after the last due time.
_PATIENCE_SECONDS = 30.0


class AtRate(msgspec.Struct, frozen=True):
    """Milliseconds from the due time of a request to the last byte of its answer."""

    asked_per_second: float
    requests: int
    p50: float
    p90: float
    p99: float
    p999: float
    worst: float
    late_p99: float
    """The delay of the generator, because it was slow or had no free connection."""
    refused: int = 0
    """Answered with 429, as when the whole machine paused. They count in the latencies."""


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.due = 0.0

    def whole_answer(self) -> bytes | None:
        """Raises RuntimeError if the server closes the connection."""
        data = self.socket.recv(_READ_BYTES)
        if not data:
            raise RuntimeError("the connection broke")
        self.received += data
        if len(self.received) < answer_length(self.received):
            return None
        answer, self.received = self.received, b""
        return answer


class _Run:
    def __init__(self, connections: list[_Connection], next_request: NextRequest) -> None:
        self._by_number = {each.socket.fileno(): each for each in connections}
        self._idle = deque(connections)
        self._busy = dict[int, _Connection]()
        self._next_request = next_request
        self.seconds = array("d")
        self.late = array("d")
        self.refused = 0

    def go(self, rate: float, seconds: float) -> None:
        dues = _dues(perf_counter(), rate, seconds)
        due = next(dues, None)
        while due is not None or self._busy:
            now = perf_counter()
            while due is not None and due <= now and self._idle:
                self._send(due, now)
                due = next(dues, None)
            self._receive(_left(due, now) if self._idle else _PATIENCE_SECONDS)

    def _send(self, due: float, now: float) -> None:
        connection = self._idle.pop()
        connection.due = due
        connection.socket.sendall(self._next_request())
        self._busy[connection.socket.fileno()] = connection
        self.late.append(now - due)

    def _receive(self, timeout: float) -> None:
        """Uses `select`, which alone supports timeouts below a millisecond."""
        ready, _, _ = select.select(self._busy, [], [], timeout)
        if not ready and timeout >= _PATIENCE_SECONDS:
            raise RuntimeError("the server does not answer any more")
        for number in ready:
            connection = self._by_number[number]
            answer = connection.whole_answer()
            if answer is None:
                continue
            if answer[_STATUS_CLASS : _STATUS_CLASS + 3] == _OVERLOADED:
                self.refused += 1
            elif answer[_STATUS_CLASS] != _SUCCESS:
                raise RuntimeError(f"a request failed: {answer!r}")
            self.seconds.append(perf_counter() - connection.due)
            del self._busy[number]
            self._idle.append(connection)


def _dues(began: float, rate: float, seconds: float) -> Iterator[float]:
    return (began + number / rate for number in range(max(1, round(rate * seconds))))


def _left(due: float | None, now: float) -> float:
    return _PATIENCE_SECONDS if due is None else max(0.0, due - now)


def run_at_rate(port: int, next_request: NextRequest, *, rate: float, seconds: float) -> AtRate:
    """Raises RuntimeError if a request fails."""
    with contextlib.ExitStack() as opened:
        connections = [_Connection(port) for _ in range(_CONNECTIONS)]
        for connection in connections:
            opened.enter_context(connection.socket)
        run = _Run(connections, next_request)
        run.go(rate, seconds)
    latencies, late = sorted(run.seconds), sorted(run.late)
    return AtRate(
        asked_per_second=round(rate, 1),
        requests=len(latencies),
        p50=_at(latencies, 0.5),
        p90=_at(latencies, 0.9),
        p99=_at(latencies, 0.99),
        p999=_at(latencies, 0.999),
        worst=_at(latencies, 1),
        late_p99=_at(late, 0.99),
        refused=run.refused,
    )


def _at(ordered: list[float], share: float) -> float:
    return round(ordered[int(share * (len(ordered) - 1))] * 1000, 3)
