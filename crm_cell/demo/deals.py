"""What is sold to the clients: opportunities on their way through the stages.

Days are numbers of working days, from 0. How many have come which way is fixed, so that the funnel
has the same shape on any day; who, what and when is drawn.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from random import Random

import msgspec

from crm_cell.demo import words
from crm_cell.demo.clients import Client

# Stages as the wire numbers them.
QUOTED, NEGOTIATED, WON, LOST = 3, 4, 5, 6
# How many have come which way, 250 in all.
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
# Clients who consider buying, and how often: one opportunity in ten is in dollars or euros.
_BUYERS_AT_HOME, _DEALS_AT_HOME = 150, 225
_BUYERS_ABROAD, _DEALS_ABROAD = 20, 25
# Working days between two stages, and since the last move of what is still open.
_LEAST_GAP, _MOST_GAP = 2, 9
_MOST_PATIENCE = 35
_YUAN_PER_FOREIGN_UNIT = 7.5


class Deal(msgspec.Struct, frozen=True):
    """An opportunity: the stages that it came through, and the day of each."""

    number: int
    client: Client
    title: str
    asked_cents: int
    quoted_cents: int
    """What the sum has become once it is quoted."""
    path: tuple[int, ...]
    days: tuple[int, ...]

    @property
    def is_won(self) -> bool:
        return self.path[-1] == WON

    @property
    def is_being_negotiated(self) -> bool:
        return self.path[-1] == NEGOTIATED

    def day_of(self, stage: int) -> int:
        return self.days[self.path.index(stage)]


def make_deals(rng: Random, clients: list[Client], last_day: int) -> list[Deal]:
    paths = [path for path, count in _PATHS.items() for _ in range(count)]
    rng.shuffle(paths)
    made: list[Deal] = []
    for client, count in _buyers(rng, clients):
        for product in rng.sample(words.PRODUCTS, count):
            made.append(_deal(rng, len(made), client, product, paths.pop(), last_day))
    return made


def cents(rng: Random, client: Client, low: int, high: int) -> int:
    """A round sum between so many thousand yuan, in the client's currency."""
    yuan = rng.randint(low, high) * 1000
    return _round(yuan / _YUAN_PER_FOREIGN_UNIT if client.is_foreign else yuan)


def _buyers(rng: Random, clients: list[Client]) -> Iterator[tuple[Client, int]]:
    abroad = [client for client in clients if client.is_foreign]
    at_home = [client for client in clients if not client.is_foreign]
    yield from _shares(rng, at_home, _BUYERS_AT_HOME, _DEALS_AT_HOME)
    yield from _shares(rng, abroad, _BUYERS_ABROAD, _DEALS_ABROAD)


def _shares(
    rng: Random, clients: list[Client], buyers: int, deals: int
) -> Iterator[tuple[Client, int]]:
    """Everybody who buys has one deal, some have more."""
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
    last_day: int,
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
        days=_days(rng, path, last_day),
    )


def _days(rng: Random, path: tuple[int, ...], last_day: int) -> tuple[int, ...]:
    """What is closed lies anywhere in the time there is; what is open has moved lately."""
    gaps = [rng.randint(_LEAST_GAP, _MOST_GAP) for _ in path[1:]]
    is_closed = path[-1] in (WON, LOST)
    end = rng.randint(sum(gaps) if is_closed else last_day - _MOST_PATIENCE, last_day)
    return tuple(accumulate(gaps, initial=end - sum(gaps)))


def _round(amount: float) -> int:
    """Whole hundreds, in cents: nobody quotes odd sums."""
    return round(amount / 100) * 100 * 100
