"""Reading the feed: from events to what one caller may know of them.

A caller learns of a change where they read the record now. Who has lost it learns that it `left`,
and who has got it that it `entered`: both by looking at the record as it is, so that the last line
about a record always agrees with it, in whatever order two writers have committed. `data` is the
record as GET shows it at the time of the answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from crm_cell.changes.cursor import read_cursor, write_cursor
from crm_cell.events import service as events
from crm_cell.events.service import Details, Numbered
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import ChangesExpired
from crm_cell.resources.access_changes import ACCESS_CHANGED
from crm_cell.resources.new_records import owner_of
from crm_cell.resources.reading import Scope
from crm_cell.resources.record import Record
from crm_cell.resources.service import Service
from crm_cell.resources.services import Services
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Reader

_DAY_MS = 86_400_000
# A caller may see few of the events that a request looks through.
_MOST_PAGES = 5
_FEWEST = 200
# A page that ends just where the feed begins can still be followed.
_TOLERANCE_MS = 3_600_000
_GONE = ("deleted", "erased")
_NEW = ("created", "restored", "entered")
_OPERATIONS = {
    "created": "created",
    "registered": "created",
    "updated": "updated",
    "deleted": "deleted",
    "restored": "restored",
    "erased": "erased",
    ACCESS_CHANGED: "updated",
}
"""By the action of an event. Others only stress what another event of the same write says."""


class Change(msgspec.Struct):
    """A line of the feed."""

    number: int
    id: str
    service: Service[Any]
    record_id: str
    op: str
    version: int | None
    fields: Sequence[str]
    origin: str | None
    at: int
    users: Sequence[str]
    """Those whose access the change may have changed."""
    everyone: bool = False
    """Whether that is all users but the owner of the record."""
    record: Record | None = None
    """As it is now, where the caller reads it and has asked for it."""


class Wanted(msgspec.Struct, frozen=True):
    limit: int
    types: frozenset[str] = frozenset()
    """Names of resources; empty stands for all."""
    with_records: bool = False
    except_origin: str | None = None


class Found(msgspec.Struct):
    changes: list[Change]
    last: int
    """The number up to which the feed has been read."""
    next: str = ""
    """The cursor behind it."""
    caught_up: bool = False


class Feed:
    """`days` is how far it goes back."""

    def __init__(self, services: Services, days: int) -> None:
        self._services = {service.resource.name: service for service in services}
        self._id_members = {
            service.resource.name: camel(service.resource.id_member) for service in services
        }
        self._days = days

    async def now(self, tx: Reader, actor: Actor) -> str:
        """The cursor behind the last change."""
        head = await events.head(tx, actor.tenant)
        return write_cursor(actor.tenant, head.secret, head.last)

    async def read(self, tx: Reader, actor: Actor, wanted: Wanted, cursor: str | None) -> Found:
        """From behind the cursor, or from the oldest change that the feed goes back to. Raises
        BadRequest for what is no cursor of the tenant, and ChangesExpired."""
        head = await events.head(tx, actor.tenant)
        if cursor is None:
            oldest = tx.now - self._days * _DAY_MS
            after = await events.number_before(tx, actor.tenant, oldest, head.last)
        else:
            after = read_cursor(actor.tenant, head.secret, cursor)
            if after != head.last:
                await self._check(tx, actor, after, head.last)
        found = Found([], after)
        for _ in range(_MOST_PAGES):
            if not await self._read_on(tx, actor, wanted, found):
                break
        found.caught_up = found.last >= head.last
        found.next = write_cursor(actor.tenant, head.secret, found.last)
        return found

    async def _check(self, tx: Reader, actor: Actor, after: int, end: int) -> None:
        """Numbers have no gaps: where the next one is missing it has been purged. A cursor from
        beyond the end is of a database that was restored from a backup."""
        first = await events.numbered(tx, actor.tenant, after=after, most=1)
        if after > end or not first or first[0].change_no != after + 1:
            raise ChangesExpired
        if first[0].created_at < tx.now - self._days * _DAY_MS - _TOLERANCE_MS:
            raise ChangesExpired

    async def _read_on(self, tx: Reader, actor: Actor, wanted: Wanted, found: Found) -> bool:
        """One page of events; returns whether to read another one."""
        room = wanted.limit - len(found.changes)
        most = max(room, _FEWEST)
        page = await events.numbered(tx, actor.tenant, after=found.last, most=most)
        seen = await self._seen(tx, actor, wanted, self._changes(page, wanted))
        found.changes += seen[:room]
        if len(seen) > room:
            found.last = seen[room - 1].number
            return False
        if page:
            found.last = page[-1].change_no
        return len(page) == most and len(seen) < room

    def _changes(self, page: Iterable[Numbered], wanted: Wanted) -> list[Change]:
        """Those that are asked for, before it is known what the caller may know of them."""
        found = []
        for event in page:
            _, name, action = event.event_type.split(".")
            service, op = self._services.get(name), _OPERATIONS.get(action)
            if service is None or op is None or (wanted.types and name not in wanted.types):
                continue
            if event.origin is None or event.origin != wanted.except_origin:
                found.append(self._change(event, service, op))
        return found

    def _change(self, event: Numbered, service: Service[Any], op: str) -> Change:
        details = None
        if event.details is not None:
            details = msgspec.json.decode(event.details, type=Details)
        version = details.version if details else (1 if op == "created" else None)
        record_id = msgspec.json.decode(event.data)[self._id_members[service.resource.name]]
        return Change(
            event.change_no,
            event.id,
            service,
            record_id,
            op,
            version,
            details.fields if details else (),
            event.origin,
            event.created_at,
            details.users if details else (),
            details.everyone if details else False,
        )

    async def _seen(
        self, tx: Reader, actor: Actor, wanted: Wanted, changes: list[Change]
    ) -> list[Change]:
        """What the caller may know."""
        if actor.sees_all and not wanted.with_records:
            return [each for each in changes if _says_something(each)]
        records = await self._records(tx, actor, changes)
        return [
            each
            for each in changes
            if await self._is_seen(tx, actor, each, records.get(each.record_id))
        ]

    async def _records(
        self, tx: Reader, actor: Actor, changes: Iterable[Change]
    ) -> Mapping[str, Record]:
        """By id, those that the caller reads now."""
        ids: dict[Service[Any], dict[str, None]] = {}
        for each in changes:
            ids.setdefault(each.service, {})[each.record_id] = None
        found: dict[str, Record] = {}
        for service, of_service in ids.items():
            records = await service.store.find_many(tx, actor, of_service, Scope.READABLE)
            found.update((record.id, record) for record in records)
        return found

    async def _is_seen(
        self, tx: Reader, actor: Actor, change: Change, record: Record | None
    ) -> bool:
        """Whether the caller may know of the change; it is completed by what the caller sees."""
        if change.op != "deleted":
            change.record = record
        if actor.sees_all:
            return _says_something(change)
        actor = change.service.resource.caller(actor)
        is_others = record is None or not _is_own(actor, record)
        is_affected = _is_affected(actor, change.users) or (
            is_others and (change.everyone or actor.owner in change.users)
        )
        if change.op in _GONE:
            if is_affected or record is not None:
                return True
            return await change.service.store.is_readable(tx, actor, change.record_id)
        if is_affected:
            change.op = "left" if record is None else "entered"
            change.fields = ()
            return True
        return record is not None and _says_something(change)


def _is_own(actor: Actor, record: Record) -> bool:
    """Not for callers who see the whole tenant."""
    return actor.may_see(owner_of(record))


def _is_affected(actor: Actor, users: Sequence[str]) -> bool:
    """Whether the record may have come into the caller's view or have left it. What goes from one
    to another of a team was in its leader's view, and stays there."""
    if not actor.team:
        return actor.owner in users
    return not actor.team.isdisjoint(users) and not actor.team.issuperset(users)


def collapsed(changes: Iterable[Change]) -> list[Change]:
    """One line for each record: the last one, with all members that have changed."""
    last: dict[tuple[str, str], Change] = {}
    for change in changes:
        key = change.service.resource.name, change.record_id
        before = last.pop(key, None)
        if before is not None:
            change.fields = list(dict.fromkeys([*before.fields, *change.fields]))
            if change.op == "updated" and before.op in _NEW:
                change.op = before.op
        last[key] = change
    return list(last.values())


def _says_something(change: Change) -> bool:
    """Whether there is anything in it for those whose access it does not change."""
    nobody = not change.users and not change.everyone
    return change.op != "updated" or bool(change.fields) or nobody
