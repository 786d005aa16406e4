"""Imports the rows of a file: new customers, and existing ones from an export.

A row with a customer id must equal that customer; masked contact details match the full ones. An
import never changes customers, so it rejects rows that differ.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from crm_cell.customers.file_schemas import ImportRow
from crm_cell.customers.headings import EXPORTED_ONLY, ID, IMPORTED
from crm_cell.customers.importing import Outcome, import_rows, option_cells
from crm_cell.customers.messages import IMPORT_DIFFERS
from crm_cell.customers.refused import Refused
from crm_cell.customers.resource import Customer
from crm_cell.customers.service import CustomerService
from crm_cell.fields.checks import is_masked_phone
from crm_cell.fields.tagging import tag_ids
from crm_cell.http.schema import rules_of
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, Conflict, FieldError
from crm_cell.kernel.masking import has_masked_form, mask_email, mask_phone
from crm_cell.resources.importing.messages import MASKED
from crm_cell.storage.engine import Tx

Row = dict[str, Any]


async def import_file_rows(
    tx: Tx,
    actor: Actor,
    service: CustomerService,
    rows: Sequence[Row],
    columns: Collection[str],
) -> Outcome:
    """`columns` are the members that the file has a column for."""
    ids = {row[ID] for row in rows if _has_id(row)}
    existing = {each.id: each for each in await service.store.find_many(tx, actor, ids)}
    options = await option_cells(tx, actor, service)
    unchanged: list[int] = []
    refused: list[Refused] = []
    new: dict[int, Row] = {}
    for index, row in enumerate(rows):
        customer = existing.get(row[ID]) if _has_id(row) else None
        if customer is None and (field_errors := _masked(row)):
            refused.append(Refused(index, _name(row), BadRequest(field_errors)))
        elif customer is None:
            new[index] = {name: row[name] for name in row if name not in (ID, *EXPORTED_ONLY)}
        elif differing := _differing(customer, options.read(row, new=False)[0], columns):
            error = Conflict(IMPORT_DIFFERS, members=", ".join(differing))
            refused.append(Refused(index, customer.name, error))
        else:
            unchanged.append(index)
    outcome = await import_rows(tx, actor, service, list(new.values()))
    return _joined(outcome, list(new), refused, unchanged)


def _joined(
    outcome: Outcome, places: list[int], refused: list[Refused], unchanged: list[int]
) -> Outcome:
    """Combines the outcomes, with the positions of rows in the file."""
    moved = [msgspec.structs.replace(row, index=places[row.index]) for row in outcome.refused]
    created = [(places[index], customer) for index, customer in outcome.created]
    return Outcome(created, sorted([*moved, *refused], key=lambda row: row.index), unchanged)


def _has_id(row: Row) -> bool:
    return isinstance(row.get(ID), str)


def _name(row: Row) -> str | None:
    name = row.get("name")
    return name if isinstance(name, str) else None


def _masked(row: Row) -> list[FieldError]:
    """Errors for masked contact details, which a new customer cannot have."""
    rules = rules_of(ImportRow)
    return [
        FieldError(member, "malformed", {"text": MASKED}, rules[member].label)
        for member, masked in (("contactPhone", is_masked_phone), ("contactEmail", has_masked_form))
        if masked(row.get(member))
    ]


def _differing(customer: Customer, row: Row, columns: Collection[str]) -> list[str]:
    """The members in which the row differs from the customer, masked or not."""
    phone, address = customer.contact_phone, customer.contact_email
    shown: dict[str, tuple[Any, ...]] = {
        "name": (customer.name,),
        "contactPhone": (phone, mask_phone(phone)),
        "contactEmail": (address, mask_email(address)),
        "status": (str(customer.status),),
        "ownerId": (customer.owner_id,),
        "shortName": (customer.short_name,),
        "uscc": (customer.uscc,),
        "region": (customer.region,),
        "address": (customer.address,),
        "website": (customer.website,),
        "remark": (customer.remark,),
        "level": (customer.level,),
        "source": (customer.source,),
        "industry": (customer.industry,),
        "tags": (tag_ids(customer.tags) or None,),
        "parentId": (customer.parent_id,),
    }
    compared = (*IMPORTED, "status", "ownerId")
    return [
        member for member in compared if member in columns and row.get(member) not in shown[member]
    ]
