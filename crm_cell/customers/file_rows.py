"""Rows of a file: new customers, and those of the service's own export that are there already.

A row that names a customer by its id is compared with it; a masked number, or address, means the
one that is there. An import changes no customer: what differs is refused.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from crm_cell.customers import service
from crm_cell.customers.headings import EXPORTED_ONLY, ID, IMPORTED
from crm_cell.customers.importing import Outcome, Refused, import_rows
from crm_cell.customers.rules import Customer
from crm_cell.customers.schemas import ImportRow
from crm_cell.http.fields import is_masked_phone
from crm_cell.http.schema import rules_of
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, Conflict, Fault
from crm_cell.kernel.masking import has_masked_form, mask_email, mask_phone
from crm_cell.storage.engine import Tx

Row = dict[str, Any]


async def import_file_rows(
    tx: Tx, actor: Actor, rows: Sequence[Row], columns: Collection[str]
) -> Outcome:
    """`columns` are the members that the file has, empty in this row or not."""
    there = await service.those_of(tx, actor, {row[ID] for row in rows if _names_one(row)})
    unchanged: list[int] = []
    refused: list[Refused] = []
    new: dict[int, Row] = {}
    for index, row in enumerate(rows):
        customer = there.get(row[ID]) if _names_one(row) else None
        if customer is None and (faults := _masked(row)):
            refused.append(Refused(index, _name(row), BadRequest(faults)))
        elif customer is None:
            new[index] = {name: row[name] for name in row if name not in (ID, *EXPORTED_ONLY)}
        elif differing := _differing(customer, row, columns):
            error = Conflict("import_differs", members=", ".join(differing))
            refused.append(Refused(index, customer.name, error))
        else:
            unchanged.append(index)
    return _joined(await import_rows(tx, actor, list(new.values())), list(new), refused, unchanged)


def _joined(
    outcome: Outcome, places: list[int], refused: list[Refused], unchanged: list[int]
) -> Outcome:
    """With the positions that the rows have in the file."""
    moved = [msgspec.structs.replace(row, index=places[row.index]) for row in outcome.refused]
    created = [(places[index], customer) for index, customer in outcome.created]
    return Outcome(created, sorted([*moved, *refused], key=lambda row: row.index), unchanged)


def _names_one(row: Row) -> bool:
    return isinstance(row.get(ID), str)


def _name(row: Row) -> str | None:
    name = row.get("name")
    return name if isinstance(name, str) else None


def _masked(row: Row) -> list[Fault]:
    """A new customer needs the number itself."""
    rules = rules_of(ImportRow)
    return [
        Fault(member, "malformed", {"text": "masked"}, rules[member].label)
        for member, masked in (("contactPhone", is_masked_phone), ("contactEmail", has_masked_form))
        if masked(row.get(member))
    ]


def _differing(customer: Customer, row: Row, columns: Collection[str]) -> list[str]:
    """The members in which the row is not as the customer is, or as an export shows it."""
    phone, address = customer.contact_phone, customer.contact_email
    shown: dict[str, tuple[str | None, ...]] = {
        "name": (customer.name,),
        "contactPhone": (phone, mask_phone(phone)),
        "contactEmail": (address, mask_email(address)),
        "status": (str(customer.status),),
        "ownerId": (customer.owner_id,),
    }
    compared = (*IMPORTED, "status", "ownerId")
    return [
        member for member in compared if member in columns and row.get(member) not in shown[member]
    ]
