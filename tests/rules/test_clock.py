"""Times: whole milliseconds, UTC, as the wall clock has them; the time of ids never falls."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cell.kernel.clock import Clock, format_time, parse_date_or_time, parse_time
from tests.turns import so_many

YEAR_1, YEAR_10000 = -62_135_596_800_000, 253_402_300_800_000


def test_times_follow_the_wall_clock_and_the_time_of_ids_never_falls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    shown = []
    for seconds in (100, 101, 50, 101.5, 3):
        monkeypatch.setattr(time, "time_ns", lambda seconds=seconds: int(seconds * 10**9))
        shown.append(clock.write_times(None))
    assert shown == [
        (100_000, 100_000),
        (101_000, 101_000),
        (50_000, 101_000),
        (101_500, 101_500),
        (3_000, 101_500),
    ]


def test_behind_the_latest_time_ids_are_never_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    clock.id_time(100_000)
    assert {clock.id_time(50_000) for _ in range(2_000)} == {100_000, 100_001, 100_002}
    assert clock.id_time(100_001) == 100_002


def test_what_is_backdated_has_ids_of_its_time() -> None:
    assert Clock().write_times(5) == (5, 5)


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_400_760_123, "2026-11-23T02:26:00.123Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (YEAR_1, "0001-01-01T00:00:00.000Z"),
        (YEAR_10000 - 1, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_is_written_with_milliseconds_in_utc(milliseconds: int, text: str) -> None:
    assert format_time(milliseconds) == text
    assert parse_time(text) == milliseconds


@settings(max_examples=so_many(100, of=300), derandomize=True, database=None, deadline=None)
@given(milliseconds=st.integers(YEAR_1, YEAR_10000 - 1))
def test_what_is_written_reads_as_what_it_was(milliseconds: int) -> None:
    assert parse_time(format_time(milliseconds)) == milliseconds


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2026-11-23", "2026-11-23"),
        ("2024-02-29", "2024-02-29"),
        ("2026-11-23T02:26:00Z", "2026-11-23T02:26:00.000Z"),
        ("2026-11-23t02:26:00z", "2026-11-23T02:26:00.000Z"),
        ("2026-11-23T10:26:00+08:00", "2026-11-23T02:26:00.000Z"),
        ("2026-11-22T22:26:00.5-04:00", "2026-11-23T02:26:00.500Z"),
        ("2026-11-23T02:26:00.123456789Z", "2026-11-23T02:26:00.123Z"),
        ("2026-11-23T02:26:00.1Z", "2026-11-23T02:26:00.100Z"),
        ("2026-01-01T00:00:00+23:59", "2025-12-31T00:01:00.000Z"),
        ("2026-11-23T02:26:00-00:00", "2026-11-23T02:26:00.000Z"),
    ],
)
def test_a_date_stays_and_a_time_becomes_utc(text: str, kept: str) -> None:
    assert parse_date_or_time(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23T02:26:00",
        "2026-11-23 02:26:00Z",
        "2026-11-23T02:26Z",
        "2026-11-23T02:26:00.Z",
        "2026-11-23T02:26:00.1234567890Z",
        "2026-11-23T02:26:00,5Z",
        "2026-11-23T02:26:00+0800",
        "2026-11-23T02:26:00+24:00",
        "2026-11-23T02:26:00+08:60",
        "2026-11-23T24:00:00Z",
        "2026-11-23T02:60:00Z",
        "2026-11-23T02:26:61Z",
        "2026-02-30",
        "2025-02-29",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "26-11-23",
        "20261123",
        "2026-11-23Z",
        "2026-W48-1",
        "２０２６-11-23",
        "2026-11-23\n",
        " 2026-11-23",
        "1795400760",
        "now",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_what_is_neither_date_nor_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for nobody
        parse_date_or_time(text)
