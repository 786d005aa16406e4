"""The form of a record in responses, events and the audit log, generated once per resource."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import Annotated, Any, cast, get_origin, get_type_hints
from zlib import crc32

import msgspec
from msgspec import UNSET

from crm_cell.fields import Field, computed
from crm_cell.http.schema import View
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.resources.record import Record
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.warnings import WARNINGS

# More than the resources of a service; each type is made once for all services of a process.
_TYPES = 256

Shape = Callable[[Any], Any]
Snapshot = msgspec.Struct
"""The state of a record for events and the audit log."""


class Member(msgspec.Struct, frozen=True):
    """One member of a response."""

    name: str
    """Name of the field."""
    wire: str
    """Name of the member, in camel case."""
    type: Any
    to_view: Shape | None
    to_log: Shape | None
    may_be_null: bool = False
    """Null is shown as null, so that neither shape needs to be called for it."""


@lru_cache(_TYPES)
def members(resource: AnyResource, *, in_full: bool = False) -> Sequence[Member]:
    """The members of a response, in order: ids, fields, times. `in_full`: nothing is masked."""
    if in_full:
        masked = {field.name for field in resource.encrypted}
        return [
            msgspec.structs.replace(each, to_view=None) if each.name in masked else each
            for each in members(resource)
        ]
    return [
        Member("id", camel(resource.id_member), str, None, None),
        Member("tenant_id", "tenantId", str, None, None),
        *(_member(resource, name) for name in resource.record.shown),
        Member("created_at", "createdAt", str, format_time, format_time),
        Member("updated_at", "updatedAt", str, format_time, format_time),
    ]


def _member(resource: AnyResource, name: str) -> Member:
    field: Field | None = resource.fields.get(name)
    if field is None:
        value = getattr(resource.record, name)
        assert isinstance(value, computed) and value.fget is not None, "the only other kind"
        returned: Any = get_type_hints(value.fget)["return"]
        return Member(name, camel(name), Annotated[returned, value.documentation], None, None)
    kind: Any = Annotated[field.view_type, field.documentation]
    may_be_null = field.nullable and get_origin(field.view_type) is not list
    if may_be_null:
        kind |= None
    return Member(name, camel(name), kind, field.to_view, field.to_log, may_be_null)


@lru_cache(_TYPES)
def view_type(resource: AnyResource) -> type[View]:
    """The msgspec Struct of responses, e.g. CustomerView."""
    made = msgspec.defstruct(
        f"{resource.record.__name__}View",
        [
            (resource.id_member if member.name == "id" else member.name, member.type)
            for member in members(resource)
        ]
        + [("warnings", WARNINGS, UNSET)] * resource.warns,
        bases=(View,),
        rename="camel",
        namespace={"__doc__": resource.description},
        module=resource.record.__module__,
    )
    return cast(type[View], made)


@lru_cache(_TYPES)
def view_maker(
    resource: AnyResource, kind: type[View], *, in_full: bool = False
) -> Callable[[Any], Any]:
    """A function from a record to its view."""
    return _maker(kind, [(each, each.to_view) for each in members(resource, in_full=in_full)])


def checksum_of_figures(resource: AnyResource) -> Callable[[Any], int]:
    """A function from a record to a checksum of what follows from other records; 0 for nothing."""
    names = [field.name for field in resource.fields.values() if field.derived]
    if not names:
        return lambda _: 0
    read = attrgetter(*names, names[0])  # of two names or more: then it gives a tuple
    nothing = (None,) * (len(names) + 1)

    def checksum(record: Any) -> int:
        figures = read(record)
        return 0 if figures == nothing else crc32(repr(figures).encode())

    return checksum


class ViewMakers:
    """From records to views, as one caller or another may see them."""

    def __init__(self, resource: AnyResource, kind: type[View]) -> None:
        self._name = resource.name
        self.masked = view_maker(resource, kind)
        self._full = view_maker(resource, kind, in_full=True) if resource.encrypted else None

    def is_full(self, actor: Actor) -> bool:
        return actor.in_full is not None and self._full is not None

    def of(self, actor: Actor, many: int) -> Callable[[Any], Any]:
        """To be used for so many records, which the audit log notes where nothing is masked."""
        if actor.in_full is None or self._full is None:
            return self.masked
        actor.in_full.count(self._name, many)
        return self._full


def _maker(kind: type[Any], shapes: Sequence[tuple[Member, Shape | None]]) -> Callable[[Any], Any]:
    """A function from a record to `kind`, compiled from source because lists call it thousands of
    times a second. The parameters are positional: by name, twenty take five times as long."""
    values: dict[str, Any] = {"Kind": kind}
    arguments = []
    for number, (member, shape) in enumerate(shapes):
        value = f"record.{member.name}"
        if shape is not None:
            values[f"shape_{number}"] = shape
            shaped = f"shape_{number}({value})"
            value = f"None if {value} is None else {shaped}" if member.may_be_null else shaped
        arguments.append(value)
    source = f"lambda record: Kind({', '.join(arguments)})"
    made: Callable[[Any], Any] = eval(source, values)  # noqa: S307 - contains declared names only
    return made


class Snapshots:
    """Makes the snapshots of one resource for events and the audit log."""

    def __init__(self, resource: AnyResource) -> None:
        self._members = {member.name: member for member in members(resource)}
        self.field_names = {member.wire: name for name, member in self._members.items()}
        """Field names by member name."""
        self._contact_details = {field.name for field in resource.encrypted}
        self.of: Callable[[Any], Snapshot] = _maker(
            msgspec.defstruct(
                f"{resource.record.__name__}Snapshot",
                [(member.wire, Any) for member in self._members.values()],
                frozen=True,
                gc=False,
            ),
            [(member, member.to_log) for member in self._members.values()],
        )
        """The snapshot of a record."""

    def difference(self, before: Record, after: Record) -> dict[str, dict[str, Any]]:
        """The changes by member. Includes telephone numbers that differ but look alike masked."""
        return {
            member.wire: {"before": _logged(member, before), "after": _logged(member, after)}
            for name, member in self._members.items()
            if name != "updated_at" and getattr(before, name) != getattr(after, name)
        }

    def in_full(self, record: Record) -> dict[str, Any]:
        """With unmasked contact details, for the data subject."""
        return {
            member.wire: getattr(record, name)
            if name in self._contact_details
            else _logged(member, record)
            for name, member in self._members.items()
        }


def _logged(member: Member, record: Record) -> Any:
    value = getattr(record, member.name)
    return member.to_log(value) if member.to_log is not None else value


class _After(msgspec.Struct, frozen=True, gc=False):
    after: Any


class _Before(msgspec.Struct, frozen=True, gc=False):
    before: Any


def as_after(shown: Snapshot) -> Snapshot:
    """Each value as `{"after": value}`."""
    return type(shown)(*map(_After, msgspec.structs.astuple(shown)))


def as_before(shown: Snapshot) -> Snapshot:
    """Each value as `{"before": value}`."""
    return type(shown)(*map(_Before, msgspec.structs.astuple(shown)))


@cache
def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
