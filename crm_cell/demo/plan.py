"""Half a year of sales by three people. The plan depends only on the day."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import msgspec

from crm_cell.demo import actions
from crm_cell.demo.actions import Action, Entry, Occasion
from crm_cell.demo.agreements import Agreement, make_agreements
from crm_cell.demo.clients import Client, make_clients
from crm_cell.demo.deals import LOST, WON, Deal, make_deals
from crm_cell.demo.duties import tasks_planned
from crm_cell.demo.groups import group_formed
from crm_cell.demo.notes import SITUATION_AT
from crm_cell.demo.office import desk_work, horizon
from crm_cell.follow_ups.schemas import NextContact

_DAYS = 180
_SATURDAY = 5
# Working hours: nine to six in China, which is the same date in UTC.
_OPENS_MS, _OPEN_MS = 1 * 3_600_000, 9 * 3_600_000
# Midnight in China is so much earlier than in UTC.
_AHEAD_MS = 8 * 3_600_000
# A client is created at most so many working days before the first opportunity.
_MOST_AHEAD = 8
_DISABLED = 8
# The number of notes for each kind of conversation. With the notice, 600 follow-ups.
_OPENINGS, _STEPS, _CLOSINGS, _PAYMENTS, _CARE = 60, 230, 128, 41, 140
# Old clients are called within so many working days; the last calls plan the next contact.
_CARE_DAYS, _NEXT_CONTACTS = 20, 6


class WorkSession(msgspec.Struct, frozen=True):
    """The actions of one person at one time, on one customer. `owner` may be None."""

    time: int
    owner: str | None
    actions: tuple[Action, ...]


def make_plan(today: date) -> list[WorkSession]:
    """The sessions in the order of time, all of them before `today` in China.

    A customer has at most one session a day, so sessions of one day do not depend on each other.
    """
    # Not a secret: the plan must be reproducible.
    rng = Random(f"demo {today.isoformat()}")  # noqa: S311
    dates = working_days(today)
    last_day = len(dates) - 1
    clients = make_clients(rng)
    deals = make_deals(rng, clients, [(day - today).days for day in dates], horizon(today))
    agreements = make_agreements(rng, deals, last_day)
    entries = list(_entries(rng, clients, deals, agreements, dates, today))
    entries += group_formed(clients, entries, last_day)
    notice = WorkSession(_midnight(today) - _AHEAD_MS, None, actions.notice_given())
    return [*_sessions(rng, entries, dates), notice]


def working_days(today: date) -> list[date]:
    """The working days of the half year before `today`."""
    days = (today - timedelta(days=ago) for ago in range(_DAYS, 0, -1))
    return [day for day in days if day.weekday() < _SATURDAY]


def _entries(
    rng: Random,
    clients: list[Client],
    deals: list[Deal],
    agreements: list[Agreement],
    dates: list[date],
    today: date,
) -> Iterator[Entry]:
    """Entries in an order in which, within a day, each record comes before its references."""
    first_days = _first_days(rng, clients, deals, len(dates) - 1)
    for client in clients:
        yield from actions.client_entered(first_days[client.number], client)
    for deal in deals:
        yield from actions.deal_pursued(deal, today)
    for agreement in agreements:
        yield from actions.agreement_recorded(agreement, dates)
    yield from tasks_planned(deals, dates, today)
    yield from desk_work(dates, today)
    occasions = [
        *_occasions(rng, clients, first_days, deals, agreements),
        *_care(rng, deals, first_days, dates, today),
    ]
    for number, occasion in enumerate(occasions):
        yield actions.note_taken(rng, number, occasion)
    yield from _disabled(rng, clients, first_days, deals, len(dates) - 1)


def _first_days(
    rng: Random, clients: list[Client], deals: list[Deal], last_day: int
) -> dict[int, int]:
    """The first day of each client, by number: shortly before the first opportunity."""
    first = {client.number: rng.randint(0, last_day) for client in clients}
    for number in {deal.client.number: None for deal in deals}:
        begun = min(deal.days[0] for deal in deals if deal.client.number == number)
        first[number] = max(0, begun - rng.randint(0, _MOST_AHEAD))
    return first


def _occasions(
    rng: Random,
    clients: list[Client],
    first_days: dict[int, int],
    deals: list[Deal],
    agreements: list[Agreement],
) -> list[Occasion]:
    """The conversations with a note. There is always one about a win or loss."""
    openings = [Occasion(first_days[each.number], each, "opening") for each in clients]
    moves = [
        (stage, Occasion(day, deal.client, SITUATION_AT[stage], deal))
        for deal in deals
        for stage, day in list(zip(deal.path, deal.days, strict=True))[1:]
    ]
    payments = [
        Occasion(instalment.day, agreement.client, "payment", agreement.deal)
        for agreement in agreements
        for instalment in agreement.instalments
    ]
    closings = [occasion for stage, occasion in moves if stage in (WON, LOST)]
    steps = [occasion for stage, occasion in moves if stage not in (WON, LOST)]
    return [
        *rng.sample(openings, _OPENINGS),
        *rng.sample(steps, _STEPS),
        *rng.sample(closings, _CLOSINGS),
        *rng.sample(payments, _PAYMENTS),
    ]


def _care(
    rng: Random,
    deals: list[Deal],
    first_days: dict[int, int],
    dates: list[date],
    today: date,
) -> list[Occasion]:
    """Conversations of the last weeks that no deal moved by, the last of them with a next step."""
    last_day = len(dates) - 1
    buyers = list({deal.client.number: deal.client for deal in deals}.values())
    begun = [each for each in buyers if first_days[each.number] < last_day]
    found = []
    for client in rng.sample(begun, _CARE):
        first = max(first_days[client.number] + 1, last_day - _CARE_DAYS)
        found.append(Occasion(rng.randint(first, last_day), client, "care"))
    found.sort(key=lambda occasion: (occasion.day, occasion.client.number))
    for ago in range(1, _NEXT_CONTACTS + 1):
        due = (today + timedelta(days=ago)).isoformat()
        planned = NextContact(at=due, title=f"再联系{found[-ago].client.profile.short_name}")
        found[-ago] = msgspec.structs.replace(found[-ago], next=planned)
    return found


def _disabled(
    rng: Random,
    clients: list[Client],
    first_days: dict[int, int],
    deals: list[Deal],
    last_day: int,
) -> Iterator[Entry]:
    """Disables a few clients who have no opportunity."""
    buyers = {deal.client.number for deal in deals}
    others = [client for client in clients if client.number not in buyers]
    for client in rng.sample(others, _DISABLED):
        yield actions.client_disabled(rng.randint(first_days[client.number], last_day), client)


def _sessions(rng: Random, entries: list[Entry], dates: list[date]) -> list[WorkSession]:
    """Sessions, each at a different time within the working hours of its day."""
    together: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        together[entry.day, entry.client.number].append(entry)
    taken: dict[int, set[int]] = defaultdict(set)
    sessions = []
    for (day, _), of_client in together.items():
        time = _free_time(rng, taken[day])
        owner = of_client[0].client.owner
        made = tuple(entry.action for entry in of_client)
        sessions.append(WorkSession(_midnight(dates[day]) + time, owner, made))
    return sorted(sessions, key=lambda session: session.time)


def _free_time(rng: Random, taken: set[int]) -> int:
    while (time := _OPENS_MS + rng.randrange(_OPEN_MS)) in taken:
        pass
    taken.add(time)
    return time


def _midnight(day: date) -> int:
    """Milliseconds since 1970, in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
