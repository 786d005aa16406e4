"""Time as whole milliseconds since 1970, UTC, and its two written forms."""

import re
import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

# Each may make some thousand ids, of 33 million.
_CALLS_IN_A_MILLISECOND = 1_000

_EPOCH = date(1970, 1, 1)
_DAY_MINUTES = 24 * 60
_MINUTES = [f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(_DAY_MINUTES)]
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Clock:
    """The wall clock, and the time that ids are made from, which never runs backwards.

    Lists are ordered by id, so an id that fell behind would shuffle them; a time on a record says
    what the wall clock said.
    """

    def __init__(self) -> None:
        self._last = 0
        self._behind = 0

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def id_time(self, now: int) -> int:
        """`now`, or the latest time there was where the wall clock has been set back."""
        if now >= self._last:
            self._last = now
        else:
            self._step()
        return self._last

    def of_write(self, backdated: int | None) -> tuple[int, int]:
        """Of a transaction: its time, and that of its ids. What is backdated has ids as of then."""
        if backdated is not None:
            return backdated, backdated
        now = self.now()
        return now, self.id_time(now)

    def _step(self) -> None:
        """The ids of one millisecond are many, and not without end."""
        self._behind += 1
        if self._behind % _CALLS_IN_A_MILLISECOND == 0:
            self._last += 1


# What is written together shares its moment: an import, and a record never changed since.
@lru_cache(maxsize=1024)
def format_time(milliseconds: int) -> str:
    """1_795_400_760_123 → "2026-11-23T02:26:00.123Z"."""
    minute, rest = divmod(milliseconds, 60_000)
    seconds = "%02d.%03dZ" % divmod(rest, 1000)  # noqa: UP031 - half of what an f-string takes
    return _format_day(minute // _DAY_MINUTES) + _MINUTES[minute % _DAY_MINUTES] + seconds


# Of the records of years: to add to a date and to write it is most of what a time costs.
@lru_cache(maxsize=1024)
def _format_day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()


def parse_time(text: str) -> int:
    """Read an RFC 3339 time, which must carry its offset; raises ValueError otherwise."""
    if not _RFC3339.fullmatch(text):
        raise ValueError("not an RFC 3339 time")
    moment = datetime.fromisoformat(_at_most_microseconds(text.upper()))
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def parse_date_or_time(text: str) -> str:
    """A date stays the date that was written; a time becomes UTC with milliseconds."""
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
