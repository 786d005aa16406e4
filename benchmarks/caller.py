"""A caller with one connection, who waits for each answer."""

import socket
from time import perf_counter
from types import TracebackType
from typing import Self

from benchmarks.load import answer_length

_READ_BYTES = 1 << 18
_SUCCESS = b"HTTP/1.1 2"


class Caller:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def ask(self, request: bytes) -> bytes:
        """The body of the answer. Raises RuntimeError unless it is a 2xx."""
        self._socket.sendall(request)
        received = bytearray()
        while len(received) < answer_length(received):
            data = self._socket.recv(_READ_BYTES)
            if not data:
                raise RuntimeError("the connection broke")
            received += data
        if not received.startswith(_SUCCESS):
            raise RuntimeError(f"a request failed: {bytes(received[:500])!r}")
        return bytes(received[received.find(b"\r\n\r\n") + 4 :])

    def milliseconds(self, request: bytes) -> float:
        began = perf_counter()
        self.ask(request)
        return (perf_counter() - began) * 1000
