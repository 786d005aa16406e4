"""Contracts and their instalments. Days are numbers of working days."""

from itertools import accumulate, pairwise
from random import Random

import msgspec

from crm_cell.demo.clients import Client
from crm_cell.demo.deals import NEGOTIATED, WON, Deal, cents

# Numbers of contracts by origin, 80 in all. Won opportunities have signed contracts, and so have
# yearly maintenance agreements, without an opportunity. Contracts in negotiation are drafts.
_WON, _NEGOTIATED, _MAINTENANCE = 60, 8, 12
_LEAST_FEE, _MOST_FEE = 24, 180  # thousand yuan
# The instalments of signed contracts in per cent, oldest contract first: 120 payments in all.
_ALL = 100
_PAID_UP, _HALVES, _UNDER_WAY, _BEGUN = (30, 40, 30), (50, 50), (30, 40), (30,)
_SHARES: tuple[tuple[int, ...], ...] = (
    *(_PAID_UP,) * 16,
    *(_HALVES, _UNDER_WAY) * 14,
    *((_ALL,), _BEGUN, _BEGUN, (50,)) * 4,
    *((),) * 12,
)
# Two contracts in progress are terminated, by their index among the signed ones.
_TERMINATED_PLACES = (45, 46)
# Working days, at most: from won to signed, between instalments, from the last one to termination.
_MOST_DELAY, _MOST_GAP, _MOST_WAIT = 3, 20, 12


class Instalment(msgspec.Struct, frozen=True):
    day: int
    amount_cents: int
    remark: str


class Agreement(msgspec.Struct, frozen=True):
    """A contract. Without `signed` it is a draft."""

    number: int
    client: Client
    deal: Deal | None
    amount_cents: int
    drafted: int
    signed: int | None
    instalments: tuple[Instalment, ...] = ()
    terminated: int | None = None

    @property
    def is_paid_up(self) -> bool:
        return sum(each.amount_cents for each in self.instalments) == self.amount_cents


def make_agreements(rng: Random, deals: list[Deal], last_day: int) -> list[Agreement]:
    won = [deal for deal in deals if deal.is_won]
    negotiated = [deal for deal in deals if deal.is_being_negotiated]
    drafts = [
        *(_of_won(rng, deal, last_day) for deal in rng.sample(won, _WON)),
        *(_of_negotiated(deal) for deal in rng.sample(negotiated, _NEGOTIATED)),
        *(_maintenance(rng, deal, last_day) for deal in rng.sample(won, _MAINTENANCE)),
    ]
    numbered = [msgspec.structs.replace(each, number=n) for n, each in enumerate(drafts)]
    return _paid(rng, numbered, last_day)


def _of_won(rng: Random, deal: Deal, last_day: int) -> Agreement:
    """The contract is drafted during the negotiation and signed soon after the deal is won."""
    signed = min(last_day, deal.day_of(WON) + rng.randint(0, _MOST_DELAY))
    return Agreement(0, deal.client, deal, deal.quoted_cents, deal.day_of(NEGOTIATED), signed)


def _of_negotiated(deal: Deal) -> Agreement:
    return Agreement(0, deal.client, deal, deal.quoted_cents, deal.day_of(NEGOTIATED), None)


def _maintenance(rng: Random, deal: Deal, last_day: int) -> Agreement:
    """A maintenance agreement with a client who also makes another deal at that time."""
    drafted = min(last_day, deal.days[0] + rng.randint(0, _MOST_GAP))
    signed = min(last_day, drafted + rng.randint(0, _MOST_DELAY))
    amount = cents(rng, deal.client, _LEAST_FEE, _MOST_FEE)
    return Agreement(0, deal.client, None, amount, drafted, signed)


def _paid(rng: Random, agreements: list[Agreement], last_day: int) -> list[Agreement]:
    drafts = [each for each in agreements if each.signed is None]
    signed = sorted((each for each in agreements if each not in drafts), key=_age)
    paid = [
        msgspec.structs.replace(each, instalments=_instalments(rng, each, shares, last_day))
        for each, shares in zip(signed, _SHARES, strict=True)
    ]
    for place in _TERMINATED_PLACES:
        paid[place] = _terminated(rng, paid[place], last_day)
    return paid + drafts


def _instalments(
    rng: Random, agreement: Agreement, shares: tuple[int, ...], last_day: int
) -> tuple[Instalment, ...]:
    days = _instalment_days(rng, agreement.signed or 0, len(shares), last_day)
    upto = [agreement.amount_cents * percent // _ALL for percent in accumulate(shares, initial=0)]
    amounts = [after - before for before, after in pairwise(upto)]
    remarks = _remarks(shares)
    return tuple(map(Instalment, days, amounts, remarks))


def _instalment_days(rng: Random, signed: int, count: int, last_day: int) -> list[int]:
    """Days that are spread evenly over the available time, each moved a little to the front."""
    time = min(last_day - signed, _MOST_GAP * count)
    return [
        signed + time * turn // count - rng.randint(0, time // (2 * count))
        for turn in range(1, count + 1)
    ]


def _remarks(shares: tuple[int, ...]) -> list[str]:
    if shares == (_ALL,):
        return ["全款"]
    remarks = ["首期款", *["进度款"] * (len(shares) - 1)]
    if sum(shares) == _ALL:
        remarks[-1] = "尾款"
    return remarks[: len(shares)]


def _terminated(rng: Random, agreement: Agreement, last_day: int) -> Agreement:
    day = agreement.instalments[-1].day + rng.randint(1, _MOST_WAIT)
    return msgspec.structs.replace(agreement, terminated=min(day, last_day))


def _age(agreement: Agreement) -> tuple[int, int]:
    return agreement.signed or 0, agreement.number
