"""The days, weeks, months and quarters of a time zone, as spans of milliseconds."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Literal

from crm_cell.reports.forecast.store import Month
from crm_cell.reports.rules import months_after
from crm_cell.reports.store import Period

Unit = Literal["day", "week", "month"]
MOST_PERIODS: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def day_of(moment: int, zone: tzinfo) -> date:
    return (_EPOCH + moment * _MILLISECOND).astimezone(zone).date()


def midnight(day: date, zone: tzinfo) -> int:
    """The beginning of a day, in milliseconds since 1970."""
    return (datetime(day.year, day.month, day.day, tzinfo=zone) - _EPOCH) // _MILLISECOND


def this_week(now: int, zone: tzinfo) -> Period:
    """From Monday on."""
    today = day_of(now, zone)
    monday = today - timedelta(days=today.weekday())
    return Period(midnight(monday, zone), midnight(monday + timedelta(weeks=1), zone))


def periods_within(whole: Period, unit: Unit, zone: tzinfo) -> list[tuple[date, Period]]:
    """Each with its first day; the first and the last may be cut off. One more than MOST_PERIODS
    where there are too many."""
    found: list[tuple[date, Period]] = []
    start = _start(day_of(whole.first, zone), unit)
    while (first := midnight(start, zone)) < whole.past and len(found) <= MOST_PERIODS:
        following = _next(start, unit)
        past = midnight(following, zone)
        found.append((start, Period(max(first, whole.first), min(past, whole.past))))
        start = following
    return found


def _start(day: date, unit: Unit) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _next(day: date, unit: Unit) -> date:
    if unit == "month":
        return months_after(day, 1)
    return day + timedelta(days=7 if unit == "week" else 1)


def month_of(first: date, zone: tzinfo) -> Month:
    past = months_after(first, 1)
    span = Period(midnight(first, zone), midnight(past, zone))
    return Month(f"{first:%Y-%m}", first.isoformat(), past.isoformat(), span)


def months_of(period: str, zone: tzinfo) -> list[Month]:
    """Of 2026, 2026Q4 or 2026-10, as `check_period` lets it through."""
    year = int(period[:4])
    if "Q" in period:
        first, many = date(year, 3 * int(period[-1]) - 2, 1), 3
    elif "-" in period:
        first, many = date(year, int(period[-2:]), 1), 1
    else:
        first, many = date(year, 1, 1), 12
    return [month_of(months_after(first, number), zone) for number in range(many)]


def this_quarter(now: int, zone: tzinfo) -> str:
    today = day_of(now, zone)
    return f"{today.year}Q{(today.month + 2) // 3}"
