"""The calendar of a user: who may read it, and what is in it."""

from typing import Any, Final, cast

from crm_cell.calendar_feed import store
from crm_cell.calendar_feed.messages import CALENDAR_UNKNOWN, NAME, NO_USER
from crm_cell.calendar_feed.rules import Event, calendar
from crm_cell.calendar_feed.store import Feed
from crm_cell.calendar_feed.tokens import digest, new_token
from crm_cell.fields.zones import DEFAULT_ZONE
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import parse_time
from crm_cell.kernel.errors import NotFound, RuleViolation
from crm_cell.kernel.messages import Language
from crm_cell.people.users import store as users
from crm_cell.people.users.store import LEFT
from crm_cell.resources.listing.answering import Lists, embed
from crm_cell.resources.services import Services
from crm_cell.resources.views import view_type
from crm_cell.storage.engine import Reader, Tx
from crm_cell.tasks.resource import tasks

_MOST: Final = 500
_OPEN: Final = 'assigneeId = me and status = "open" and due >= -365d'


class Calendars:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._tasks: Lists[Any] = Lists(services.of(tasks), view_type(tasks))

    async def feed(self, tx: Reader, actor: Actor) -> Feed | None:
        """The caller's. A caller who is no user has none."""
        if actor.user is None:
            return None
        return await store.of_user(tx, actor.tenant, actor.user)

    async def create(self, tx: Tx, actor: Actor) -> tuple[Feed, str]:
        """A new address, with its token, which is shown once. The former one no longer works."""
        token = new_token(actor.tenant)
        feed = Feed(actor.tenant, _user_of(actor), digest(token), tx.now)
        await store.save(tx, feed)
        return feed, token

    async def revoke(self, tx: Tx, actor: Actor) -> None:
        await store.delete(tx, actor.tenant, _user_of(actor))

    async def read(self, tx: Reader, tenant: str, token: str) -> str:
        """The open tasks of the user, with what the user sees of them now: never more than their
        own records. Raises NotFound, also where the user has left."""
        feed = await store.of_token(tx, tenant, digest(token))
        user = await users.find(tx, tenant, feed.user_id) if feed else None
        if feed is None or (user is not None and user.status == LEFT):
            raise NotFound(CALENDAR_UNKNOWN)
        actor = Actor(tenant, user=feed.user_id, owner=feed.user_id)
        found = await self._tasks.some(
            tx,
            actor,
            _OPEN,
            "due",
            "customer,opportunity",
            user.time_zone if user else DEFAULT_ZONE,
            size=_MOST,
            most_counted=1,
        )
        await embed(tx, actor, self._services, found.embedded)
        language = cast(Language, user.locale if user else "zh")
        return calendar(NAME.text(language), list(map(_event, found.data)))


def _user_of(actor: Actor) -> str:
    if actor.user is None:
        raise RuleViolation(NO_USER)
    return actor.user


def _event(task: dict[str, Any]) -> Event:
    customer, opportunity = task["customer"] or {}, task["opportunity"] or {}
    about = [customer.get("name"), opportunity.get("title")]
    return Event(
        uid=f"{task['taskId']}@crm-cell",
        summary=" · ".join(filter(None, [task["title"], customer.get("name")])),
        changed_at=parse_time(task["updatedAt"]),
        on=task["dueOn"],
        at=None if task["dueAt"] is None else parse_time(task["dueAt"]),
        description="\n".join(filter(None, about)),
        remind_at=None if task["remindAt"] is None else parse_time(task["remindAt"]),
    )
