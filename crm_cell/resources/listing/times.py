"""Times as people write them: a span of milliseconds, and the days that it touches in their zone.

A day, a week or a month is a span; a moment is one millisecond. `= today` is then within the span,
`< today` before its beginning, `> today` behind its end, and a moment needs no rules of its own.
"""

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import msgspec

from crm_cell.fields.zones import DEFAULT_ZONE as DEFAULT_ZONE  # noqa: PLC0414 - callers name both
from crm_cell.fields.zones import zone_named as zone_named  # noqa: PLC0414
from crm_cell.kernel.clock import format_time, parse_time

WORDS: Final = (
    "now, today, yesterday, tomorrow, -7d, +2w, -3m, +1y, -12h, thisWeek, lastMonth, nextQuarter,"
    " thisYear"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_RELATIVE: Final = re.compile(r"([+-]?\d{1,5})([hdwmy])", re.ASCII)
_PERIOD: Final = re.compile(r"(this|last|next)(week|month|quarter|year)")
_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_STEPS: Final = {"last": -1, "this": 0, "next": 1}


class Span(msgspec.Struct, frozen=True):
    """From `start` until before `end`, in milliseconds since 1970; likewise the days of the zone,
    as YYYY-MM-DD."""

    start: int
    end: int
    first_day: str
    end_day: str

    @property
    def start_text(self) -> str:
        """As times are stored that were written as such."""
        return format_time(self.start)

    @property
    def end_text(self) -> str:
        return format_time(self.end)


class Moment(msgspec.Struct, frozen=True):
    """When and where a request is made: relative times are counted from it."""

    now: int
    zone: tzinfo


def span_of(text: str, moment: Moment) -> Span | None:
    """Of a date, an RFC 3339 time or a word; None for anything else, and beyond the years 1 to
    9999."""
    try:
        if _DAY.fullmatch(text):
            return _days(date.fromisoformat(text), 1, moment.zone)
        if "T" in text.upper() and text[:1].isdigit():
            return _instant(parse_time(text), moment.zone)
        return _word(text.lower(), moment)
    except (ValueError, OverflowError):
        return None


def day_of(milliseconds: int, zone: tzinfo) -> date:
    return _local(milliseconds, zone).date()


def shifted(milliseconds: int, many: int, unit: str, zone: tzinfo) -> int:
    """So many days, weeks or months (`d`, `w`, `m`) later, by the calendar of the zone."""
    return _milliseconds(_shifted(_local(milliseconds, zone), many, unit))


def shifted_day(day: date, many: int, unit: str) -> date:
    return _shifted(datetime(day.year, day.month, day.day, tzinfo=UTC), many, unit).date()


def _word(word: str, moment: Moment) -> Span | None:
    here = _local(moment.now, moment.zone)
    if word == "now":
        return _instant(moment.now, moment.zone)
    if word in _DAYS:
        return _days(here.date() + timedelta(days=_DAYS[word]), 1, moment.zone)
    if relative := _RELATIVE.fullmatch(word):
        there = _shifted(here, int(relative[1]), relative[2])
        return _instant(_milliseconds(there), moment.zone)
    if period := _PERIOD.fullmatch(word):
        first, last = _PERIODS[period[2]](here.date(), _STEPS[period[1]])
        return _days(first, (last - first).days, moment.zone)
    return None


def _shifted(here: datetime, many: int, unit: str) -> datetime:
    """By the calendar of the zone, but for hours; the 31st becomes the last day of its month."""
    match unit:
        case "h":
            return (here.astimezone(UTC) + timedelta(hours=many)).astimezone(here.tzinfo)
        case "d" | "w":
            return here + timedelta(days=many * (7 if unit == "w" else 1))
    first = _months(here.date(), many * (12 if unit == "y" else 1))
    longest = calendar.monthrange(first.year, first.month)[1]
    return here.replace(year=first.year, month=first.month, day=min(here.day, longest))


def _months(day: date, many: int) -> date:
    """The first day of the month that is so many months away."""
    months = day.year * 12 + day.month - 1 + many
    return date(months // 12, months % 12 + 1, 1)


def _week(day: date, step: int) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=step)
    return monday, monday + timedelta(weeks=1)


def _month(day: date, step: int) -> tuple[date, date]:
    return _months(day, step), _months(day, step + 1)


def _quarter(day: date, step: int) -> tuple[date, date]:
    first = _months(day, -((day.month - 1) % 3) + 3 * step)
    return first, _months(first, 3)


def _year(day: date, step: int) -> tuple[date, date]:
    return date(day.year + step, 1, 1), date(day.year + step + 1, 1, 1)


_PERIODS: Final[dict[str, Callable[[date, int], tuple[date, date]]]] = {
    "week": _week,
    "month": _month,
    "quarter": _quarter,
    "year": _year,
}


def _days(first: date, many: int, zone: tzinfo) -> Span:
    past = first + timedelta(days=many)
    return Span(_midnight(first, zone), _midnight(past, zone), first.isoformat(), past.isoformat())


def _instant(milliseconds: int, zone: tzinfo) -> Span:
    day = _local(milliseconds, zone).date()
    past = day + timedelta(days=1)
    return Span(milliseconds, milliseconds + 1, day.isoformat(), past.isoformat())


def _local(milliseconds: int, zone: tzinfo) -> datetime:
    return (_EPOCH + milliseconds * _MILLISECOND).astimezone(zone)


def _midnight(day: date, zone: tzinfo) -> int:
    return _milliseconds(datetime(day.year, day.month, day.day, tzinfo=zone))


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND
