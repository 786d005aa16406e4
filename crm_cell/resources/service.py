"""The operations on the records of a resource.

Domains extend `Service` where records have rules: `prepare` and `finish` around a write,
`prepare_restore`, `resolve_references`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic

import msgspec

from crm_cell.fields.tagging import TagChange
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import (
    BadRequest,
    CrmError,
    FieldError,
    Forbidden,
    RuleViolation,
)
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.messages import OUTSIDE_TEAM
from crm_cell.kernel.text import name_key
from crm_cell.resources import rollups
from crm_cell.resources.lifecycle import Lifecycle
from crm_cell.resources.lifecycle import Parents as Parents  # noqa: PLC0414 - services name them
from crm_cell.resources.lifecycle import Transfer as Transfer  # noqa: PLC0414
from crm_cell.resources.lifecycle import Values as Values  # noqa: PLC0414
from crm_cell.resources.lineage.rules import Lineage
from crm_cell.resources.messages import FORBIDDEN_TRANSFER, not_found
from crm_cell.resources.new_records import record_maker
from crm_cell.resources.option_fields import OptionCheck
from crm_cell.resources.record import R, Record, revised
from crm_cell.resources.resource import Resource
from crm_cell.resources.tagging import TagCheck
from crm_cell.resources.views import camel
from crm_cell.reveals import service as reveals
from crm_cell.reveals.rules import without_contact_details
from crm_cell.storage.counter_check import Difference
from crm_cell.storage.engine import Reader, Tx

if TYPE_CHECKING:
    from crm_cell.resources.services import Services


class Write(msgspec.Struct, Generic[R], frozen=True):
    """A create or an update in progress."""

    tx: Tx
    actor: Actor
    before: R | None
    """None for a create."""
    after: R
    values: Values
    """The fields that the request sets."""
    parents: Parents = {}
    options: frozenset[str] = frozenset()


class Service(Lifecycle[R]):
    """One for each resource. `services` gives access to those of other resources."""

    rejections: ClassVar[Mapping[str, Sequence[str | CrmError]]] = {}
    """Errors by operation (`create`, `update` …) that do not follow from the declaration. They
    appear in the API documentation."""
    resolves_references: ClassVar[bool] = True
    """False in subclasses whose `resolve_references` raises other errors than this one."""

    def __init__(self, resource: Resource[R], services: "Services") -> None:
        super().__init__(resource, services)
        self._make = record_maker(resource)
        self._stamping = [(name, each) for name, each in resource.fields.items() if each.stamps]
        self.option_check = OptionCheck(resource, services.options)
        self.tag_check = TagCheck(services.tags) if resource.has_tags else None
        self.lineage = None if resource.above is None else Lineage(resource)
        self._assigned_at = next(
            (name for name, each in resource.fields.items() if each.kind == "assigned_at"), None
        )

    # Hooks

    async def prepare(self, write: Write[R]) -> R:
        """Returns the record to write: `write.after`, or a changed copy. An update that returns
        `write.before` changes nothing. Raises ClientError to reject the write."""
        return write.after

    async def check_written(self, write: Write[R]) -> None:
        """Called after the record is written and logged. Raises ClientError to reject the write.
        Not called for records that are written in sets: see `create_many`."""

    async def finish(self, write: Write[R]) -> None:
        """Called at the end of a create or an update."""

    async def wrong_sums(self, tx: Reader) -> list[Difference]:
        """Stored sums of any tenant that differ from the sums of its records."""
        return await rollups.wrong(tx, self.resource.table, self.services.tables)

    # Writing

    async def create(
        self, tx: Tx, actor: Actor, values: Values, *, identifier: str | None = None
    ) -> R:
        """Raises RuleViolation where a reference points to no visible record, and the errors of the
        unique indexes."""
        parents = await self.resolve_references(tx, actor, values)
        await self._check_place(tx, None, parents)
        record = self.new(tx, actor, values, parents, identifier=identifier)
        write = Write(tx, actor, None, record, values, parents)
        write = msgspec.structs.replace(write, after=await self._prepared(write))
        await self.insert(write)
        await self.changes.record(tx, actor, "created", [(None, write.after)], parents)
        await self.check_written(write)
        await self.finish(write)
        return write.after

    async def insert(self, write: Write[R]) -> None:
        await self.store.insert(write.tx, write.after)

    async def update(
        self,
        tx: Tx,
        actor: Actor,
        before: R,
        changes: Values,
        *,
        options: frozenset[str] = frozenset(),
    ) -> R:
        """`changes` are fields that differ from `before`; `options` are passed on where ownership
        is transferred, and to `finish`."""
        if not changes:
            return before
        write = await self.planned_update(tx, actor, before, changes)
        after = write.after
        if after is before:
            return before
        await self.store.update(tx, before, after)
        await self._transfer(tx, actor, before, after, options)
        await self.changes.record(tx, actor, "updated", [(before, after)])
        await self.check_written(write)
        await self.finish(msgspec.structs.replace(write, options=options) if options else write)
        return after

    # Writing many at once

    @property
    def writes_in_sets(self) -> bool:
        """Whether a write is its row and what follows from the declaration: then many can be
        written with few statements."""
        kind = type(self)
        hooks = ("prepare", "finish", "insert", "resolve_references", "create", "update")
        has_keys = any(
            each.kind in ("idempotency_key", "request_id") for each in self.resource.fields.values()
        )
        return not has_keys and all(getattr(kind, hook) is getattr(Service, hook) for hook in hooks)

    async def planned_create(
        self, tx: Tx, actor: Actor, values: Values, identifier: str, parents: Parents
    ) -> Write[R]:
        await self._check_place(tx, None, parents)
        record = self.new(tx, actor, values, parents, identifier=identifier)
        write = Write(tx, actor, None, record, values, parents)
        return msgspec.structs.replace(write, after=await self._prepared(write))

    async def planned_update(
        self, tx: Tx, actor: Actor, before: R, changes: Values, parents: Parents | None = None
    ) -> Write[R]:
        """As it is to be written; `parents` are the resolved references where they are known."""
        await self._check_transfer(tx, actor, before, changes)
        if parents is None:
            parents = await self.resolve_references(tx, actor, changes)
        await self._check_place(tx, before.id, parents)
        after = revised(before, {**changes, **self._keys(changes)}, tx.now)
        write = Write(tx, actor, before, after, changes, parents)
        return msgspec.structs.replace(write, after=await self._prepared(write))

    async def create_many(self, tx: Tx, actor: Actor, records: Sequence[R]) -> set[str]:
        """Gives the ids of those that no unique index was in the way of. Only where
        `writes_in_sets`."""
        inserted = await self.store.insert_new(tx, records, ())
        new = [(None, each) for each in records if each.id in inserted]
        await self.changes.record(tx, actor, "created", new)
        return inserted

    async def update_many(self, tx: Tx, actor: Actor, steps: Sequence[tuple[R, R]]) -> None:
        """Of different records, each before and after. Only where `writes_in_sets`. Raises the
        error of a unique index that one of them violates."""
        if not steps:
            return
        await self.store.update_many(tx, steps)
        for before, after in steps:
            await self._transfer(tx, actor, before, after, frozenset())
        await self.changes.record(tx, actor, "updated", steps)

    async def _transfer(
        self, tx: Tx, actor: Actor, before: R, after: R, options: frozenset[str]
    ) -> None:
        if self.resource.owner is not None and self.owner_of(before) != self.owner_of(after):
            transfer = Transfer([after.id], self.owner_of(before), self.owner_of(after), options)
            await self.transfer_children(tx, actor, transfer)

    # Steps of a write

    def new(
        self,
        tx: Tx,
        actor: Actor,
        values: Values,
        parents: Parents,
        *,
        identifier: str | None = None,
    ) -> R:
        """A record of these values, with the fields that the service sets."""
        return self._make(
            self.resource.caller(actor), values, parents, identifier or new_id(tx.id_time), tx.now
        )

    async def _prepared(self, write: Write[R]) -> R:
        """Applies the rules of the domain, then those of the declaration."""
        if self.tag_check is not None and isinstance(write.values.get("tags"), TagChange):
            write = await self._with_tags(write, self.tag_check)
            if write.after is write.before:
                return write.after
        after = await self.prepare(write)
        self.check_exclusive(after)
        await self._check_owner(write, after)
        if chosen := self.option_check.new(write.before, after):
            await self.option_check.check(write.tx, write.actor.tenant, chosen)
        stamps = self._stamps(write, after)
        return msgspec.structs.replace(after, **stamps) if stamps else after

    async def _with_tags(self, write: Write[R], check: TagCheck) -> Write[R]:
        """With the ids of the tags that are named; `before` where nothing else differs."""
        had = None if write.before is None else write.before.tags  # type: ignore[attr-defined]
        has = await check.resolved(write.tx, write.actor.tenant, write.values["tags"], had)
        if write.before is not None and has == had and set(write.values) == {"tags"}:
            return msgspec.structs.replace(write, after=write.before)
        after = msgspec.structs.replace(write.after, tags=has)
        return msgspec.structs.replace(write, after=after)

    def check_exclusive(self, after: R) -> None:
        """Raises BadRequest where two fields have a value of which only one may."""
        for one, other in self.resource.exclusive:
            if getattr(after, one) is not None and getattr(after, other) is not None:
                field, params = self.resource.fields[other], {"other": camel(one)}
                raise BadRequest([FieldError(camel(other), "exclusive", params, field.label)])

    async def _check_owner(self, write: Write[R], after: R) -> None:
        """Raises RuleViolation where a record of its own owner gets one who is no active user."""
        field = self.resource.owner
        if field is None or field.follows:
            return
        owner = self.owner_of(after)
        if write.before is None or self.owner_of(write.before) != owner:
            directory = self.services.directory
            await directory.check(write.tx, write.actor.tenant, owner, camel(field.name))

    def _stamps(self, write: Write[R], after: R) -> dict[str, Any]:
        """Changes of the fields that record when, and by whom, another field took a given value."""
        found = self._assignment(write, after)
        for name, field in self._stamping:
            assert field.stamps is not None, "only fields with stamps are in _stamping"
            noted, value = field.stamps
            has = getattr(after, noted) == value
            had = write.before is not None and getattr(write.before, noted) == value
            if has != had:
                stamp = write.tx.now if field.kind == "time_of" else write.actor.user
                found[name] = stamp if has else None
        return found

    def _assignment(self, write: Write[R], after: R) -> dict[str, Any]:
        """The change of the field that records when the owner got the record from somebody else."""
        owner = self.owner_of(after)
        if self._assigned_at is None or (write.before and owner == self.owner_of(write.before)):
            return {}
        is_given = owner is not None and owner != write.actor.user
        at = write.tx.now if is_given else None
        return {} if at == getattr(after, self._assigned_at) else {self._assigned_at: at}

    async def resolve_references(self, tx: Tx, actor: Actor, values: Values) -> Parents:
        """The records that `values` refer to, each owned by the caller."""
        found: dict[str, Record] = {}
        for field in self.resource.references:
            identifier = values.get(field.name)
            if identifier is None or field.reference is None:
                continue
            if field is self.resource.above:
                found[field.name] = await self._resolve_above(tx, actor, identifier)
            else:
                table, owned = field.reference.path, not self.resource.names_shared
                found[field.name] = await self.resolve_parent(
                    tx, actor, table, identifier, owned=owned
                )
        return found

    async def _resolve_above(self, tx: Tx, actor: Actor, identifier: str) -> R:
        """Only to be read by the caller. Not locked by itself, since two that are given each other
        would wait for each other. Raises RuleViolation."""
        assert self.lineage is not None, "it refers to its own table"
        await self.lineage.lock(tx, actor.tenant)
        record = await self.store.find(tx, actor, identifier)
        if record is None:
            raise RuleViolation(not_found(self.resource))
        return record

    async def _check_place(self, tx: Tx, identifier: str | None, parents: Parents) -> None:
        """Raises BadRequest where a record, None for a new one, cannot stand below its parent."""
        above = self.resource.above
        if self.lineage is not None and above is not None and above.name in parents:
            parent = parents[above.name]
            await self.lineage.check(tx, parent.tenant_id, identifier, parent.id)

    async def resolve_parent(
        self, tx: Tx, actor: Actor, table: str, identifier: str, *, owned: bool = False
    ) -> Any:
        """As `resolve` of the service of that table: exclusively, where figures of the record
        follow from this one. Two that have locked it together could not both change it."""
        parents = self.services.of(self.services.registry.of_table(table))
        exclusive = any(each.parent.name == table for each in self.store.rollups)
        found = await parents.resolve(
            tx, actor, identifier, owned=owned, exclusive=exclusive, by=self.resource
        )
        if exclusive:
            tx.held.add(found.id)
        return found

    def _keys(self, changes: Values) -> dict[str, Any]:
        """Comparison keys of the texts that change."""
        return {
            name: name_key(changes[field.source])
            for name, field in self.resource.fields.items()
            if field.kind == "comparison_key" and field.source in changes
        }

    async def _check_transfer(self, tx: Tx, actor: Actor, before: R, changes: Values) -> None:
        name, team = self.resource.record.owner_field, self.resource.caller(actor).team
        if name not in changes or actor.sees_all:
            return
        if not team:
            raise Forbidden(FORBIDDEN_TRANSFER)
        await self.check_writable(tx, actor, before, as_member=False)
        if changes[name] not in team:
            raise Forbidden(OUTSIDE_TEAM)

    # Contact details

    async def reveal(
        self, tx: Tx, actor: Actor, identifier: str, members: Sequence[str], reason: str
    ) -> R:
        """The record, to show `members` in full. Counts the reveal and audits it without values.

        Raises NotFound, Forbidden, and RateLimited for the rest of the day.
        """
        record = await self.get_writable(tx, actor, identifier)
        await reveals.count(tx, actor, self.services.limits.reveals_per_day)
        details = {"fields": members, "reason": self._without_contact_details(reason, record)}
        await self.changes.record_read(tx, actor, "revealed", record, details)
        return record

    def revealed(self, record: R, members: Sequence[str]) -> dict[str, Any]:
        """The full values, by member name."""
        names = self.changes.snapshots.field_names
        return {member: getattr(record, names[member]) for member in members}

    def _without_contact_details(self, reason: str, record: R) -> str:
        values = {
            kind: [
                value
                for field in self.resource.encrypted
                if field.kind == kind and (value := getattr(record, field.name))
            ]
            for kind in ("phone", "email", "wechat", "birthday")
        }
        as_they_are = [*values["email"], *values["wechat"], *values["birthday"]]
        return without_contact_details(reason, values["phone"], as_they_are)
