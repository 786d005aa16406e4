"""Reads the rows of an import into the JSON of a create or an update, with the faults of each."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final

import msgspec

from crm_cell.fields.checks import InvalidValue
from crm_cell.fields.references import record_id
from crm_cell.http.json_body import printable
from crm_cell.kernel.errors import FieldError
from crm_cell.kernel.ids import is_id
from crm_cell.kernel.text import is_blank
from crm_cell.options.options import TenantOptions
from crm_cell.resources.importing.cells import Read, read_number, reader_of, tag_reader
from crm_cell.resources.importing.headings import Heading, Headings, member_of
from crm_cell.resources.importing.messages import NOT_MONEY
from crm_cell.resources.option_fields import labels_of
from crm_cell.resources.resource import AnyResource
from crm_cell.tags.tags import TenantTags

_SHOWN: Final = 100
_SHOW_READING: Final = frozenset({"date", "birthday", "date_or_time", "instant"})


class Reading(msgspec.Struct, frozen=True):
    """How a cell was understood that may be understood in more than one way."""

    column: str
    cell: str
    value: str


class ImportRow(msgspec.Struct):
    """A row. `tree` has the members that it sets, as JSON values."""

    index: int
    place: str
    identifier: str | None = None
    tree: dict[str, Any] = {}
    amounts: dict[str, Decimal] = {}
    """Money in major units, by member: its currency is not known yet."""
    titles: dict[str, str] = {}
    """Titles of records that the row refers to, or their ids in another system, by reference
    member."""
    currency: str | None = None
    """The currency that the row shows, where the service sets it."""
    faults: list[FieldError] = []
    readings: list[Reading] = []
    headings: dict[str, str] = {}
    """By member, the heading of its column."""


class RowReader:
    """Of one resource, for cells in one time zone."""

    def __init__(
        self,
        resource: AnyResource,
        headings: Headings,
        zone: tzinfo,
        options: TenantOptions,
        tags: TenantTags,
    ) -> None:
        self._headings = headings
        self._readers: dict[str, Read] = {
            name: reader_of(field, zone, labels_of(resource, field, options))
            for name, field in resource.fields.items()
        }
        if resource.has_tags:
            self._readers["tags"] = tag_reader(tags)
        self._found: dict[str, Heading | None] = {}

    def heading(self, text: str) -> Heading | None:
        """Looked up once for each heading."""
        if text not in self._found:
            self._found[text] = self._headings.find(text)
        return self._found[text]

    def of_item(self, index: int, item: Any) -> ImportRow:
        """From a JSON object, whose unknown members are faults."""
        row = ImportRow(index, f"items[{index}]")
        if not isinstance(item, dict):
            row.faults.append(FieldError("item", "type", {"expected": "object"}))
            return row
        for member, value in item.items():
            heading = self.heading(member)
            if heading is None:
                row.faults.append(FieldError(printable(member), "unknown"))
            else:
                self._read(row, heading, value, blank_is_absent=False)
        return row

    def of_cells(
        self, index: int, place: str, cells: Sequence[Any], columns: Sequence[Heading | None]
    ) -> ImportRow:
        """From the cells of a file. Empty cells say nothing."""
        row = ImportRow(index, place)
        for cell, heading in zip(cells, columns, strict=False):
            if heading is not None:
                self._read(row, heading, cell, blank_is_absent=True)
        return row

    def _read(self, row: ImportRow, heading: Heading, value: Any, *, blank_is_absent: bool) -> None:
        column = heading.column
        if not heading.is_read:
            if column.kind == "currency" and isinstance(value, str):
                row.currency = value.strip().upper()
            return
        member = member_of(column)
        row.headings.setdefault(member, heading.text)
        if value is None or (isinstance(value, str) and is_blank(value)):
            if not blank_is_absent and column.title_of is None and column.name != "id":
                row.tree.setdefault(member, value)
            return
        try:
            self._set(row, heading, member, value)
        except InvalidValue as bad:
            row.faults.append(FieldError(member, bad.code, bad.params, _label(heading)))

    def _set(self, row: ImportRow, heading: Heading, member: str, value: Any) -> None:
        column = heading.column
        if column.name == "id":
            row.identifier = record_id(value)
        elif column.field is not None and column.field.reference is not None:
            self._refer(row, heading, member, value)
        elif heading.unit is not None:
            row.amounts[member] = _amount(value) * heading.unit
        elif isinstance(value, str):
            row.tree[member] = read = self._readers[column.name](value)
            if column.kind in _SHOW_READING and read != value.strip():
                shown = printable(value, _SHOWN)
                row.readings.append(Reading(heading.text, shown, str(read)))
        else:
            row.tree[member] = value

    def _refer(self, row: ImportRow, heading: Heading, member: str, value: Any) -> None:
        """An id, or a title. The id counts where both are given."""
        if not isinstance(value, str):
            raise InvalidValue("type", expected="string")
        given = value.strip()
        if is_id(given.lower()):
            if heading.column.title_of is None or member not in row.tree:
                row.tree[member] = given.lower()
            row.titles.pop(member, None)
        elif member not in row.tree:
            row.titles.setdefault(member, given)


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidValue("type", expected="number")
    amount = read_number(str(value))
    if amount is None:
        raise InvalidValue("value", text=NOT_MONEY, places=2)
    return amount


def _label(heading: Heading) -> tuple[str, str]:
    """As the file calls it."""
    return heading.text, heading.text


def with_headings(row: ImportRow, faults: Sequence[FieldError]) -> list[FieldError]:
    """The faults with the headings of the file as labels."""
    headings: Mapping[str, str] = row.headings
    return [
        msgspec.structs.replace(each, label=(headings[each.field],) * 2)
        if each.field in headings
        else each
        for each in faults
    ]
