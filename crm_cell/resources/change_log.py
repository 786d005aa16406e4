"""Records a write: an audit entry and an event for each record.

They commit with the write. The store updates the counters.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.events import service as events
from crm_cell.events.service import Details
from crm_cell.kernel.actor import Actor
from crm_cell.resources.access_changes import AccessChanges
from crm_cell.resources.record import R, Record
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import Snapshot, Snapshots, as_after, as_before
from crm_cell.storage.engine import Tx

if TYPE_CHECKING:
    from crm_cell.resources.services import Services

Step = tuple[R | None, R | None]
"""A record before and after a write: None before a create, and after a deletion."""
Changes = Mapping[str, object] | Snapshot
"""By member, its value before and after."""


class ChangeLog:
    """The change log of one resource."""

    def __init__(self, resource: AnyResource, services: "Services") -> None:
        self._resource = resource
        self.snapshots = Snapshots(resource)
        self.access = AccessChanges(resource, services)

    async def record(
        self,
        tx: Tx,
        actor: Actor,
        action: str,
        steps: Sequence[Step[Any]],
        parents: Mapping[str, Record] | None = None,
    ) -> None:
        """`action` is created, updated, deleted or restored. A restored record has no `before`.
        `parents` are the records that those of a create refer to, as far as they are known."""
        if not steps:
            return
        records = [_record_of(step) for step in steps]
        shown = [self.snapshots.of(each) for each in records]
        changes = [self._changes(*each) for each in zip(steps, shown, strict=True)]
        actions = [self._action(*each) for each in zip(records, changes, strict=True)]
        await audit.record(tx, actor, action, actions)
        await self._publish(tx, actor, action, steps, shown, changes, parents)

    async def publish(self, tx: Tx, actor: Actor, action: str, steps: Sequence[Step[Any]]) -> None:
        """As `record`, without audit entries: the one of another record says what was done."""
        if steps:
            shown = [self.snapshots.of(_record_of(step)) for step in steps]
            changes = [self._changes(*each) for each in zip(steps, shown, strict=True)]
            await self._publish(tx, actor, action, steps, shown, changes, None)

    async def publish_deleted(
        self, tx: Tx, actor: Actor, record: Record, readers: Sequence[str]
    ) -> None:
        """As `publish`; `readers` are those who have read it until now."""
        details = Details(
            record.version + 1,
            users=readers,
            everyone=self.access.concerns_everyone(record, None),
        )
        await self.emit(tx, actor, "deleted", record, [details])

    async def _publish(
        self,
        tx: Tx,
        actor: Actor,
        action: str,
        steps: Sequence[Step[Any]],
        shown: Sequence[Snapshot],
        changes: Sequence[Changes],
        parents: Mapping[str, Record] | None,
    ) -> None:
        await self.access.announce(tx, actor, action, steps, parents)
        event = self._resource.event(action)
        if event is not None:
            details: Sequence[Details] = ()
            if action != "created":
                details = await self._details(tx, action, steps, changes)
            await events.emit(tx, actor, event, shown, details)

    async def _details(
        self, tx: Tx, action: str, steps: Sequence[Step[Any]], changes: Sequence[Changes]
    ) -> Sequence[Details]:
        if action == "deleted":
            records = [_record_of(step) for step in steps]
            readers = await self.access.readers(tx, records)
            return [
                Details(
                    record.version + 1,
                    users=users,
                    everyone=self.access.concerns_everyone(record, None),
                )
                for record, users in zip(records, readers, strict=True)
            ]
        return [
            await self._detail(tx, step, change)
            for step, change in zip(steps, changes, strict=True)
        ]

    async def _detail(self, tx: Tx, step: Step[Any], changes: Changes) -> Details:
        before, after = step
        assert after is not None, "it is neither new nor deleted"
        if before is None:
            return Details(after.version)
        assert isinstance(changes, dict), "these are differences"
        return Details(
            after.version,
            list(changes),
            await self.access.users(tx, before, after),
            self.access.concerns_everyone(before, after),
        )

    async def emit(
        self, tx: Tx, actor: Actor, action: str, record: Record, details: Sequence[Details] = ()
    ) -> None:
        """An event without an audit entry, such as `closed`: the write itself is audited."""
        event = self._resource.event(action)
        assert event is not None, "an event that is emitted has a name"
        await events.emit(tx, actor, event, [self.snapshots.of(record)], details)

    async def record_read(
        self, tx: Tx, actor: Actor, action: str, record: Record, details: Mapping[str, object]
    ) -> None:
        """An audit entry for an action that changes nothing, such as `revealed`."""
        await audit.record(tx, actor, action, [self._action(record, details)])

    def _action(self, record: Record, details: Changes) -> Action:
        return Action(self._resource.name, record.id, self._resource.title_of(record), details)

    def _changes(self, step: Step[Any], shown: Snapshot) -> Changes:
        before, after = step
        if before is None:
            return as_after(shown)
        return as_before(shown) if after is None else self.snapshots.difference(before, after)


def _record_of(step: Step[Any]) -> Record:
    before, after = step
    record: Record | None = before if after is None else after
    assert record is not None, "a step has a record before or after"
    return record
