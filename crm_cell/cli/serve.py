"""`crm-cell serve`: runs the service, by default in one process with one event loop."""

import asyncio
import errno
import os
import socket
import sys

import structlog
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

from crm_cell import logs
from crm_cell.app import Cell
from crm_cell.cli.banner import banner, show
from crm_cell.cli.draining import BODY_SECONDS, GRACE_SECONDS, StopSignals, first_of
from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.cli.server_limits import HTTP1, HTTP_MODE
from crm_cell.cli.workers import BACKLOG, TURN_SECONDS, serve_with_workers, settle_memory
from crm_cell.demo.looking import is_empty, is_filled
from crm_cell.opening import opened
from crm_cell.settings import Settings, ignored_variables, read_settings
from crm_cell.storage.migrate import migrate
from crm_cell.storage.open import is_postgres, sole_service

log = structlog.get_logger()

_ONE_PROCESS = (
    "--workers needs PostgreSQL (CRM_DATABASE_URL): an SQLite file is served by one process"
)
_LISTENING_SECONDS = 0.005


def serve(host: str | None, port: int | None, workers: int = 1) -> None:
    settings = _settings(host, port)
    if workers > 1 and not is_postgres(settings.database_url):
        raise CommandError(_ONE_PROCESS, MISUSED)
    logs.configure(settings.log_format, settings.log_level)
    with sole_service(settings.database_url, create=True):
        _check_port(settings)
        _warn_about_ignored_variables()
        migrate(settings.database_url)
        has_demo = uvloop.run(_prepare(settings))
        if workers > 1:
            serve_with_workers(settings, workers, has_demo=has_demo)
        else:
            sys.setswitchinterval(TURN_SECONDS)
            uvloop.run(_serve(settings, has_demo=has_demo))


def _settings(host: str | None, port: int | None) -> Settings:
    given = {"CRM_HOST": host, "PORT": port}
    return read_settings(
        {**os.environ, **{name: str(value) for name, value in given.items() if value is not None}}
    )


def _warn_about_ignored_variables() -> None:
    for variable in ignored_variables():
        log.warning("unknown_variable", variable=variable, why="there is no such setting")


def _check_port(settings: Settings) -> None:
    """Raises CommandError for a port in use, which Granian would share with the other process."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            why = "is taken" if error.errno == errno.EADDRINUSE else f"is no use: {error.strerror}"
            raise CommandError(
                f"port {settings.port} of {settings.host} {why}; set PORT"
            ) from error


async def _serve(settings: Settings, *, has_demo: bool) -> None:
    cell = Cell(settings, logs.configure(settings.log_format, settings.log_level))
    await cell.start()
    try:
        await _answer_until_stopped(settings, cell, has_demo=has_demo)
    finally:
        await cell.stop()


async def _prepare(settings: Settings) -> bool:
    """Check keys and fill an empty database before any process serves. Returns whether there is
    demo data."""
    async with opened(settings) as database:
        # On a cluster some workers may be unavailable, so it is unknown whether it is empty.
        if settings.demo and not database.spread and await is_empty(database):
            from crm_cell.demo.filling import fill

            await fill(database)
        return await is_filled(database)


async def _answer_until_stopped(settings: Settings, cell: Cell, *, has_demo: bool) -> None:
    server = Server(
        cell,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,  # without lifespan: start and stop are called here
        log_enabled=False,
        backlog=BACKLOG,
        websockets=False,
        http=HTTP_MODE,
        http1_settings=HTTP1,
    )
    signals = StopSignals(settings.drain_seconds)
    serving = asyncio.create_task(server.serve())
    await _listening(settings, serving)
    show(banner(settings, has_demo=has_demo))
    settle_memory()
    await first_of(serving, signals.stop)
    if not serving.done():
        cell.drain(signals.drain_seconds + BODY_SECONDS)
        await first_of(serving, signals.stop_now, within=signals.drain_seconds)
    if serving.done():
        await serving
        raise CommandError("the server has stopped by itself")
    server.stop()  # type: ignore[no-untyped-call] # Granian declares no types here
    await first_of(serving, signals.stop_now, within=GRACE_SECONDS)
    if not serving.done():
        log.warning("requests_cut_off")
        serving.cancel()


async def _listening(settings: Settings, serving: asyncio.Task[None]) -> None:
    """Return when the server accepts connections, so that the banner is printed after that."""
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(settings.host, settings.port)
        except ConnectionRefusedError:
            await asyncio.sleep(_LISTENING_SECONDS)
        else:
            writer.close()
            return
