"""How a process ends: SIGTERM drains it first, Ctrl-C does not, a second signal ends it at once.

While it drains it answers everything and says in `/readyz` that no more should come. A load
balancer notices within its interval; until then nobody whom it sends here may find the port closed.
"""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from crm_cell.app import Cell

# A request is answered within 25 s; what takes longer is a download, which may be cut off.
GRACE_SECONDS = 25
# How long a body may still arrive once the port is closed.
BODY_SECONDS = 2
# How often to look whether a worker has started that is to end.
_START_SECONDS = 0.1
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """SIGTERM and SIGINT as they reach the running event loop."""

    def __init__(self, drain_seconds: int) -> None:
        self.stop = asyncio.Event()
        """Set by the first of them."""
        self.hurry = asyncio.Event()
        """Set by the second."""
        self.drain_seconds = 0
        """How long to drain, once `stop` is set. Somebody at a terminal does not wait for that."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._receive, drain_seconds)
        loop.add_signal_handler(signal.SIGINT, self._receive, 0)

    def _receive(self, drain_seconds: int) -> None:
        if self.stop.is_set():
            self.hurry.set()
        else:
            self.drain_seconds = drain_seconds
            self.stop.set()


class DrainSeconds(Protocol):
    """How long to drain, in memory that a supervisor shares with its workers."""

    value: int


def drain_on_sigterm(cell: Cell, drain_seconds: DrainSeconds) -> None:
    """For a worker, whose server would stop listening at once. It still does so on SIGINT, which
    this sends when the time is up. Call it when the event loop runs, after the server has set
    handlers of its own."""
    loop = asyncio.get_running_loop()

    def begin() -> None:
        # It may come twice: from a supervisor that signals every process, and from the parent.
        loop.add_signal_handler(signal.SIGTERM, lambda: None)
        cell.drain(drain_seconds.value + BODY_SECONDS)
        loop.call_later(drain_seconds.value, end)

    def end() -> None:
        if cell.started:
            signal.raise_signal(signal.SIGINT)
        else:  # the server would lose it, and a second one would block it
            loop.call_later(_START_SECONDS, end)

    loop.add_signal_handler(signal.SIGTERM, begin)
    # One of a terminal that came while they were blocked: the parent has got it too, and sends
    # SIGTERM. A second SIGINT would block the server.
    signal.sigtimedwait([signal.SIGINT], 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)


@contextmanager
def stop_signals_blocked() -> Iterator[None]:
    """For this thread and what it forks; `drain_on_sigterm` ends it for a worker."""
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
