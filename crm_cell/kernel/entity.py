"""What every stored record has, and how one is shown where no schema is at hand."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, TypeVar

import msgspec

from crm_cell.kernel.clock import format_time
from crm_cell.kernel.masking import mask_phone, recorded_email

E = TypeVar("E", bound="Entity")
Kept = tuple[E, int | None]
"""A record with the moment in which it was hidden, None for one that is not: what erases or hands
out all that is kept of a person goes by these."""
Shape = Callable[[Any], Any]


class Entity(msgspec.Struct, frozen=True):
    """A row of a table. Its fields are the table's columns, in the order of its store."""

    resource: ClassVar[str]
    """The word for it in events and in the audit trail: customer, follow_up …"""
    private: ClassVar[frozenset[str]] = frozenset()
    """Columns that the service keeps for itself."""
    phones: ClassVar[frozenset[str]] = frozenset()
    """Columns that hold telephone numbers: shown masked, and sealed where there is a key."""
    emails: ClassVar[frozenset[str]] = frozenset()
    """Columns that hold e-mail addresses, likewise."""
    named_by: ClassVar[str | None] = "name"
    """The column that people know it by, None where nothing is like a name."""
    computed: ClassVar[tuple[str, ...]] = ()
    """Properties that are shown beside the columns."""

    tenant_id: str
    id: str
    version: int
    created_at: int
    updated_at: int

    @property
    def label(self) -> str | None:
        return getattr(self, self.named_by) if self.named_by else None


def in_full(entity: Entity) -> dict[str, Any]:
    """As `snapshot`, with numbers and addresses whole: for the person whom they belong to."""
    times = {"created_at", "updated_at"}
    return {
        member: format_time(getattr(entity, name)) if name in times else getattr(entity, name)
        for name, member in _members(type(entity)).items()
    }


def snapshot(entity: Entity) -> dict[str, Any]:
    """The record as its view in the API shows it, members in camelCase, phones masked."""
    values_of, members, shaped = _shape(type(entity))
    seen = dict(zip(members, values_of(entity), strict=True))
    for member, shape in shaped:
        seen[member] = shape(seen[member])
    return seen


def difference(before: Entity, after: Entity) -> dict[str, dict[str, Any]]:
    """What changed, member by member. Two numbers that mask alike still differ."""
    return {
        member: {"before": shown(before, name), "after": shown(after, name)}
        for name, member in _members(type(after)).items()
        if name != "updated_at" and getattr(before, name) != getattr(after, name)
    }


def shown(entity: Entity, name: str) -> Any:
    value = getattr(entity, name)
    shape = _shape_of(type(entity), name)
    return shape(value) if shape else value


@cache
def _shape(
    kind: type[Entity],
) -> tuple[Callable[[Entity], tuple[Any, ...]], list[str], list[tuple[str, Shape]]]:
    """How to take a snapshot of a kind, worked out once: imports take thousands."""
    members = _members(kind)
    shapes = [(member, _shape_of(kind, name)) for name, member in members.items()]
    return (
        attrgetter(*members),
        list(members.values()),
        [(member, shape) for member, shape in shapes if shape],
    )


def _shape_of(kind: type[Entity], name: str) -> Shape | None:
    """What turns a stored value into the one that is shown, where they differ."""
    if name in kind.phones:
        return mask_phone
    if name in kind.emails:
        return recorded_email
    return format_time if name in ("created_at", "updated_at") else None


@cache
def _members(kind: type[Entity]) -> dict[str, str]:
    """From the fields that are shown to their names on the wire."""
    return {
        name: camel(f"{kind.resource}_id" if name == "id" else name)
        for name in (*kind.__struct_fields__, *kind.computed)
        if name != "version" and name not in kind.private
    }


def shown_fields(kind: type[Entity]) -> dict[str, str]:
    """From the names on the wire to the fields."""
    return {member: name for name, member in _members(kind).items()}


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def revised(entity: E, changes: dict[str, Any], now: int) -> E:
    """The record with `changes`, one version on."""
    return msgspec.structs.replace(entity, **changes, version=entity.version + 1, updated_at=now)
