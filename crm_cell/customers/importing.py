"""Bulk import of customers: creates valid rows and reports invalid ones."""

from collections.abc import Container, Sequence
from typing import Any

import msgspec

from crm_cell.customers.file_parents import resolve_parents
from crm_cell.customers.file_schemas import ImportedView, ImportView, RefusedView, checked_row
from crm_cell.customers.refused import Refused
from crm_cell.customers.resource import Customer
from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, ClientError, Conflict, DuplicateName, FieldError
from crm_cell.kernel.messages import Language
from crm_cell.kernel.text import name_key
from crm_cell.resources.importing.options import OptionCells
from crm_cell.resources.warnings import warned
from crm_cell.storage.engine import Reader, Tx


class Outcome(msgspec.Struct):
    """The result of all rows. Each list is in the order of the rows."""

    created: list[tuple[int, Customer]]
    refused: list[Refused]
    unchanged: list[int] = []
    """Positions of rows that equal an existing customer."""


async def import_rows(
    tx: Tx, actor: Actor, service: CustomerService, items: Sequence[Any]
) -> Outcome:
    """Create a customer for each valid row. Of rows with the same name, the first wins."""
    good, refused = _validated(items, await option_cells(tx, actor, service))
    await _resolve_tags(tx, actor, service, good, refused)
    await resolve_parents(tx, actor, service, good, refused)
    actor = msgspec.structs.replace(actor, channel="import")
    created: list[tuple[int, Customer]] = []
    if await service.guard.watches(tx, actor):
        await _create_one_by_one(tx, actor, service, good, created, refused)
        return Outcome(created, sorted(refused, key=lambda row: row.index))
    customers = await service.create_new_names(tx, actor, list(good.values()))
    for (index, members), customer in zip(good.items(), customers, strict=True):
        if customer is None:
            refused.append(Refused(index, members["name"], DuplicateName()))
        else:
            created.append((index, customer))
    return Outcome(created, sorted(refused, key=lambda row: row.index))


async def _create_one_by_one(
    tx: Tx,
    actor: Actor,
    service: CustomerService,
    good: dict[int, dict[str, Any]],
    created: list[tuple[int, Customer]],
    refused: list[Refused],
) -> None:
    """As `create_new_names`, where each is compared with the others."""
    await service.services.directory.check(tx, actor.tenant, actor.owner, "ownerId")
    for index, members in good.items():

        async def create(members: dict[str, Any] = members) -> Customer:
            return await service.create(tx, actor, members)

        try:
            created.append((index, await tx.savepoint(create)))
        except ClientError as error:
            refused.append(Refused(index, members["name"], error))


def report(tx: Reader, outcome: Outcome, language: Language, *, dry_run: bool) -> ImportView:
    """The response. A dry run shows no ids, because it rolls the customers back."""
    return ImportView(
        created=len(outcome.created),
        errors=len(outcome.refused),
        details=[
            ImportedView(
                index=index,
                customer_id=None if dry_run else customer.id,
                name=customer.name,
                **warned(tx, customer.id),
            )
            for index, customer in outcome.created
        ],
        errors_detail=[
            RefusedView(
                index=row.index, name=row.name, reason=row.reason(language), code=row.error.code
            )
            for row in outcome.refused
        ],
    )


def taken_names(outcome: Outcome) -> int:
    """Rows whose refusal reveals that another customer exists."""
    return sum(isinstance(row.error, Conflict) for row in outcome.refused)


def imported_ids(report: bytes) -> list[str]:
    """The ids of customers in a report, to authorize a replay."""
    return [row["customerId"] for row in msgspec.json.decode(report)["details"]]


def imported_names(report: bytes) -> set[str]:
    """The comparison keys of all names in a report, including rejected rows."""
    content = msgspec.json.decode(report)
    rows = [*content["details"], *content["errorsDetail"]]
    return {name_key(row["name"]) for row in rows if row.get("name")}


def report_about(report: bytes, ids: Container[str], names: Container[str]) -> bytes:
    """The part of a report about some customers, for readers who may not see the others."""
    content = msgspec.json.decode(report)
    content["details"] = [row for row in content["details"] if row["customerId"] in ids]
    content["errorsDetail"] = [
        row for row in content["errorsDetail"] if row.get("name") and name_key(row["name"]) in names
    ]
    return msgspec.json.encode(content)


async def option_cells(tx: Tx, actor: Actor, service: CustomerService) -> OptionCells:
    services = service.services
    return OptionCells(
        service.resource,
        await services.options.of(tx, actor.tenant),
        await services.tags.of(tx, actor.tenant),
    )


async def _resolve_tags(
    tx: Tx,
    actor: Actor,
    service: CustomerService,
    good: dict[int, dict[str, Any]],
    refused: list[Refused],
) -> None:
    """Rows with tags that the tenant does not have are refused."""
    named = [index for index, members in good.items() if members.get("tags") is not None]
    assert service.tag_check is not None, "customers have tags"
    for index in named:
        members = good[index]
        try:
            members["tags"] = await service.tag_check.resolved(
                tx, actor.tenant, members["tags"], None
            )
        except BadRequest as bad:
            refused.append(Refused(index, members["name"], bad))
            del good[index]


def _validated(
    items: Sequence[Any], options: OptionCells
) -> tuple[dict[int, dict[str, Any]], list[Refused]]:
    good: dict[int, dict[str, Any]] = {}
    refused: list[Refused] = []
    for index, item in enumerate(items):
        members, field_errors = _checked(item, options)
        if field_errors:
            refused.append(Refused(index, _name_of(item), BadRequest(field_errors)))
        else:
            good[index] = members
    return good, refused


def _checked(item: Any, options: OptionCells) -> tuple[dict[str, Any], list[FieldError]]:
    if not isinstance(item, dict):
        return checked_row(item)
    row, faults = options.read(item, new=True)
    wrong = {each.field for each in faults}
    members, others = checked_row({name: row[name] for name in row if name not in wrong})
    return members, [*faults, *others]


def _name_of(item: Any) -> str | None:
    """The name in an invalid row, for the report."""
    name = item.get("name") if isinstance(item, dict) else None
    return name[:_MAX_NAME] if isinstance(name, str) else None


# The maximum length of a name. The report truncates longer ones.
_MAX_NAME = 200
