"""What a list can be filtered and sorted by, from the declaration of its resource.

Row-level security lets PostgreSQL use an index for leakproof operators only: equality and ranges of
text and integers. So these are the operators; and what is masked knows equality alone, since
anything more would tell the number that the mask hides.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from crm_cell.fields import Field
from crm_cell.kernel.labels import Label
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel

Kind = Literal[
    "text",
    "number",
    "instant",
    "day",
    "day_or_instant",
    "choice",
    "user",
    "id",
    "boolean",
    "secret",
    "tags",
]

CONTAINS: Final = "~"
_EMPTY: Final = ("is empty", "is set")
_EQUAL: Final = ("=", "!=", "in", "not in")
_ORDERED: Final = ("=", "!=", "<", "<=", ">", ">=", "between")
OPERATORS_OF: Final[Mapping[Kind, tuple[str, ...]]] = {
    "text": (*_EQUAL, "^=", *_EMPTY),
    "number": (*_ORDERED, *_EMPTY),
    "instant": (*_ORDERED, *_EMPTY),
    "day": (*_ORDERED, *_EMPTY),
    "day_or_instant": (*_ORDERED, *_EMPTY),
    "choice": (*_EQUAL, *_EMPTY),
    "user": (*_EQUAL, *_EMPTY),
    "id": (*_EQUAL, *_EMPTY),
    "boolean": ("=", *_EMPTY),
    "secret": ("=",),
    "tags": ("has", "has any", "has none", *_EMPTY),
}
_KINDS: Final[Mapping[str, Kind]] = {
    "text": "text",
    "month": "text",
    "lines": "text",
    "uscc": "text",
    "region": "text",
    "website": "text",
    "integer": "number",
    "money": "number",
    "currency": "choice",
    "options": "choice",
    "enum": "choice",
    "option": "choice",
    "boolean": "boolean",
    "instant": "instant",
    "time_of": "instant",
    "date": "day",
    "date_or_time": "day_or_instant",
    "phone": "secret",
    "email": "secret",
    "wechat": "secret",
    "reference": "id",
    "owner": "user",
    "created_by": "user",
    "user_of": "user",
    "user": "user",
    "tags": "tags",
}
# Long texts, ids and users have an order that means nothing to people.
_UNSORTABLE: Final = (
    "lines",
    "phone",
    "email",
    "wechat",
    "reference",
    "owner",
    "created_by",
    "user_of",
    "user",
    "tags",
)


class Derived(msgspec.Struct, frozen=True):
    """A name in filters for what follows from columns and the time, and is true or false: no answer
    shows it, since an answer stays as it is until its record changes."""

    wire: str
    label: Label
    column: str
    """By whose index it is found."""
    condition: Callable[[int], tuple[tuple[Any, ...], list[Any]]]
    """Takes the time, and gives a shape and its values: see `listing.conditions`."""


class ListMember(msgspec.Struct, frozen=True):
    """A member of answers by which lists are filtered or sorted."""

    wire: str
    kind: Kind
    column: str
    """By which rows are compared: of a text that has one, its comparison key."""
    nullable: bool
    operators: tuple[str, ...]
    sortable: bool
    field: Field | None = None
    """None for what every record has."""
    by_key: bool = False
    derived: Derived | None = None


def list_members(
    resource: AnyResource, *, contains: Container[str] = (), derived: Sequence[Derived] = ()
) -> dict[str, ListMember]:
    """By their names on the wire, in the order of answers. `contains`: the fields that a search
    index finds records by."""
    identifier = ListMember(
        camel(resource.id_member), "id", "id", False, OPERATORS_OF["id"], sortable=False
    )
    fields = [
        _member(resource, field, contains=contains)
        for field in resource.fields.values()
        if field.visible and field.kind in _KINDS
    ]
    times = [
        ListMember(camel(name), "instant", name, False, OPERATORS_OF["instant"], sortable=True)
        for name in ("created_at", "updated_at")
    ]
    others = [
        ListMember(each.wire, "boolean", each.column, False, ("=",), sortable=False, derived=each)
        for each in derived
    ]
    return {each.wire: each for each in (identifier, *fields, *times, *others)}


def _member(resource: AnyResource, field: Field, *, contains: Container[str]) -> ListMember:
    kind = _KINDS[field.kind]
    operators = OPERATORS_OF[kind]
    if field.name in contains:
        operators = (*operators[:-2], CONTAINS, *operators[-2:])
    keys = [
        each.name
        for each in resource.fields.values()
        if each.kind == "comparison_key" and each.source == field.name
    ]
    return ListMember(
        camel(field.name),
        kind,
        keys[0] if keys else field.name,
        field.nullable or field.kind == "owner",
        operators,
        sortable=field.kind not in _UNSORTABLE,
        field=field,
        by_key=bool(keys),
    )
