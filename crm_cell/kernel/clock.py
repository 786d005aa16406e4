"""Time as whole milliseconds since 1970, UTC, and its two written forms."""

import re
import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

# Each call may make some thousand ids; a millisecond has room for 33 million.
_CALLS_IN_A_MILLISECOND = 1_000

_EPOCH = date(1970, 1, 1)
_DAY_MINUTES = 24 * 60
_MINUTES = [f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(_DAY_MINUTES)]
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Clock:
    """The wall clock, and a monotonic time for ids.

    Lists are ordered by id, so ids must not go back when the wall clock does. Times in records are
    wall clock times.
    """

    def __init__(self) -> None:
        self._last = 0
        self._behind = 0

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def id_time(self, now: int) -> int:
        """`now`, or the latest time so far if the wall clock was set back."""
        if now >= self._last:
            self._last = now
        else:
            self._step()
        return self._last

    def write_times(self, backdated: int | None) -> tuple[int, int]:
        """The time of a transaction and of its ids. `backdated` sets both."""
        if backdated is not None:
            return backdated, backdated
        now = self.now()
        return now, self.id_time(now)

    def _step(self) -> None:
        """Moves on before one millisecond runs out of ids."""
        self._behind += 1
        if self._behind % _CALLS_IN_A_MILLISECOND == 0:
            self._last += 1


# Records often share a time: those of one import, or createdAt and updatedAt.
@lru_cache(maxsize=1024)
def format_time(milliseconds: int) -> str:
    """1_795_400_760_123 → "2026-11-23T02:26:00.123Z"."""
    minute, rest = divmod(milliseconds, 60_000)
    seconds = "%02d.%03dZ" % divmod(rest, 1000)  # noqa: UP031 - half the time of an f-string
    return _format_day(minute // _DAY_MINUTES) + _MINUTES[minute % _DAY_MINUTES] + seconds


# Formatting the date is most of the cost of formatting a time. 1024 days cover years of records.
@lru_cache(maxsize=1024)
def _format_day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()


def parse_time(text: str) -> int:
    """Parse an RFC 3339 time with an offset. Raises ValueError."""
    if not _RFC3339.fullmatch(text):
        raise ValueError("not an RFC 3339 time")
    moment = datetime.fromisoformat(_at_most_microseconds(text.upper()))
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def parse_date_or_time(text: str) -> str:
    """Returns a date unchanged, and a time in UTC with milliseconds. Raises ValueError."""
    if _DATE.fullmatch(text):
        return date.fromisoformat(text).isoformat()
    milliseconds = parse_time(text)
    if not _YEAR_1 <= milliseconds < _YEAR_10000:
        raise ValueError("outside the years 1 to 9999 once in UTC")
    return format_time(milliseconds)


def _at_most_microseconds(text: str) -> str:
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


_YEAR_1 = -62_135_596_800_000
_YEAR_10000 = 253_402_300_800_000
