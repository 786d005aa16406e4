"""The actions of the three salespeople, as arguments for the services."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, Literal

import msgspec

from crm_cell.demo import words
from crm_cell.demo.agreements import Agreement
from crm_cell.demo.clients import Client
from crm_cell.demo.deals import LOST, QUOTED, Deal
from crm_cell.demo.notes import LOST_CAUSES, NOTICE, NOTICE_NAME, Situation, write_note
from crm_cell.fields.tagging import TagChange
from crm_cell.follow_ups.schemas import NextContact

Subject = Literal[
    "customer",
    "contact",
    "opportunity",
    "follow_up",
    "contract",
    "payment",
    "task",
    "goal",
    "view",
]
Key = tuple[Subject, int]

# The codes of the API.
_CUSTOMER_DISABLED = 2
_SIGNED, _COMPLETED, _TERMINATED = 2, 3, 4
# Not the number of any client, since those begin at 0.
_NOTICE = -1
# More than a client has people and a contract has instalments.
_MOST_OF_ONE = 100
# The share of notes without a contact.
_NOBODY_NAMED = 0.2
# In minutes.
_LENGTHS = {"call": (5, 10, 20), "meeting": (45, 60, 90), "visit": (60, 90, 120)}
# Sources of deals that are called differently from those of customers.
_DEAL_SOURCES = {"phone": "outbound", "visit": "outbound", "advertising": "advertisement"}


class Action(msgspec.Struct, frozen=True):
    """Creates a record, or changes or deletes an existing one."""

    key: Key
    members: dict[str, Any]
    references: dict[str, Key] = {}
    """Members that are the ids of other records."""
    is_change: bool = False
    is_deletion: bool = False

    @property
    def is_creation(self) -> bool:
        return not self.is_change and not self.is_deletion


class Desk(msgspec.Struct, frozen=True):
    """Where work is done that concerns no client. Its number is negative."""

    number: int
    owner: str


class Entry(msgspec.Struct, frozen=True):
    """An action with its working day and its client."""

    day: int
    client: Client | Desk
    action: Action


class Occasion(msgspec.Struct, frozen=True):
    """A conversation of which there may be a note."""

    day: int
    client: Client
    situation: Situation
    deal: Deal | None = None
    next: NextContact | None = None


def client_entered(day: int, client: Client) -> Iterator[Entry]:
    key = customer_key(client)
    members = {
        "name": client.name,
        "contact_phone": client.phone,
        "contact_email": client.email,
        **msgspec.to_builtins(client.profile),
        "tags": TagChange(list(_tags_of(client))),
    }
    yield Entry(day, client, Action(key, members))
    for place, person in enumerate(client.people):
        details = {**msgspec.structs.asdict(person), "is_primary": place == 0}
        yield Entry(day, client, Action(_contact(client, place), details, {"customer_id": key}))


def _tags_of(client: Client) -> Iterator[str]:
    strategic, loyal, thrifty, courted, met = words.TAGS
    if client.profile.level == "level.a":
        yield strategic
        if client.number % 3 == 0:
            yield courted
    elif client.number % 7 == 0:
        yield thrifty
    if client.number % 5 == 0:
        yield loyal
    if client.profile.source == "source.exhibition":
        yield met


def client_disabled(day: int, client: Client) -> Entry:
    action = Action(customer_key(client), {"status": _CUSTOMER_DISABLED}, is_change=True)
    return Entry(day, client, action)


def deal_pursued(deal: Deal, today: date) -> Iterator[Entry]:
    """The opportunity is created at the first stage and moved from stage to stage, so that it has a
    stage history."""
    key, client = opportunity_key(deal), deal.client
    members = {
        "title": deal.title,
        "amount_cents": deal.asked_cents,
        "currency": client.currency,
        "source": _source(deal),
        "expected_close_on": _days_from(today, deal.expected[0]),
    }
    yield Entry(deal.days[0], client, Action(key, members, {"customer_id": customer_key(client)}))
    for place in range(1, len(deal.path)):
        changes = _moved(deal, place, today)
        yield Entry(deal.days[place], client, Action(key, changes, is_change=True))


def agreement_recorded(agreement: Agreement, dates: list[date]) -> Iterator[Entry]:
    """The contract is drafted, signed, paid, and completed or terminated."""
    yield _drafted(agreement, dates)
    if agreement.signed is not None:
        signed_at = dates[agreement.signed].isoformat()
        yield _contract_becomes(agreement, agreement.signed, _SIGNED, signed_at=signed_at)
    yield from _paid(agreement, dates)
    if agreement.is_paid_up:
        yield _contract_becomes(agreement, agreement.instalments[-1].day, _COMPLETED)
    if agreement.terminated is not None:
        yield _contract_becomes(agreement, agreement.terminated, _TERMINATED)


def note_taken(rng: Random, number: int, occasion: Occasion) -> Entry:
    client, deal = occasion.client, occasion.deal
    references = {"customer_id": customer_key(client)}
    contact = "对方"
    if rng.random() >= _NOBODY_NAMED:
        place = rng.randrange(len(client.people))
        contact = client.people[place].name
        references["contact_id"] = _contact(client, place)
    if deal is not None:
        references["opportunity_id"] = opportunity_key(deal)
    title = deal.title if deal else ""
    cause = deal.cause if deal and occasion.situation == "lost" else None
    kind, content = write_note(rng, occasion.situation, contact=contact, title=title, cause=cause)
    members: dict[str, Any] = {"content": content, "follow_up_type": kind}
    if kind in _LENGTHS:
        members["duration_min"] = rng.choice(_LENGTHS[kind])
    if kind == "visit":
        members["place"] = client.profile.address
    if occasion.next is not None:
        members["next"] = occasion.next
    return Entry(occasion.day, client, Action(("follow_up", number), members, references))


def notice_given() -> tuple[Action, Action]:
    """Records that tell users in the lists that all data is fictitious."""
    key: Key = ("customer", _NOTICE)
    members = {"content": NOTICE, "follow_up_type": "other"}
    return (
        Action(key, {"name": NOTICE_NAME}),
        Action(("follow_up", _NOTICE), members, {"customer_id": key}),
    )


def _moved(deal: Deal, place: int, today: date) -> dict[str, Any]:
    """What changes with the stage."""
    stage = deal.path[place]
    changes: dict[str, Any] = {"stage": stage}
    if stage == QUOTED and deal.quoted_cents != deal.asked_cents:
        changes["amount_cents"] = deal.quoted_cents
    if stage == QUOTED and deal.odds is not None:
        changes["probability"] = deal.odds
    if deal.expected[place] != deal.expected[place - 1]:
        changes["expected_close_on"] = _days_from(today, deal.expected[place])
    if stage == LOST and deal.cause is not None:
        reason, note, competitor = LOST_CAUSES[deal.cause]
        changes |= {"lost_reason": reason, "lost_note": note}
        if competitor is not None:
            changes["competitor"] = words.COMPETITORS[competitor]
    return changes


def _source(deal: Deal) -> str:
    """Of the first deal it is that of its client."""
    if not deal.is_first:
        return "existingCustomer"
    source = deal.client.profile.source.removeprefix("source.")
    return _DEAL_SOURCES.get(source, source)


def _days_from(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()


def _drafted(agreement: Agreement, dates: list[date]) -> Entry:
    client, deal = agreement.client, agreement.deal
    members = {
        "contract_no": f"HT-{dates[agreement.drafted]:%Y%m%d}-{agreement.number:02}",
        "amount_cents": agreement.amount_cents,
        "currency": client.currency,
    }
    references = {"customer_id": customer_key(client)}
    if deal is not None:
        references["opportunity_id"] = opportunity_key(deal)
    return Entry(agreement.drafted, client, Action(_contract(agreement), members, references))


def _contract_becomes(agreement: Agreement, day: int, status: int, **also: str) -> Entry:
    action = Action(_contract(agreement), {"status": status, **also}, is_change=True)
    return Entry(day, agreement.client, action)


def _paid(agreement: Agreement, dates: list[date]) -> Iterator[Entry]:
    for place, instalment in enumerate(agreement.instalments):
        key: Key = ("payment", agreement.number * _MOST_OF_ONE + place)
        members = {
            "amount_cents": instalment.amount_cents,
            "payment_at": dates[instalment.day].isoformat(),
            "remark": instalment.remark,
        }
        action = Action(key, members, {"contract_id": _contract(agreement)})
        yield Entry(instalment.day, agreement.client, action)


def customer_key(client: Client) -> Key:
    return "customer", client.number


def _contact(client: Client, place: int) -> Key:
    return "contact", client.number * _MOST_OF_ONE + place


def opportunity_key(deal: Deal) -> Key:
    return "opportunity", deal.number


def _contract(agreement: Agreement) -> Key:
    return "contract", agreement.number
