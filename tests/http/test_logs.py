"""What a failure may say in the log.

Where rich is installed, structlog's text format prints the local variables of every frame of a
traceback: full telephone numbers and tokens among them.
"""

from collections.abc import Iterator

import pytest
import structlog

from crm_cell import logs


@pytest.fixture(autouse=True)
def logged_as_before() -> Iterator[None]:
    yield
    logs.configure("json", "info")


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_traceback_tells_where_but_not_with_what(
    log_format: str, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure(log_format, "info")
    fail_with("13812345678")
    said = capfd.readouterr().err
    assert "internal_error" in said
    assert "ZeroDivisionError" in said
    assert "13812345678" not in said


def fail_with(number: str) -> None:
    try:
        assert number
        _ = 1 // 0
    except ZeroDivisionError:
        structlog.get_logger().exception("internal_error")
