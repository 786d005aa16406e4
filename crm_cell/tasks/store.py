"""Storage of tasks, and of the reminders that have not come yet.

A row of `task_reminders` says that a time has to be looked at, not that a reminder will come of it:
by then the task may be done, deleted or planned for another time. So only what sets a time writes
it, and what makes one void leaves it to the process that looks.
"""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.opportunities.next_steps import NextStep
from crm_cell.resources.listing.conditions import among
from crm_cell.resources.listing.sql import named
from crm_cell.resources.reading import RecordWithDeletion
from crm_cell.resources.scope import Scope
from crm_cell.resources.store import Store
from crm_cell.resources.visibility import scope_of
from crm_cell.storage.engine import Reader, Tx
from crm_cell.tasks.resource import Task

_REMEMBER = (
    "INSERT INTO task_reminders (tenant_id, task_id, remind_at) VALUES (:tenant, :task, :at)"
    " ON CONFLICT (tenant_id, task_id) DO UPDATE SET remind_at = excluded.remind_at"
)
_FORGET = "DELETE FROM task_reminders WHERE tenant_id = :tenant AND task_id = :task"


class Reminder(msgspec.Struct, frozen=True):
    tenant_id: str
    task_id: str
    remind_at: int


class TaskStore(Store[Task]):
    async def count(
        self, tx: Tx, steps: Sequence[tuple[Task | None, Task | None]], *, restored: bool = False
    ) -> None:
        await super().count(tx, steps, restored=restored)
        await _remember(tx, steps)

    async def count_created(self, tx: Tx, records: Sequence[Task]) -> None:
        await super().count_created(tx, records)
        await _remember(tx, [(None, each) for each in records])

    async def erase(self, tx: Tx, records: Sequence[RecordWithDeletion[Task]]) -> None:
        await super().erase(tx, records)
        await tx.execute_many(
            _FORGET, [{"tenant": task.tenant_id, "task": task.id} for task, _ in records]
        )

    async def next_steps(
        self, tx: Reader, actor: Actor, deals: Collection[str]
    ) -> dict[str, NextStep]:
        """By deal, the open task that is due first, of those that the caller reads. In one
        statement. The index is that on deals: without statistics, SQLite would take the one on
        statuses and read all that is open."""
        if not deals:
            return {}
        _, values = among("opportunity_id", sorted(deals))
        readable = self.statements.find_readable(
            tx.dialect, scope_of(actor, Scope.READABLE), len(values), "opportunity_id"
        )
        rows = await tx.fetch_all(
            "SELECT opportunity_id, id, title, due FROM"
            " (SELECT opportunity_id, id, title, due, row_number() OVER"
            " (PARTITION BY opportunity_id ORDER BY due IS NULL, due, id) AS place"
            f" FROM ({readable}) AS of_deals WHERE tenant_id = :tenant AND"
            " coalesce(status, '') = 'open') AS in_order"
            " WHERE place = 1",
            **self.scope_params(actor),
            **named(values),
        )
        return {deal: NextStep(*found) for deal, *found in rows}


async def _remember(tx: Tx, steps: Iterable[tuple[Task | None, Task | None]]) -> None:
    """A time that is over when it is set reminds nobody."""
    for before, after in steps:
        if after is None or (before is not None and before.remind_at == after.remind_at):
            continue
        named = {"tenant": after.tenant_id, "task": after.id}
        if after.remind_at is not None and after.remind_at > tx.now:
            await tx.execute(_REMEMBER, **named, at=after.remind_at)
        elif before is not None and before.remind_at is not None:
            await tx.execute(_FORGET, **named)


async def due_reminders(tx: Reader, most: int) -> list[Reminder]:
    """Those whose time has come, the first first."""
    rows = await tx.fetch_all(
        # every tenant: one look for all of them, at the beginning of an index over times.
        "SELECT tenant_id, task_id, remind_at FROM task_reminders WHERE remind_at <= :now"
        " ORDER BY remind_at, tenant_id, task_id LIMIT :most",
        now=tx.now,
        most=most,
    )
    return [Reminder(*row) for row in rows]


async def take_reminder(tx: Tx, reminder: Reminder) -> bool:
    """Whether this transaction is the one that looks at it: another process may have been first,
    and the time may have changed."""
    taken = await tx.execute(
        f"{_FORGET} AND remind_at = :at",
        tenant=reminder.tenant_id,
        task=reminder.task_id,
        at=reminder.remind_at,
    )
    return taken == 1
