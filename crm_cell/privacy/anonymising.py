"""Anonymises a record that has to remain after its person is erased."""

from typing import Any

from crm_cell.fields import Field
from crm_cell.kernel.text import name_key
from crm_cell.resources.record import R, revised
from crm_cell.resources.resource import AnyResource, Resource

ERASED = "已抹除"
# So many characters of the id make a text unique.
_ID_TAIL = 12


def anonymous(resource: Resource[R], record: R, now: int) -> R:
    """The record without contact details and personal text, unchanged if it has none."""
    personal = [field for field in resource.fields.values() if field.personal]
    texts = {field.name: _replacement(resource, field, record.id) for field in personal}
    keys = {
        field.name: name_key(text)
        for field in resource.fields.values()
        if field.kind == "comparison_key" and (text := texts.get(field.source)) is not None
    }
    return _changed(record, {**_no_contact_details(resource), **texts, **keys}, now)


def without_contact_details(resource: Resource[R], record: R, now: int) -> R:
    return _changed(record, _no_contact_details(resource), now)


def _no_contact_details(resource: AnyResource) -> dict[str, Any]:
    return {field.name: None for field in resource.encrypted}


def _replacement(resource: AnyResource, field: Field, identifier: str) -> str | None:
    if field.nullable:
        return None
    return f"{ERASED} {identifier[-_ID_TAIL:]}" if _is_unique(resource, field) else ERASED


def _is_unique(resource: AnyResource, field: Field) -> bool:
    """Whether a unique index covers the field or its comparison key."""
    columns = {field.name} | {
        name for name, other in resource.fields.items() if other.source == field.name
    }
    return any(not columns.isdisjoint(unique.columns) for unique in resource.unique)


def _changed(record: R, changes: dict[str, Any], now: int) -> R:
    differing = {name: value for name, value in changes.items() if getattr(record, name) != value}
    return revised(record, differing, now) if differing else record
