"""Tells assignees of tasks whose time to be reminded has come.

Every process looks. What is due is found for all tenants at once; then one transaction of the
tenant deletes the reminder and writes the notification. Two processes cannot delete the same row,
and one that is killed leaves it where it was: so each reminder comes exactly once.
"""

import structlog

from crm_cell.inbox import store as inbox
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import CrmError
from crm_cell.people.users import store as users
from crm_cell.people.users.store import LEFT
from crm_cell.resources.services import Services
from crm_cell.storage.background import run_periodically
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx
from crm_cell.tasks.resource import tasks
from crm_cell.tasks.store import Reminder, due_reminders, take_reminder

log = structlog.get_logger()

# People set reminders to the minute.
_LOOK_SECONDS = 2.0
_BATCH = 100


async def remind_forever(database: Database, services: Services) -> None:
    async def all_due() -> None:
        while await remind(database, services) == _BATCH:
            pass

    await run_periodically("reminders", _LOOK_SECONDS, all_due)


async def remind(database: Database, services: Services) -> int:
    """Tell of some that are due. Returns of how many it is settled."""

    async def due(tx: Reader) -> list[Reminder]:
        return await due_reminders(tx, _BATCH)

    settled = 0
    for reminder in await database.read("reminders.due", EVERY_TENANT, due):

        async def unit(tx: Tx, reminder: Reminder = reminder) -> None:
            if await take_reminder(tx, reminder):
                await _tell(tx, services, reminder)

        try:
            await database.write("reminders.tell", reminder.tenant_id, unit)
            settled += 1
        except CrmError as error:  # of one tenant: the others do not wait for it
            log.warning("reminder_postponed", tenant=reminder.tenant_id, error=str(error))
    return settled


async def _tell(tx: Tx, services: Services, reminder: Reminder) -> None:
    """Not of what is done, cancelled or deleted, and nobody who has left."""
    tenant = reminder.tenant_id
    task = await services.of(tasks).store.find(tx, Actor(tenant), reminder.task_id)
    if task is None or task.status != "open" or task.remind_at != reminder.remind_at:
        return
    user = task.assignee_id
    if user is None or await users.status_of(tx, tenant, user) == LEFT:
        return
    about = tenant, user, inbox.TASK_REMINDER, task.id
    await inbox.add(tx, *about, occasion=reminder.remind_at)
