"""The declaration of a resource."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from enum import Flag, auto
from functools import cached_property
from typing import Any, Generic

import msgspec

from crm_cell.fields import Field
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict
from crm_cell.kernel.labels import Label
from crm_cell.resources.members.declared import SharedWithMembers
from crm_cell.resources.record import R, Record
from crm_cell.resources.rollups import Rollup


class Verbs(Flag):
    """Operations that the API has for a resource."""

    LIST = auto()
    READ = auto()
    CREATE = auto()
    UPDATE = auto()
    DELETE = auto()
    RESTORE = auto()
    REVEAL = auto()
    """`POST /…/{id}/reveal`: unmasked contact details, limited per day and audited."""
    EXPORT = auto()
    """`GET /…/export`: all records as a file."""
    IMPORT = auto()
    """`POST /…/import`: records from a file."""


CRUD = Verbs.LIST | Verbs.READ | Verbs.CREATE | Verbs.UPDATE | Verbs.DELETE
RESTORE = Verbs.RESTORE
REVEAL = Verbs.REVEAL
EXPORT = Verbs.EXPORT
IMPORT = Verbs.IMPORT


class Unique(msgspec.Struct, frozen=True):
    """A unique index within a tenant."""

    columns: tuple[str, ...]
    error: type[Conflict] = Conflict
    where: str = ""
    """An SQL condition on columns of the table. Deleted records are always excluded."""
    name: str = ""
    """The name of the index, where it is not `{table}_{columns}`."""


class SharedThrough(msgspec.Struct, frozen=True):
    """Lets the owners of another resource's records read these records too.

    A caller who is restricted to their own records also reads a record `r` if they own a record
    `o` of `table` with `o.{foreign} = r.{local}`. With `live`, deleted records `o` do not count.
    """

    table: str
    foreign: str
    local: str
    live: bool = True


class SharedWhen(msgspec.Struct, frozen=True):
    """Lets other users read the records whose field has a value.

    A caller who is restricted to their own records reads them in lists and totals too. The other
    records are private: a leader does not read those of the team either.
    """

    field: str
    tenant: str
    """The value with which all users of the tenant read a record."""
    team: str
    """The value with which those read it who are in a team with its owner."""


@dataclass(eq=False)
class Resource(Generic[R]):
    """The declaration of a resource, for a `Registry`."""

    record: type[R]
    _: KW_ONLY
    path: str
    """Path of the list, e.g. `/follow-ups`. The table has the same name."""
    label: Label
    verbs: Verbs = CRUD
    title: str | None = None
    """The field with the name of a record for people."""
    description: str = ""
    tag_description: str = ""
    id_description: str = ""
    """Description of the id, where `{label}编号 · Id of the {label}` would be ambiguous."""
    unique: Sequence[Unique] = ()
    checks: Mapping[str, str] = field(default_factory=dict)
    """SQL of CHECK constraints, by name."""
    exclusive: Sequence[tuple[str, str]] = ()
    """Pairs of fields of which at most one has a value."""
    shared_through: Sequence[SharedThrough] = ()
    shared_when: SharedWhen | None = None
    shared_with_members: SharedWithMembers | None = None
    names_shared: bool = False
    """Restricted callers may refer to all records that they see, not only to those they own."""
    is_organisation: bool = False
    """Contact details may belong to one of several people: erasing a person who is found by them
    clears them and does not delete the record."""
    owner_writes: bool = False
    """Only the owner may change a record, even if others may read it."""
    events: Mapping[str, str | None] = field(default_factory=dict)
    """Event names that differ from the action, like {"created": "registered"}; None: no event."""
    summaries: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    """Texts for the API documentation by operation: list, create, get, update, delete …"""
    operations: Mapping[str, str] = field(default_factory=dict)
    """Operation names that differ from the default."""
    headings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Further headings of columns in imported files, by field."""
    indexed_by: Sequence[tuple[str, ...]] = ()
    sparsely_indexed_by: Sequence[tuple[str, ...]] = ()
    """Indexes of the records whose last of these fields has a value: the others cost nothing."""
    rollups: Sequence[Rollup] = ()
    """Fields that follow from the records of other resources that refer to this one."""
    warns: bool = False
    """Answers to writes may have `warnings`."""
    batch: int = 500
    """How many records a cascade changes at a time."""

    @cached_property
    def name(self) -> str:
        """The name in events and the audit log: `follow_up`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.record.__name__).lower()

    @cached_property
    def table(self) -> str:
        return self.path.strip("/").replace("-", "_")

    @cached_property
    def tag(self) -> str:
        return self.path.strip("/")

    @cached_property
    def id_member(self) -> str:
        return f"{self.name}_id"

    @cached_property
    def counters(self) -> list[tuple[str, str]]:
        """Names and fields of the counters per value; each resource also counts all records."""
        owner = [(f"{self.table}.owner", self.owner.name)] if self.owner is not None else []
        by = [(f"{self.table}.{name.removesuffix('_id')}", name) for name in self.counted_by]
        return [*owner, *by]

    @cached_property
    def counted_by(self) -> tuple[str, ...]:
        """Filterable references: each value has a counter."""
        return tuple(each.name for each in self.references if each.filter is not None)

    @property
    def fields(self) -> dict[str, Field]:
        return self.record.fields

    @cached_property
    def is_deletable(self) -> bool:
        return bool(self.verbs & Verbs.DELETE)

    @cached_property
    def has_external_ids(self) -> bool:
        """Whether callers find and create records by the ids of other systems."""
        return self.verbs & (Verbs.CREATE | Verbs.READ) == Verbs.CREATE | Verbs.READ

    @cached_property
    def has_tags(self) -> bool:
        return "tags" in self.fields and self.fields["tags"].kind == "tags"

    @cached_property
    def owner(self) -> Field | None:
        return self.fields.get(self.record.owner_field)

    @cached_property
    def references(self) -> list[Field]:
        return [each for each in self.fields.values() if each.reference is not None]

    @cached_property
    def above(self) -> Field | None:
        """The reference to another record of this resource, which this one stands below."""
        own = (each for each in self.references if each.reference.path == self.table)  # type: ignore[union-attr]  # references have one
        return next(own, None)

    @cached_property
    def is_deleted_with_parent(self) -> bool:
        return self.is_deletable and any(each is not self.above for each in self.references)

    @cached_property
    def encrypted(self) -> list[Field]:
        return [each for each in self.fields.values() if each.is_encrypted]

    @cached_property
    def is_person(self) -> bool:
        """Whether records describe people: erasing a person marks them against restoring."""
        return bool(self.encrypted)

    def shares(self, record: Record) -> bool:
        """Whether all users of the tenant read the record."""
        shared = self.shared_when
        return shared is not None and getattr(record, shared.field) == shared.tenant

    def shares_with_team(self, record: Record) -> bool:
        """Whether those read the record who are in a team with its owner."""
        shared = self.shared_when
        return shared is not None and getattr(record, shared.field) == shared.team

    def caller(self, actor: Actor) -> Actor:
        """As whom the caller reads and writes these records: where records are private, a leader
        is like every other user, and nobody else by X-User-Id."""
        if self.shared_when is None or not (actor.team or actor.leader):
            return actor
        owner = actor.leader or actor.owner
        return msgspec.structs.replace(actor, owner=owner, team=frozenset(), leader=None)

    def title_of(self, record: Record) -> str | None:
        return getattr(record, self.title) if self.title else None

    def event(self, action: str) -> str | None:
        """crm.customer.created; None where an action has no event."""
        name = self.events.get(action, action)
        return f"crm.{self.name}.{name}" if name else None

    def __repr__(self) -> str:
        return f"<Resource {self.path}>"


AnyResource = Resource[Any]
