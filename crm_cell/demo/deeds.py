"""What the three salespeople enter, deed by deed, in the words that the services take."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any, Literal

import msgspec

from crm_cell.demo.agreements import Agreement
from crm_cell.demo.clients import Client
from crm_cell.demo.deals import QUOTED, Deal
from crm_cell.demo.notes import NOTICE, NOTICE_NAME, Situation, write_note

Subject = Literal["customer", "contact", "opportunity", "follow_up", "contract", "payment"]
Key = tuple[Subject, int]

# As the wire numbers them.
_CUSTOMER_DISABLED = 2
_SIGNED, _COMPLETED, _TERMINATED = 2, 3, 4
# The others are numbered from 0.
_NOTICE = -1
# No client has as many people, no contract as many instalments.
_MOST_OF_ONE = 100
# In so many notes no contact is named.
_NOBODY_NAMED = 0.2


class Deed(msgspec.Struct, frozen=True):
    """A record is created, or changed where `key` stands for one that exists."""

    key: Key
    members: dict[str, Any]
    references: dict[str, Key] = {}
    """Members that are the ids of other records."""
    is_change: bool = False


class Entry(msgspec.Struct, frozen=True):
    """A deed, on which working day and about whom."""

    day: int
    client: Client
    deed: Deed


class Occasion(msgspec.Struct, frozen=True):
    """A talk that may be written down."""

    day: int
    client: Client
    situation: Situation
    deal: Deal | None = None


def client_entered(day: int, client: Client) -> Iterator[Entry]:
    key = _customer(client)
    members = {
        "name": client.name,
        "contact_phone": client.phone,
        "contact_email": client.email,
    }
    yield Entry(day, client, Deed(key, members))
    for place, person in enumerate(client.people):
        details = {**msgspec.structs.asdict(person), "is_primary": place == 0}
        yield Entry(day, client, Deed(_contact(client, place), details, {"customer_id": key}))


def client_disabled(day: int, client: Client) -> Entry:
    deed = Deed(_customer(client), {"status": _CUSTOMER_DISABLED}, is_change=True)
    return Entry(day, client, deed)


def deal_pursued(deal: Deal) -> Iterator[Entry]:
    """Entered at the first stage, and moved from stage to stage: the history tells it so."""
    key, client = _opportunity(deal), deal.client
    members = {
        "title": deal.title,
        "amount_cents": deal.asked_cents,
        "currency": client.currency,
    }
    yield Entry(deal.days[0], client, Deed(key, members, {"customer_id": _customer(client)}))
    for day, stage in zip(deal.days[1:], deal.path[1:], strict=True):
        changes = {"stage": stage}
        if stage == QUOTED and deal.quoted_cents != deal.asked_cents:
            changes["amount_cents"] = deal.quoted_cents
        yield Entry(day, client, Deed(key, changes, is_change=True))


def agreement_kept(agreement: Agreement, dates: list[date]) -> Iterator[Entry]:
    """Drafted, signed, paid, and completed or given up."""
    yield _drafted(agreement, dates)
    if agreement.signed is not None:
        signed_at = dates[agreement.signed].isoformat()
        yield _contract_becomes(agreement, agreement.signed, _SIGNED, signed_at=signed_at)
    yield from _paid(agreement, dates)
    if agreement.is_paid_up:
        yield _contract_becomes(agreement, agreement.instalments[-1].day, _COMPLETED)
    if agreement.given_up is not None:
        yield _contract_becomes(agreement, agreement.given_up, _TERMINATED)


def note_taken(rng: Random, number: int, occasion: Occasion) -> Entry:
    client, deal = occasion.client, occasion.deal
    references = {"customer_id": _customer(client)}
    contact = "对方"
    if rng.random() >= _NOBODY_NAMED:
        place = rng.randrange(len(client.people))
        contact = client.people[place].name
        references["contact_id"] = _contact(client, place)
    if deal is not None:
        references["opportunity_id"] = _opportunity(deal)
    title = deal.title if deal else ""
    kind, content = write_note(rng, occasion.situation, contact=contact, title=title)
    members = {"content": content, "follow_up_type": kind}
    return Entry(occasion.day, client, Deed(("follow_up", number), members, references))


def notice_given() -> tuple[Deed, Deed]:
    """What says, in the lists themselves, that all of it is made up."""
    key: Key = ("customer", _NOTICE)
    members = {"content": NOTICE, "follow_up_type": "other"}
    return (
        Deed(key, {"name": NOTICE_NAME}),
        Deed(("follow_up", _NOTICE), members, {"customer_id": key}),
    )


def _drafted(agreement: Agreement, dates: list[date]) -> Entry:
    client, deal = agreement.client, agreement.deal
    members = {
        "contract_no": f"HT-{dates[agreement.drafted]:%Y%m%d}-{agreement.number:02}",
        "amount_cents": agreement.amount_cents,
        "currency": client.currency,
    }
    references = {"customer_id": _customer(client)}
    if deal is not None:
        references["opportunity_id"] = _opportunity(deal)
    return Entry(agreement.drafted, client, Deed(_contract(agreement), members, references))


def _contract_becomes(agreement: Agreement, day: int, status: int, **also: str) -> Entry:
    deed = Deed(_contract(agreement), {"status": status, **also}, is_change=True)
    return Entry(day, agreement.client, deed)


def _paid(agreement: Agreement, dates: list[date]) -> Iterator[Entry]:
    for place, instalment in enumerate(agreement.instalments):
        key: Key = ("payment", agreement.number * _MOST_OF_ONE + place)
        members = {
            "amount_cents": instalment.amount_cents,
            "payment_at": dates[instalment.day].isoformat(),
            "remark": instalment.remark,
        }
        deed = Deed(key, members, {"contract_id": _contract(agreement)})
        yield Entry(instalment.day, agreement.client, deed)


def _customer(client: Client) -> Key:
    return "customer", client.number


def _contact(client: Client, place: int) -> Key:
    return "contact", client.number * _MOST_OF_ONE + place


def _opportunity(deal: Deal) -> Key:
    return "opportunity", deal.number


def _contract(agreement: Agreement) -> Key:
    return "contract", agreement.number
