"""Half a year of three people's sales. Pure: of the same day, the same plan."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import msgspec

from crm_cell.demo import deeds
from crm_cell.demo.agreements import Agreement, make_agreements
from crm_cell.demo.clients import Client, make_clients
from crm_cell.demo.deals import LOST, WON, Deal, make_deals
from crm_cell.demo.deeds import Deed, Entry, Occasion
from crm_cell.demo.notes import SITUATION_AT

_DAYS = 180
_SATURDAY = 5
# From nine to six in China, which is on the same date in UTC.
_OPENS_MS, _OPEN_MS = 1 * 3_600_000, 9 * 3_600_000
# A client is known so many working days before the first opportunity, at most.
_MOST_AHEAD = 8
_DISABLED = 8
# Of how many talks of a kind there is a note. With the notice, 600 follow-ups.
_OPENINGS, _STEPS, _CLOSINGS, _PAYMENTS = 100, 330, 128, 41


class Sitting(msgspec.Struct, frozen=True):
    """What one person enters at one moment, about one customer. `owner` None is nobody's."""

    moment: int
    owner: str | None
    deeds: tuple[Deed, ...]


def make_plan(today: date) -> list[Sitting]:
    """In ascending order of time, and in nobody's future: all of it lies before `today`, in UTC.

    A customer is sat over once a day at most, so the sittings of one day do not build upon each
    other.
    """
    # Made up, no secret: what matters is that it comes out the same again.
    rng = Random(f"demo {today.isoformat()}")  # noqa: S311
    dates = working_days(today)
    last_day = len(dates) - 1
    clients = make_clients(rng)
    deals = make_deals(rng, clients, last_day)
    agreements = make_agreements(rng, deals, last_day)
    entries = list(_entries(rng, clients, deals, agreements, dates))
    notice = Sitting(_midnight(today), None, deeds.notice_given())
    return [*_sittings(rng, entries, dates), notice]


def working_days(today: date) -> list[date]:
    """Those of the half year before `today`."""
    days = (today - timedelta(days=ago) for ago in range(_DAYS, 0, -1))
    return [day for day in days if day.weekday() < _SATURDAY]


def _entries(
    rng: Random,
    clients: list[Client],
    deals: list[Deal],
    agreements: list[Agreement],
    dates: list[date],
) -> Iterator[Entry]:
    """Each record before what is said about it, as far as they are of one day."""
    first_days = _first_days(rng, clients, deals, len(dates) - 1)
    for client in clients:
        yield from deeds.client_entered(first_days[client.number], client)
    for deal in deals:
        yield from deeds.deal_pursued(deal)
    for agreement in agreements:
        yield from deeds.agreement_kept(agreement, dates)
    occasions = _occasions(rng, clients, first_days, deals, agreements)
    for number, occasion in enumerate(occasions):
        yield deeds.note_taken(rng, number, occasion)
    yield from _disabled(rng, clients, first_days, deals, len(dates) - 1)


def _first_days(
    rng: Random, clients: list[Client], deals: list[Deal], last_day: int
) -> dict[int, int]:
    """Since when each client is known, by number: a little longer than the first opportunity."""
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
    """The talks of which there is a note. Why something was won or lost is always written down."""
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


def _disabled(
    rng: Random,
    clients: list[Client],
    first_days: dict[int, int],
    deals: list[Deal],
    last_day: int,
) -> Iterator[Entry]:
    """A few of those who have never considered buying."""
    buyers = {deal.client.number for deal in deals}
    others = [client for client in clients if client.number not in buyers]
    for client in rng.sample(others, _DISABLED):
        yield deeds.client_disabled(rng.randint(first_days[client.number], last_day), client)


def _sittings(rng: Random, entries: list[Entry], dates: list[date]) -> list[Sitting]:
    """Each at a moment of its own in the day's working hours."""
    together: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        together[entry.day, entry.client.number].append(entry)
    taken: dict[int, set[int]] = defaultdict(set)
    sittings = []
    for (day, _), of_one in together.items():
        moment = _free_moment(rng, taken[day])
        owner = of_one[0].client.owner
        made = tuple(entry.deed for entry in of_one)
        sittings.append(Sitting(_midnight(dates[day]) + moment, owner, made))
    return sorted(sittings, key=lambda sitting: sitting.moment)


def _free_moment(rng: Random, taken: set[int]) -> int:
    while (moment := _OPENS_MS + rng.randrange(_OPEN_MS)) in taken:
        pass
    taken.add(moment)
    return moment


def _midnight(day: date) -> int:
    """Milliseconds since 1970, in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
