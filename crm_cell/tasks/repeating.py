"""When a task that repeats is due next: by the calendar of a zone."""

from datetime import date, timedelta, timezone, tzinfo
from typing import Any, Final

from crm_cell.resources.listing.times import day_of, shifted, shifted_day
from crm_cell.tasks.resource import Task

_UNITS: Final = {"daily": "d", "weekly": "w", "monthly": "m"}
_LAST: Final = timezone(timedelta(hours=-12))
_LONGEST_DAYS: Final = {"daily": 1, "weekly": 7, "monthly": 31}


def next_occurrence(task: Task, now: int, zone: tzinfo) -> dict[str, Any] | None:
    """The times of the first occurrence behind this one that is not over yet. None without a due
    date, and where it would be beyond the year 9999."""
    if task.repeat is None or task.due is None:
        return None
    try:
        return _next(task, now, zone)
    except (ValueError, OverflowError):
        return None


def _next(task: Task, now: int, zone: tzinfo) -> dict[str, Any]:
    unit, today = _UNITS[task.repeat or ""], day_of(now, zone)
    first = date.fromisoformat(task.due_on) if task.due_on else day_of(task.due_at or 0, zone)
    steps = max(1, (today - first).days // _LONGEST_DAYS[task.repeat or ""])
    while True:
        if task.due_at is not None:
            due_at = shifted(task.due_at, steps, unit, zone)
            if due_at > now:
                return {"due_at": due_at, "remind_at": _reminder(task, steps, unit, zone)}
        else:
            due_on = shifted_day(first, steps, unit)
            if due_on >= today:
                reminder = _reminder(task, steps, unit, zone)
                return {"due_on": due_on.isoformat(), "remind_at": reminder}
        steps += 1


def _reminder(task: Task, steps: int, unit: str, zone: tzinfo) -> int | None:
    return None if task.remind_at is None else shifted(task.remind_at, steps, unit, zone)


def is_over_everywhere(day: str, now: int) -> bool:
    """Whether a day is over even where days begin last, at UTC−12."""
    return date.fromisoformat(day) < day_of(now, _LAST)
