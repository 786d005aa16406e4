"""The columns of a resource in files: its members, and the title of each record it refers to.

Exports write them and imports read them back, by the member's name or by its label.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from crm_cell.fields import Field
from crm_cell.kernel.labels import Label
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel, members

_SYSTEM: Final[Mapping[str, Label]] = {
    "id": ("编号", "Id"),
    "tenant_id": ("租户", "Tenant"),
    "created_at": ("创建时间", "Created"),
    "updated_at": ("最后变更时间", "Last changed"),
}


class Column(msgspec.Struct, frozen=True):
    """One column of a file."""

    member: str
    """The heading by name."""
    label: Label
    """The heading for people."""
    name: str
    """Of the attribute of the record."""
    field: Field | None = None
    """None for what every record has, and for computed values."""
    title_of: AnyResource | None = None
    """The resource whose title it is; then `name` is the reference."""

    @property
    def kind(self) -> str:
        """The kind of the field, `title`, or `time` and `id` of what every record has."""
        if self.title_of is not None:
            return "title"
        if self.field is not None:
            return self.field.kind
        return "time" if self.name in ("created_at", "updated_at") else "plain"


def file_columns(resource: AnyResource, registry: Registry) -> list[Column]:
    """In the order of the file. The title of a record follows its id."""
    found: list[Column] = []
    for member in members(resource):
        field = resource.fields.get(member.name)
        label = _label(resource, member.name)
        if field is None or field.reference is None:
            found.append(Column(member.wire, label, member.name, field))
            continue
        parent = registry.of_table(field.reference.path)
        chinese, english = label
        identifier = (f"{chinese} ID", f"{english} id")
        found.append(Column(member.wire, identifier, member.name, field))
        if parent.title is not None:
            title = camel(_title_member(member.name, parent.title))
            found.append(Column(title, label, member.name, field, parent))
    return found


def _title_member(reference: str, title: str) -> str:
    """customer_id and name: `customer_name`; contract_id and contract_no: `contract_no`."""
    subject = reference.removesuffix("_id")
    return title if title.startswith(f"{subject}_") else f"{subject}_{title}"


def _label(resource: AnyResource, name: str) -> Label:
    if name in _SYSTEM:
        return _SYSTEM[name]
    declared = resource.fields.get(name) or getattr(resource.record, name)
    label: Label | None = declared.label
    assert label is not None, "what is shown has a label"
    return label
