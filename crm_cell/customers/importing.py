"""Many customers at once: good rows go in, bad ones are reported, in one pass."""

from collections.abc import Container, Sequence
from typing import Any

import msgspec

from crm_cell.customers import service
from crm_cell.customers.rules import Customer
from crm_cell.customers.schemas import ImportedView, ImportView, RefusedView, checked_row
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, DuplicateName, Refusal
from crm_cell.kernel.messages import Language, describe_fault, explain
from crm_cell.kernel.text import name_key
from crm_cell.storage.engine import Tx


class Refused(msgspec.Struct):
    """A row that did not go in, by its position from 0."""

    index: int
    name: str | None
    error: Refusal

    def reason(self, language: Language) -> str:
        if isinstance(self.error, BadRequest):
            separator = "; " if language == "en" else "；"
            return separator.join(describe_fault(language, fault) for fault in self.error.faults)
        return explain(language, self.error)[0]


class Outcome(msgspec.Struct):
    """What became of every row, each list in the order of the rows."""

    created: list[tuple[int, Customer]]
    refused: list[Refused]
    unchanged: list[int] = []
    """Rows of a file that are there already, just as they are."""


async def import_rows(tx: Tx, actor: Actor, items: Sequence[Any]) -> Outcome:
    """Create a customer of each good row; of rows with one name the first wins."""
    good, refused = _sorted_out(items)
    customers = await service.create_new_names(tx, actor, list(good.values()))
    created: list[tuple[int, Customer]] = []
    for (index, members), customer in zip(good.items(), customers, strict=True):
        if customer is None:
            refused.append(Refused(index, members["name"], DuplicateName()))
        else:
            created.append((index, customer))
    return Outcome(created, sorted(refused, key=lambda row: row.index))


def report(outcome: Outcome, language: Language, *, dry_run: bool) -> ImportView:
    """As the caller is told. The ids of a dry run are nobody's, so they are not shown."""
    return ImportView(
        created=len(outcome.created),
        errors=len(outcome.refused),
        details=[
            ImportedView(
                index=index, customer_id=None if dry_run else customer.id, name=customer.name
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
    return sum(isinstance(row.error, DuplicateName) for row in outcome.refused)


def imported_ids(report: bytes) -> list[str]:
    """The customers that a report shows, for whoever asks for it again."""
    return [row["customerId"] for row in msgspec.json.decode(report)["details"]]


def imported_names(report: bytes) -> set[str]:
    """The names that a report tells, of rows that did not go in too, as names are compared."""
    told = msgspec.json.decode(report)
    rows = [*told["details"], *told["errorsDetail"]]
    return {name_key(row["name"]) for row in rows if row["name"]}


def report_about(report: bytes, ids: Container[str], names: Container[str]) -> bytes:
    """What a report tells of some customers, for those who may not see the others."""
    told = msgspec.json.decode(report)
    told["details"] = [row for row in told["details"] if row["customerId"] in ids]
    told["errorsDetail"] = [
        row for row in told["errorsDetail"] if row["name"] and name_key(row["name"]) in names
    ]
    return msgspec.json.encode(told)


def _sorted_out(items: Sequence[Any]) -> tuple[dict[int, dict[str, Any]], list[Refused]]:
    good: dict[int, dict[str, Any]] = {}
    refused: list[Refused] = []
    for index, item in enumerate(items):
        members, faults = checked_row(item)
        if faults:
            refused.append(Refused(index, _name_of(item), BadRequest(faults)))
        else:
            good[index] = members
    return good, refused


def _name_of(item: Any) -> str | None:
    """What the caller called a bad row, to find it by."""
    name = item.get("name") if isinstance(item, dict) else None
    return name[:_SHOWN] if isinstance(name, str) else None


# As long as a name may be; what is longer is wrong, and need not come back whole.
_SHOWN = 200
