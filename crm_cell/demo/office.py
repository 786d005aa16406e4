"""What a team keeps besides its customers: goals, views for all of it, and a deleted entry."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec

from crm_cell.demo import words
from crm_cell.demo.actions import Action, Desk, Entry, Key

_MONTHS_OF_A_QUARTER, _MONTHS_OF_A_YEAR = 3, 12
# What each of the three is to win in a month of this quarter, in yuan.
_GOALS = (1_600_000, 1_800_000, 2_000_000)
_CENTS = 100
# Goals are set at most so many days before the quarter.
_AHEAD = 14
_ENTERED, _DELETED = 4, 3
_VIEWS: tuple[dict[str, Any], ...] = (
    {
        "name": "30 天未跟进",
        "resource": "customer",
        "filter": "lastFollowUpAt < -30d",
        "sort": "lastFollowUpAt",
        "columns": ("name", "level", "ownerId", "lastFollowUpAt", "openOpportunityCents"),
    },
    {
        "name": "本季度预计成交",
        "resource": "opportunity",
        "filter": "status = 1 and expectedCloseOn = thisQuarter",
        "sort": "expectedCloseOn",
        "columns": ("title", "amountCents", "stage", "expectedCloseOn", "ownerId"),
    },
)


def quarter_of(day: date) -> list[date]:
    """The first days of the months of the quarter, and of the following quarter."""
    first = (day.month - 1) // _MONTHS_OF_A_QUARTER * _MONTHS_OF_A_QUARTER
    return [
        date(day.year + month // _MONTHS_OF_A_YEAR, month % _MONTHS_OF_A_YEAR + 1, 1)
        for month in range(first, first + 2 * _MONTHS_OF_A_QUARTER)
    ]


def horizon(today: date) -> int:
    """How many days are left until the last month of the next quarter begins."""
    return (quarter_of(today)[-1] - today).days


def desk_work(dates: list[date], today: date) -> Iterator[Entry]:
    months = quarter_of(today)[:_MONTHS_OF_A_QUARTER]
    planned = min(bisect_left(dates, months[0] - timedelta(days=_AHEAD)), len(dates) - 1)
    desks = [Desk(-1 - number, owner) for number, owner in enumerate(words.OWNERS)]
    for place, desk in enumerate(desks):
        for number, month in enumerate(months):
            key: Key = ("goal", place * len(months) + number)
            members = {
                "period": f"{month:%Y-%m}",
                "amount_cents": _GOALS[number] * _CENTS,
                "user_id": desk.owner,
            }
            yield Entry(planned, desk, Action(key, members))
    for number, view in enumerate(_VIEWS):
        yield Entry(planned, desks[-1], Action(("view", number), _view(view, number)))
    yield from _deleted(len(dates) - 1, desks[0])


def _view(view: dict[str, Any], number: int) -> dict[str, Any]:
    columns = [{"field": name, "width": None} for name in view["columns"]]
    return {
        **view,
        "columns": msgspec.json.encode(columns).decode(),
        "visibility": "tenant",
        "position": number,
    }


def _deleted(last_day: int, desk: Desk) -> Iterator[Entry]:
    key: Key = ("customer", desk.number - len(words.OWNERS))
    yield Entry(last_day - _ENTERED, desk, Action(key, {"name": "录错的客户（已删除，可恢复）"}))
    yield Entry(last_day - _DELETED, desk, Action(key, {}, is_deletion=True))
