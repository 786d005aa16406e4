"""Reads a user's notifications, and marks them as read.

They belong to their receiver: callers who see the whole tenant, or act for others by X-User-Id with
a token of their own, read only their own. A notification refers to records by their ids; their
names are read with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from crm_cell.inbox import store
from crm_cell.inbox.store import TASK_ASSIGNED, TASK_REMINDER, Notification
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import NotFound
from crm_cell.kernel.messages import Language
from crm_cell.kernel.positions import END
from crm_cell.notifications.messages import NAMED, NOTIFICATION_UNKNOWN, SOMEBODY, UNNAMED
from crm_cell.people.users import store as users
from crm_cell.resources.reading import Scope
from crm_cell.resources.record import Record
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader, Tx
from crm_cell.tasks.resource import tasks

MOST_COUNTED: Final = 100
_ABOUT: Final[Mapping[str, AnyResource]] = {TASK_REMINDER: tasks, TASK_ASSIGNED: tasks}
"""By kind, the resource of the record that it is about."""
_NOBODY = ""


class Shown(msgspec.Struct, frozen=True):
    """A notification with what its reader may know now."""

    notification: Notification
    resource: AnyResource | None
    record: Record | None
    """None where the reader may not see it, or there is none to see."""
    sender: str | None
    """The name of the sender."""

    def text(self, language: Language) -> str:
        kind = self.notification.kind
        message = NAMED[kind] if self.record is not None else UNNAMED[kind]
        sender = self.sender or SOMEBODY.text(language)
        return message.text(
            language, title=self.title or "", sender=sender, many=self.notification.many
        )

    @property
    def title(self) -> str | None:
        if self.record is None or self.resource is None:
            return None
        return self.resource.title_of(self.record)


class State(msgspec.Struct, frozen=True):
    """What changes when a notification comes or is read."""

    unread: int
    newest: str | None

    @property
    def mark(self) -> str:
        return f"{self.unread}.{self.newest or ''}"


class Notifications:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def page(
        self, tx: Reader, actor: Actor, *, unread: bool, after: str | None, size: int
    ) -> tuple[list[Shown], str | None]:
        """Newest first, and the id behind which the next page begins."""
        found = await store.page(
            tx,
            actor.tenant,
            actor.user or _NOBODY,
            unread=unread,
            before=after or END,
            limit=size + 1,
        )
        rows = found[:size]
        return await self._shown(tx, actor, rows), rows[-1].id if len(found) > size else None

    async def state(self, tx: Reader, actor: Actor) -> State:
        user = actor.user or _NOBODY
        return State(
            await store.unread(tx, actor.tenant, user, most=MOST_COUNTED + 1),
            await store.newest(tx, actor.tenant, user),
        )

    async def mark_read(self, tx: Tx, actor: Actor, identifier: str) -> State:
        """Raises NotFound, also for those of others."""
        await store.mark_read(tx, await self.find(tx, actor, identifier))
        return await self.state(tx, actor)

    async def find(self, tx: Reader, actor: Actor, identifier: str) -> Notification:
        """One of the caller's own. Raises NotFound."""
        found = await store.find(tx, actor.tenant, actor.user or _NOBODY, identifier)
        if found is None:
            raise NotFound(NOTIFICATION_UNKNOWN)
        return found

    async def mark_all_read(self, tx: Tx, actor: Actor) -> State:
        await store.mark_all_read(tx, actor.tenant, actor.user or _NOBODY, END)
        return await self.state(tx, actor)

    async def _shown(self, tx: Reader, actor: Actor, rows: Sequence[Notification]) -> list[Shown]:
        records = await self._records(tx, actor, rows)
        senders = await users.names(tx, actor.tenant, {each.sender for each in rows if each.sender})
        return [
            Shown(
                each,
                _ABOUT.get(each.kind),
                records.get(each.record_id),
                senders.get(each.sender, each.sender) if each.sender else None,
            )
            for each in rows
        ]

    async def _records(
        self, tx: Reader, actor: Actor, rows: Iterable[Notification]
    ) -> dict[str, Any]:
        """By id, those that the caller reads now."""
        ids: dict[AnyResource, dict[str, None]] = {}
        for each in rows:
            if each.kind in _ABOUT:
                ids.setdefault(_ABOUT[each.kind], {})[each.record_id] = None
        found: dict[str, Any] = {}
        for resource, of_resource in ids.items():
            reading = self._services.of(resource).store
            for record in await reading.find_many(tx, actor, of_resource, Scope.READABLE):
                found[record.id] = record
        return found
