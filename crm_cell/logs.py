"""Structured logs on standard error: JSON lines, or coloured text on a terminal."""

import asyncio
import sys
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, BinaryIO

import msgspec
import structlog

from crm_cell.http.observability.telemetry import AccessLine
from crm_cell.kernel.clock import Clock, format_time

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

WriteAccess = Callable[[AccessLine], None]


def configure(log_format: str, level: str) -> WriteAccess:
    """Configure logging and return the function that writes access log lines."""
    if log_format == "text" or (log_format == "auto" and sys.stderr.isatty()):
        return _configure_text(_LEVELS[level])
    return _configure_json(_LEVELS[level])


class _Lines:
    """Buffers the lines of one iteration of the event loop and writes them together. Under load,
    one system call per line would be a tenth of the cost of a request."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._buffer: list[bytes] = []

    def write(self, line: bytes) -> None:
        if not self._buffer:
            try:
                asyncio.get_running_loop().call_soon(self._flush)
            except RuntimeError:  # no event loop in this thread
                self._out.write(line + b"\n")
                self._out.flush()
                return
        self._buffer.append(line)

    def _flush(self) -> None:
        lines, self._buffer = self._buffer, []  # first, so that a failed write drops them
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

    @lru_cache(maxsize=1)  # under load a dozen requests share a millisecond
    def head(now: int) -> bytes:
        return b'{"time":"%b","level":"info",' % format_time(now).encode()

    def write_access(access: AccessLine) -> None:
        lines.write(head(clock.now()) + encode(access)[1:])

    structlog.configure(
        processors=[structlog.processors.format_exc_info, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    return write_access if level <= _LEVELS["info"] else _discard


def _configure_text(level: int) -> WriteAccess:
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper("%H:%M:%S", utc=False),
            structlog.processors.add_log_level,
            # Not the default of rich, which prints local variables with unmasked personal data.
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


def _discard(_access: AccessLine) -> None:
    """For levels above info, at which requests are not logged."""
