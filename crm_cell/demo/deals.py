"""Opportunities and their stages.

Days are numbers of working days, from 0. The number of opportunities with each sequence of stages
is fixed, so that the funnel always has the same shape; clients, products and days are random.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from random import Random

import msgspec

from crm_cell.demo import words
from crm_cell.demo.clients import Client
from crm_cell.demo.notes import LOST_CAUSES

# The codes of stages in the API.
QUOTED, NEGOTIATED, WON, LOST = 3, 4, 5, 6
# The number of opportunities by sequence of stages, 250 in all.
_PATHS = {
    (1,): 44,
    (1, 2): 34,
    (1, 2, 3): 26,
    (1, 2, 3, 4): 18,
    (1, 2, 3, 4, WON): 72,
    (1, LOST): 8,
    (1, 2, LOST): 16,
    (1, 2, 3, LOST): 18,
    (1, 2, 3, 4, LOST): 14,
}
# Numbers of clients with opportunities, and of opportunities. One in ten is in dollars or euros.
_DOMESTIC_BUYERS, _DOMESTIC_DEALS = 150, 225
_FOREIGN_BUYERS, _FOREIGN_DEALS = 20, 25
# Working days between two stages, and since the last change of an open opportunity.
_LEAST_GAP, _MOST_GAP = 2, 9
# Most open deals move on within two weeks; a few are stuck.
_MOST_IDLE_DAYS, _STUCK_IDLE_DAYS = 8, (15, 35)
_IS_STUCK = 0.06
# Days until an open deal is expected to close, by stage; a few that are quoted should have been
# closed already.
_CLOSING_IN = {1: (30, 150), 2: (20, 110), 3: (10, 70), 4: (2, 40)}
_IS_LATE, _MOST_LATE = 0.12, 6
# Of a closed deal, when it had been expected relative to when it was closed.
_FORESIGHT = (-4, 20)
_IS_PUSHED, _PUSHED_BY = 0.3, (14, 40)
_HAS_ODDS, _ODDS = 0.4, (30, 50, 70, 80)
_YUAN_PER_FOREIGN_UNIT = 7.5


class Deal(msgspec.Struct, frozen=True):
    """An opportunity with its stages and the day of each."""

    number: int
    client: Client
    title: str
    asked_cents: int
    quoted_cents: int
    """The amount after the quote."""
    path: tuple[int, ...]
    days: tuple[int, ...]
    expected: tuple[int, ...]
    """When it is expected to close, at each stage: days from today."""
    odds: int | None
    """The probability of winning, once it is quoted."""
    cause: int | None
    """Why it is lost."""
    is_first: bool
    """Of its client."""

    @property
    def is_won(self) -> bool:
        return self.path[-1] == WON

    @property
    def is_open(self) -> bool:
        return self.path[-1] not in (WON, LOST)

    @property
    def is_being_negotiated(self) -> bool:
        return self.path[-1] == NEGOTIATED

    def day_of(self, stage: int) -> int:
        return self.days[self.path.index(stage)]


def make_deals(
    rng: Random, clients: list[Client], days_from_today: list[int], horizon: int
) -> list[Deal]:
    """`days_from_today` is when each working day is: not above 0. No deal is expected to close in
    more than `horizon` days."""
    last_day = len(days_from_today) - 1
    paths = [path for path, count in _PATHS.items() for _ in range(count)]
    rng.shuffle(paths)
    made: list[Deal] = []
    for client, count in _buyers(rng, clients):
        for place, product in enumerate(rng.sample(words.PRODUCTS, count)):
            path = paths.pop()
            days = _days(rng, path, last_day)
            expected = _expected(rng, path, [days_from_today[day] for day in days], horizon)
            deal = _deal(rng, len(made), client, product, path)
            made.append(
                msgspec.structs.replace(deal, days=days, expected=expected, is_first=place == 0)
            )
    return made


def cents(rng: Random, client: Client, low: int, high: int) -> int:
    """A round amount between `low` and `high` thousand yuan, in the client's currency."""
    yuan = rng.randint(low, high) * 1000
    return _round(yuan / _YUAN_PER_FOREIGN_UNIT if client.is_foreign else yuan)


def _buyers(rng: Random, clients: list[Client]) -> Iterator[tuple[Client, int]]:
    foreign = [client for client in clients if client.is_foreign]
    domestic = [client for client in clients if not client.is_foreign]
    yield from _shares(rng, domestic, _DOMESTIC_BUYERS, _DOMESTIC_DEALS)
    yield from _shares(rng, foreign, _FOREIGN_BUYERS, _FOREIGN_DEALS)


def _shares(
    rng: Random, clients: list[Client], buyers: int, deals: int
) -> Iterator[tuple[Client, int]]:
    """Each buyer has one deal, some have more."""
    chosen = rng.sample(clients, buyers)
    more = Counter(client.number for client in rng.choices(chosen, k=deals - buyers))
    for client in chosen:
        yield client, 1 + more[client.number]


def _deal(
    rng: Random,
    number: int,
    client: Client,
    product: tuple[str, str, int, int],
    path: tuple[int, ...],
) -> Deal:
    name, english_name, low, high = product
    asked = cents(rng, client, low, high)
    return Deal(
        number=number,
        client=client,
        title=english_name if client.is_foreign else name,
        asked_cents=asked,
        quoted_cents=_round(asked / 100 * rng.uniform(0.85, 1.1)) if QUOTED in path else asked,
        path=path,
        days=(),
        expected=(),
        odds=_odds(rng, path),
        cause=rng.randrange(len(LOST_CAUSES)) if path[-1] == LOST else None,
        is_first=True,
    )


def _odds(rng: Random, path: tuple[int, ...]) -> int | None:
    """Of some deals that are quoted or being negotiated."""
    if path[-1] not in (QUOTED, NEGOTIATED) or rng.random() >= _HAS_ODDS:
        return None
    return rng.choice(_ODDS)


def _days(rng: Random, path: tuple[int, ...], last_day: int) -> tuple[int, ...]:
    """The days of the stages. Closed deals may end on any day; open ones have changed recently."""
    gaps = [rng.randint(_LEAST_GAP, _MOST_GAP) for _ in path[1:]]
    is_closed = path[-1] in (WON, LOST)
    if is_closed:
        end = rng.randint(sum(gaps), last_day)
    elif rng.random() < _IS_STUCK:
        end = last_day - rng.randint(*_STUCK_IDLE_DAYS)
    else:
        end = last_day - rng.randint(0, _MOST_IDLE_DAYS)
    return tuple(accumulate(gaps, initial=end - sum(gaps)))


def _expected(rng: Random, path: tuple[int, ...], days: list[int], horizon: int) -> tuple[int, ...]:
    """For each stage. It is later at the last stage than before where the deal is pushed, and
    where it is pushed twice also at the stage before. `days` count from today."""
    begun = days[0]
    if path[-1] in (WON, LOST):
        at_last = max(begun + 1, days[-1] + rng.randint(*_FORESIGHT))
    elif QUOTED in path and rng.random() < _IS_LATE:
        at_last = max(begun + 1, -rng.randint(1, _MOST_LATE))
    else:
        at_last = min(horizon, rng.randint(*_CLOSING_IN[path[-1]]))
    found = [at_last]
    for _ in path[1:]:
        earlier = found[0] - rng.randint(*_PUSHED_BY)
        is_pushed = rng.random() < _IS_PUSHED and earlier > begun
        found.insert(0, earlier if is_pushed else found[0])
    return tuple(found)


def _round(amount: float) -> int:
    """Round to hundreds, in cents, as quotes usually are."""
    return round(amount / 100) * 100 * 100
