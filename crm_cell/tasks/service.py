"""The rules of tasks: what they refer to agrees, and one that repeats plans its next occurrence."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, ClassVar, Final

import msgspec

from crm_cell.contacts.resource import contacts
from crm_cell.contracts.resource import contracts
from crm_cell.customers.resource import customers
from crm_cell.fields.scalars import optional_time
from crm_cell.follow_ups.resource import FollowUp, follow_ups
from crm_cell.inbox import store as inbox
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, CrmError, RuleViolation
from crm_cell.opportunities.resource import opportunities
from crm_cell.resources.listing.times import DEFAULT_ZONE, zone_named
from crm_cell.resources.messages import not_found, of_other_parent
from crm_cell.resources.record import Record
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.service import Service, Values, Write
from crm_cell.storage.engine import Tx
from crm_cell.tasks.messages import NOT_OPEN, REPEATS_WITHOUT_DUE
from crm_cell.tasks.repeating import next_occurrence
from crm_cell.tasks.resource import Task
from crm_cell.tasks.store import TaskStore

WITHOUT_NOTICE: Final = "without_notice"
"""The option of an update that notifies nobody: the caller does."""
_OF_A_CUSTOMER: Final[Mapping[str, AnyResource]] = {
    "opportunity_id": opportunities,
    "contract_id": contracts,
    "contact_id": contacts,
    "follow_up_id": follow_ups,
}
_REFERENCES: Final = ("customer_id", *_OF_A_CUSTOMER)
_HANDED_ON: Final = ("opportunity_id", "contract_id", "contact_id")
"""What the next task refers to as well."""
_REJECTIONS = [
    *(RuleViolation(of_other_parent(each, customers)) for each in _OF_A_CUSTOMER.values()),
    RuleViolation(REPEATS_WITHOUT_DUE),
]


class Closing(msgspec.Struct, frozen=True):
    """What comes of a task, and what is planned next: values of a create by field."""

    follow_up: Values | None
    next: Values | None
    zone: tzinfo


class Closed(msgspec.Struct, frozen=True):
    task: Task
    follow_up: FollowUp | None
    next: Task | None


class TaskService(Service[Task]):
    rejections: ClassVar[Mapping[str, Sequence[str | CrmError]]] = {
        "create": _REJECTIONS,
        "update": _REJECTIONS,
        "done": [
            Conflict(NOT_OPEN),
            *(RuleViolation(not_found(each)) for each in (customers, *_OF_A_CUSTOMER.values())),
            *_REJECTIONS,
        ],
    }

    def make_store(self) -> TaskStore:
        return TaskStore(
            self.resource, self.services.tables, search_texts=self.services.search_texts
        )

    async def prepare(self, write: Write[Task]) -> Task:
        """Raises RuleViolation for references to different customers, and for a repetition without
        a due date. A repetition passes from a task that is closed to the next one."""
        before, after, values = write.before, write.after, write.values
        if before is None or values.keys() & set(_REFERENCES):
            customer = await self._agreed_customer(write.tx, write.actor, after, before)
            after = msgspec.structs.replace(after, customer_id=customer)
        if before is None or values.keys() & {"due_on", "due_at"}:
            after = msgspec.structs.replace(after, due=_due(after))
        if after.repeat is not None and after.due is None:
            raise RuleViolation(REPEATS_WITHOUT_DUE)
        if _closes(before, after):
            after = msgspec.structs.replace(after, repeat=None)
        return before if before is not None and _same(before, after) else after

    async def finish(self, write: Write[Task]) -> None:
        """Tells the assignee, and plans the next occurrence of a task that repeats."""
        before, after = write.before, write.after
        if WITHOUT_NOTICE not in write.options:
            await _tell_assignee(write.tx, write.actor, before, after)
        repeat = write.values.get("repeat", before.repeat if before else None)
        if repeat is not None and _closes(before, after):
            repeating = msgspec.structs.replace(after, repeat=repeat)
            zone = zone_named(DEFAULT_ZONE)
            assert zone is not None, "it is always there"
            await self._plan(write.tx, write.actor, repeating, Closing(None, None, zone))

    async def done(self, tx: Tx, actor: Actor, task: Task, closing: Closing) -> Closed:
        """Closes an open task, notes what came of it, and plans what is next. Raises Conflict for a
        task that is not open, and RuleViolation as a create does."""
        if task.status != "open":
            raise Conflict(NOT_OPEN)
        changes: dict[str, Any] = {"status": "done"}
        follow_up = None
        if closing.follow_up is not None:
            values = _of_task(task, ("customer_id", "opportunity_id", "contact_id"))
            values |= closing.follow_up
            follow_up = await self.services.of(follow_ups).create(tx, actor, values)
            changes["follow_up_id"] = follow_up.id
        if task.repeat is not None:
            changes["repeat"] = None
        closed = await self.update(tx, actor, task, changes)
        return Closed(closed, follow_up, await self._plan(tx, actor, task, closing))

    async def _plan(self, tx: Tx, actor: Actor, task: Task, closing: Closing) -> Task | None:
        """The task that follows one that is closed, for the same assignee; None without a plan."""
        given = closing.next
        occurrence = next_occurrence(task, tx.now, closing.zone)
        if given is None and occurrence is None:
            return None
        values: dict[str, Any] = {"title": task.title, "kind": task.kind, "origin": "nextContact"}
        if occurrence is not None:
            values |= {"repeat": task.repeat, "origin": "rule"}
        if occurrence is not None and not (given or {}).keys() & {"due_on", "due_at"}:
            values |= occurrence
        if given is None or given.get("customer_id", task.customer_id) == task.customer_id:
            values |= {"customer_id": task.customer_id, **await self._live_references(tx, task)}
        await self.resolve_references(tx, actor, given or {})
        values |= given or {}
        return await self._create_next(tx, actor, task, values)

    async def _create_next(self, tx: Tx, actor: Actor, task: Task, values: Values) -> Task:
        """What it has in common with the task needs no second look: a caller who may close the task
        may not see all that it refers to."""
        record = self.new(tx, actor, values, {})
        self.check_exclusive(record)
        customer = await self._agreed_customer(tx, actor, record, task)
        assignee = record.assignee_id if values.get("assignee_id") else task.assignee_id
        record = msgspec.structs.replace(
            record, customer_id=customer, assignee_id=assignee, due=_due(record)
        )
        if record.repeat is not None and record.due is None:
            raise RuleViolation(REPEATS_WITHOUT_DUE)
        write = Write(tx, actor, None, record, values)
        await self.insert(write)
        await self.changes.record(tx, actor, "created", [(None, record)])
        if record.assignee_id != task.assignee_id:
            await _tell_assignee(tx, actor, None, record)
        return record

    async def _live_references(self, tx: Tx, task: Task) -> dict[str, Any]:
        found: dict[str, Any] = {}
        everybody = Actor(task.tenant_id)
        for name in _HANDED_ON:
            identifier = getattr(task, name)
            if identifier is not None:
                store = self.services.of(_OF_A_CUSTOMER[name]).store
                if await store.find(tx, everybody, identifier) is not None:
                    found[name] = identifier
        return found

    async def _agreed_customer(
        self, tx: Tx, actor: Actor, task: Task, known: Task | None
    ) -> str | None:
        """The given customer, else that of what the task refers to. What it has in common with
        `known` belongs to the same customer."""
        customer = task.customer_id
        for name, resource in _OF_A_CUSTOMER.items():
            identifier = getattr(task, name)
            if identifier is None:
                continue
            if known is not None and getattr(known, name) == identifier:
                found = known.customer_id
            else:
                record: Record | None = await self.services.of(resource).store.find(
                    tx, actor, identifier
                )
                found = record.customer_id if record else None  # type: ignore[attr-defined]  # each refers to a customer
            if found not in (None, customer) and customer is not None:
                raise RuleViolation(of_other_parent(resource, customers))
            customer = customer or found
        return customer


async def _tell_assignee(tx: Tx, actor: Actor, before: Task | None, after: Task) -> None:
    """Of an open task that somebody else has given them."""
    user = after.assignee_id
    if user is None or user == actor.user or after.status != "open":
        return
    if before is None or before.assignee_id != user:
        about = after.tenant_id, user, inbox.TASK_ASSIGNED, after.id
        await inbox.add(tx, *about, occasion=after.version, sender=actor.user)


def _due(task: Task) -> str | None:
    if task.due_on is not None:
        return task.due_on
    return optional_time(task.due_at)


def _closes(before: Task | None, after: Task) -> bool:
    return before is not None and before.status != "done" and after.status == "done"


def _same(before: Task, after: Task) -> bool:
    """Ignores version and time."""
    ignored = {"version": before.version, "updated_at": before.updated_at}
    return msgspec.structs.replace(after, **ignored) == before


def _of_task(task: Task, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(task, name) for name in names}
