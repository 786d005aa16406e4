"""Graceful shutdown: SIGTERM drains the process, Ctrl-C does not, a second signal ends it at once.

While draining, the process answers all requests, and `/readyz` answers 503. A load balancer notices
that at its next health check; until then it still sends requests, so the port must stay open.
"""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from crm_cell.app import Cell

# Requests are answered within 25 s. Only downloads take longer, and they may be cut off.
GRACE_SECONDS = 25
# How long a body may still arrive once the port is closed.
BODY_SECONDS = 2
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """Receives SIGTERM and SIGINT on the running event loop."""

    def __init__(self, drain_seconds: int) -> None:
        self.stop = asyncio.Event()
        """Set by the first signal."""
        self.stop_now = asyncio.Event()
        """Set by the second signal."""
        self.drain_seconds = 0
        """How long to drain once `stop` is set. It is 0 after Ctrl-C at a terminal."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._receive, drain_seconds)
        loop.add_signal_handler(signal.SIGINT, self._receive, 0)

    def _receive(self, drain_seconds: int) -> None:
        if self.stop.is_set():
            self.stop_now.set()
        else:
            self.drain_seconds = drain_seconds
            self.stop.set()


class DrainSeconds(Protocol):
    """The drain time in memory that the supervisor shares with its workers."""

    value: int


def drain_on_sigterm(cell: Cell, drain_seconds: DrainSeconds) -> None:
    """Drain a worker on SIGTERM, on which its server would stop listening at once. The server still
    stops on SIGINT, which is sent when the time is up. Call this when the event loop runs, after
    the server has set its own handlers, and before its startup task has created others.

    Stop signals stay blocked until the server listens: it runs the loop for the startup, leaves it
    to begin to listen, and runs it again. A signal in between would be lost, and the server would
    lose an earlier one."""
    loop = asyncio.get_running_loop()

    def begin() -> None:
        # SIGTERM may come twice: from an init system that signals every process, and the parent.
        loop.add_signal_handler(signal.SIGTERM, lambda: None)
        cell.drain(drain_seconds.value + BODY_SECONDS)
        loop.call_later(drain_seconds.value, signal.raise_signal, signal.SIGINT)

    def unblock() -> None:
        loop.add_signal_handler(signal.SIGTERM, begin)
        # Discard a SIGINT from a terminal: the parent has received it too and sends SIGTERM. A
        # second SIGINT would block the server.
        signal.sigtimedwait([signal.SIGINT], 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)

    [startup] = asyncio.all_tasks(loop)
    # The loop runs two more turns before it stops; the third is one of its second run.
    startup.add_done_callback(lambda _: loop.call_soon(loop.call_soon, loop.call_soon, unblock))


@contextmanager
def stop_signals_blocked() -> Iterator[None]:
    """Block stop signals for this thread and its forks. `drain_on_sigterm` unblocks a worker's."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)


async def first_of(
    task: asyncio.Task[Any], event: asyncio.Event, within: float | None = None
) -> None:
    """Return when the task is done, the event is set or the time is up."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait([task, waiting], timeout=within, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
