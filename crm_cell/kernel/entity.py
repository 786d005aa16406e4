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
Snapshot = msgspec.Struct
"""What a record shows at one moment. Each kind of record has a type with its members."""


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


class _After(msgspec.Struct, frozen=True, gc=False):
    after: Any


class _Before(msgspec.Struct, frozen=True, gc=False):
    before: Any


def in_full(entity: Entity) -> dict[str, Any]:
    """As `snapshot`, with numbers and addresses whole: for the person whom they belong to."""
    times = {"created_at", "updated_at"}
    return {
        member: format_time(getattr(entity, name)) if name in times else getattr(entity, name)
        for name, member in _members(type(entity)).items()
    }


def snapshot(entity: Entity) -> Snapshot:
    """The record as its view in the API shows it, members in camelCase, phones masked."""
    values_of, shaped, make = _shape(type(entity))
    values = [*values_of(entity)]
    for place, shape in shaped:
        values[place] = shape(values[place])
    return make(*values)


def as_after(shown: Snapshot) -> Snapshot:
    """Each member with its value as the one that it has come to have."""
    return type(shown)(*map(_After, msgspec.structs.astuple(shown)))


def as_before(shown: Snapshot) -> Snapshot:
    """Each member with its value as the one that it had."""
    return type(shown)(*map(_Before, msgspec.structs.astuple(shown)))


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
) -> tuple[Callable[[Entity], tuple[Any, ...]], list[tuple[int, Shape]], type[Snapshot]]:
    """How to take a snapshot of a kind, worked out once: imports take thousands.

    It is a type of its own, since that is made and written in a third of the time of a dictionary.
    """
    members = _members(kind)
    shapes = [(place, _shape_of(kind, name)) for place, name in enumerate(members)]
    return (
        attrgetter(*members),
        [(place, shape) for place, shape in shapes if shape],
        msgspec.defstruct(f"{kind.__name__}Snapshot", members.values(), frozen=True, gc=False),
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
