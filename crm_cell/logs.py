"""Structured logs on standard error: JSON lines, or coloured text on a terminal."""

import asyncio
import sys
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, BinaryIO

import msgspec
import structlog

from crm_cell.http.telemetry import AccessLine
from crm_cell.kernel.clock import Clock, format_time

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

WriteAccess = Callable[[AccessLine], None]


def configure(log_format: str, level: str) -> WriteAccess:
    """Set logging up; gives the function that writes the line of one request."""
    if log_format == "text" or (log_format == "auto" and sys.stderr.isatty()):
        return _configure_text(_LEVELS[level])
    return _configure_json(_LEVELS[level])


class _Lines:
    """Collects the lines of one turn of the event loop and writes them at once: under load a
    system call for each line would be a tenth of a request's cost."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._waiting: list[bytes] = []

    def write(self, line: bytes) -> None:
        if not self._waiting:
            try:
                asyncio.get_running_loop().call_soon(self._flush)
            except RuntimeError:  # no loop in this thread: nothing to wait for
                self._out.write(line + b"\n")
                self._out.flush()
                return
        self._waiting.append(line)

    def _flush(self) -> None:
        lines, self._waiting = self._waiting, []  # gone, also when nobody reads them any more
        self._out.write(b"\n".join(lines) + b"\n")
        self._out.flush()


def _configure_json(level: int) -> WriteAccess:
    lines = _Lines(sys.stderr.buffer)
    clock = Clock()
    encode = msgspec.json.Encoder(enc_hook=str).encode

    def render(_logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        line = {"time": format_time(clock.now()), "level": method, **event}
        lines.write(encode(line))
        raise structlog.DropEvent

    @lru_cache(maxsize=1)  # under load a dozen requests have the same millisecond
    def head(now: int) -> bytes:
        return b'{"time":"%b","level":"info",' % format_time(now).encode()

    def write_access(access: AccessLine) -> None:
        lines.write(head(clock.now()) + encode(access)[1:])

    structlog.configure(
        processors=[structlog.processors.format_exc_info, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    return write_access if level <= _LEVELS["info"] else _say_nothing


def _configure_text(level: int) -> WriteAccess:
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper("%H:%M:%S", utc=False),
            structlog.processors.add_log_level,
            # Not the default with rich, which prints local variables: they hold what is masked.
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    log = structlog.get_logger()

    def write_access(access: AccessLine) -> None:
        members = {name: value for name, value in msgspec.structs.asdict(access).items() if value}
        members["event"] = f"{access.method} {access.route}"
        log.info(**members)

    return write_access


def _say_nothing(_access: AccessLine) -> None:
    """Requests are logged at level info; above it they are not logged."""
