"""`crm-cell serve --workers N`: several processes on one port, with a PostgreSQL database."""

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
from crm_cell.cli.server_limits import HTTP1, HTTP_MODE
from crm_cell.settings import Settings

# Pending connections. A burst beyond this would be retried by clients only after seconds.
BACKLOG = 2048
# The thread switch interval: the event loop waits so long for threads with imports and exports.
TURN_SECONDS = 0.0005
# The garbage collector's threshold. With Python's 700 it took a twentieth of a create's time with
# 128 concurrent callers; this many objects take a few megabytes.
_NEW_OBJECTS = 20_000
_RESPAWN_SECONDS = 1.0
_POLL_SECONDS = 0.5


def serve_with_workers(settings: Settings, count: int, *, has_demo: bool) -> None:
    """Serve until SIGTERM or SIGINT, and return when every worker has ended."""
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
    """The parent of the workers. It kills them on a second signal, and does not drain them on
    Ctrl-C."""

    drain_seconds: DrainSeconds

    # A worker is forked with the handlers of its parent. Signals are blocked until it has its own,
    # because a signal in between would be lost and the worker would not end.
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
                worker.kill()  # type: ignore[no-untyped-call] # Granian declares no types here
        super().signal_handler_interrupt(number, *frame)  # type: ignore[no-untyped-call]


def _worker(settings: Settings, folder: Path, parent: int, drain_seconds: DrainSeconds) -> Cell:
    """Creates the application, in each worker process."""
    os.setpgrp()  # only the parent gets Ctrl-C: a second SIGINT would block the server for ever
    sys.setswitchinterval(TURN_SECONDS)
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    write_access = logs.configure(settings.log_format, settings.log_level)
    cell = Cell(settings, write_access, measurements_folder=folder)
    # The loop runs only after the server has set its handlers.
    asyncio.get_event_loop().call_soon(drain_on_sigterm, cell, drain_seconds)
    settle_memory()
    return cell


def settle_memory() -> None:
    """Tune the garbage collector: exclude loaded modules for good, and run it rarely. Reference
    counting frees nearly everything after a request, but each collection scans running requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def _end_with_parent(parent: int) -> None:
    """End this process when its parent was killed, instead of serving unsupervised."""
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _announce(settings: Settings, has_demo: bool) -> None:
    """Print the banner as soon as the service answers."""
    request = f"GET /livez HTTP/1.1\r\nHost: {settings.host}\r\nConnection: close\r\n\r\n".encode()
    while True:
        try:
            with socket.create_connection((settings.host, settings.port)) as connection:
                connection.sendall(request)
                if connection.recv(1):
                    break
        except OSError:
            time.sleep(_POLL_SECONDS / 10)
    show(banner(settings, has_demo=has_demo))
