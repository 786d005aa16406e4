"""Logs are lines for machines, or for people at a terminal."""

import asyncio
import io
import json
import subprocess
import sys

import pytest

from crm_cell.logs import _Lines
from tests.processes import ROOT


class Closed(io.BytesIO):
    """A pipe whose reader has gone."""

    def write(self, _data: object) -> int:
        raise BrokenPipeError


async def test_the_lines_of_one_turn_are_written_at_once() -> None:
    out = io.BytesIO()
    lines = _Lines(out)
    for line in (b"one", b"two"):
        lines.write(line)
    assert out.getvalue() == b""
    await asyncio.sleep(0)
    assert out.getvalue() == b"one\ntwo\n"


async def test_lines_for_a_reader_who_has_gone_are_not_kept() -> None:
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: failures.append(context)
    )
    lines = _Lines(Closed())
    for _ in range(3):
        lines.write(b"line")
        await asyncio.sleep(0)
        assert lines._buffer == []
    assert len(failures) == 3


def test_a_line_outside_the_event_loop_is_written_at_once() -> None:
    out = io.BytesIO()
    _Lines(out).write(b"line")
    assert out.getvalue() == b"line\n"


SCRIPT = """
import structlog
from crm_cell import logs
from crm_cell.http.observability.telemetry import AccessLine
write = logs.configure({format!r}, {level!r})
write(AccessLine(event="request", method="GET", route="/customers", status=200, ms=1.5,
                 request_id="r-1", tenant="acme"))
log = structlog.get_logger()
log.debug("quiet")
log.warning("slow_read", unit="customers.list", ms=70)
secret = "13812345678"
try:
    {{}}[len(secret)]
except KeyError:
    log.exception("internal_error", requestId="r-2")
"""


def said(log_format: str, level: str) -> list[str]:
    script = SCRIPT.format(format=log_format, level=level)
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout == ""
    return ended.stderr.splitlines()


def test_for_machines_each_line_is_one_object() -> None:
    access, slow, crash = map(json.loads, said("json", "info"))
    assert access.pop("time").endswith("Z")
    assert access == {
        "level": "info",
        "event": "request",
        "method": "GET",
        "route": "/customers",
        "status": 200,
        "ms": 1.5,
        "requestId": "r-1",
        "tenant": "acme",
    }
    assert (slow["level"], slow["event"], slow["unit"]) == (
        "warning",
        "slow_read",
        "customers.list",
    )
    assert (crash["event"], crash["requestId"]) == ("internal_error", "r-2")
    assert "KeyError" in crash["exception"]


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_no_line_holds_what_was_in_a_variable(log_format: str) -> None:
    lines = said(log_format, "debug")
    assert any("Traceback" in line for line in lines)
    assert [line for line in lines if "13812345678" in line] == []


def test_not_on_a_terminal_lines_are_for_machines() -> None:
    assert all(line.startswith("{") for line in said("auto", "info"))


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("debug", ["request", "quiet", "slow_read", "internal_error"]),
        ("info", ["request", "slow_read", "internal_error"]),
        ("warning", ["slow_read", "internal_error"]),
        ("error", ["internal_error"]),
    ],
)
def test_what_is_less_serious_than_asked_for_is_left_out(level: str, events: list[str]) -> None:
    assert [json.loads(line)["event"] for line in said("json", level)] == events
