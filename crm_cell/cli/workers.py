"""`crm-cell serve --workers N`: several processes at one port, on a PostgreSQL database."""

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
import time
from ctypes import c_int
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from granian.constants import Interfaces, Loops
from granian.server import MPServer

from crm_cell import logs
from crm_cell.app import Cell
from crm_cell.cli.banner import banner, show
from crm_cell.cli.draining import (
    GRACE_SECONDS,
    DrainSeconds,
    drain_on_sigterm,
    stop_signals_blocked,
)
from crm_cell.cli.wire import HTTP1, HTTP_MODE
from crm_cell.settings import Settings

# A burst of callers waits here for a moment; beyond it their connections would be tried anew only
# after seconds.
BACKLOG = 2048
# Imports and exports run on threads; this is how long the event loop waits for its turn.
TURN_SECONDS = 0.0005
# Between two rounds of the garbage collector. At Python's 700 it took a twentieth of a create's
# time with 128 callers at once; this many objects are a few megabytes.
_NEW_OBJECTS = 20_000
_RESPAWN_SECONDS = 1.0
_LOOK_SECONDS = 0.5


def serve_with_workers(settings: Settings, count: int, *, has_demo: bool) -> None:
    """Return when SIGTERM or SIGINT has come and every worker has ended."""
    with TemporaryDirectory(prefix="crm-cell-") as folder:
        server = _Supervisor(
            "crm_cell",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            loop=Loops.uvloop,
            workers=count,
            backlog=BACKLOG,
            websockets=False,
            http=HTTP_MODE,
            http1_settings=HTTP1,
            log_enabled=False,
            respawn_failed_workers=True,
            respawn_interval=_RESPAWN_SECONDS,
            workers_kill_timeout=settings.drain_seconds + GRACE_SECONDS,
        )
        server.drain_seconds = drain_seconds = RawValue(c_int, settings.drain_seconds)
        parent = os.getpid()
        threading.Thread(target=_announce, args=(settings, has_demo), daemon=True).start()
        server.serve(
            target_loader=lambda: _worker(settings, Path(folder), parent, drain_seconds),
            wrap_loader=False,
        )


class _Supervisor(MPServer):
    """The parent of the workers: it ends them at once on a second signal, and on Ctrl-C without
    letting them drain."""

    drain_seconds: DrainSeconds

    # A worker is forked with the handlers of its parent. Signals wait until it has its own, or one
    # that came meanwhile would be lost and the worker stay.
    def _spawn_workers(self, *arguments: Any) -> None:
        with stop_signals_blocked():
            super()._spawn_workers(*arguments)  # type: ignore[no-untyped-call]

    def _respawn_workers(self, *arguments: Any, **options: Any) -> None:
        with stop_signals_blocked():
            super()._respawn_workers(*arguments, **options)

    def signal_handler_interrupt(self, number: int, *frame: Any) -> None:
        if number == signal.SIGINT:
            self.drain_seconds.value = 0
        if self.interrupt_signal:
            for worker in self.wrks:
                worker.kill()  # type: ignore[no-untyped-call] # Granian says no types here
        super().signal_handler_interrupt(number, *frame)  # type: ignore[no-untyped-call]


def _worker(settings: Settings, folder: Path, parent: int, drain_seconds: DrainSeconds) -> Cell:
    """What each process serves; runs in it."""
    os.setpgrp()  # Ctrl-C reaches the parent alone: a second one would block the server for ever
    sys.setswitchinterval(TURN_SECONDS)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    write_access = logs.configure(settings.log_format, settings.log_level)
    cell = Cell(settings, write_access, measurements_folder=folder)
    # The loop runs only after the server has set its handlers.
    asyncio.get_event_loop().call_soon(drain_on_sigterm, cell, drain_seconds)
    settle_memory()
    return cell


def settle_memory() -> None:
    """What has been loaded stays for good: the collector need not look at it again. What requests
    leave behind is nearly all gone without it, while it looks at everything of those under way."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def _end_with(parent: int) -> None:
    """Whose parent was killed would otherwise serve for ever, unsupervised."""
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _announce(settings: Settings, has_demo: bool) -> None:
    """Say where the service is as soon as it answers there."""
    request = f"GET /livez HTTP/1.1\r\nHost: {settings.host}\r\nConnection: close\r\n\r\n".encode()
    while True:
        try:
            with socket.create_connection((settings.host, settings.port)) as connection:
                connection.sendall(request)
                if connection.recv(1):
                    break
        except OSError:
            time.sleep(_LOOK_SECONDS / 10)
    show(banner(settings, has_demo=has_demo))
