"""What can be done with tags."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.events import service as events
from crm_cell.events.service import Details
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.errors import (
    BadRequest,
    DuplicateName,
    FieldError,
    NotFound,
    RuleViolation,
)
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.text import name_key
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.errors import UniqueViolation
from crm_cell.tags import store
from crm_cell.tags.catalogue import TagCatalogue
from crm_cell.tags.messages import (
    MERGED_WITH_ITSELF,
    TAG_EXISTS,
    TAG_UNKNOWN,
    TOO_MANY_TAGS,
)
from crm_cell.tags.tags import Tag

# All of a tenant are cached together.
MOST_TAGS: Final = 1_000
# All that have a tag change in one transaction when it is merged.
MOST_RECORDS: Final = 5_000
_EVENTS: Final = {
    "created": "crm.tag.created",
    "updated": "crm.tag.updated",
    "deleted": "crm.tag.deleted",
}

Replace = Callable[[Tx, Actor, Tag, Tag], Awaitable[None]]
"""Gives all records that have the first tag the second one in its place. Raises Conflict where
there are too many."""


class TagService:
    def __init__(self, catalogue: TagCatalogue, replace: Replace) -> None:
        self._catalogue = catalogue
        self._replace = replace

    async def all(self, tx: Reader, tenant: str) -> list[Tag]:
        return (await self._catalogue.of(tx, tenant)).shown

    async def get(self, tx: Reader, tenant: str, tag_id: str) -> Tag:
        """Raises NotFound, also for one that was merged."""
        found = (await self._catalogue.of(tx, tenant)).get(tag_id)
        if found is None:
            raise NotFound(TAG_UNKNOWN)
        return found

    async def create(self, tx: Tx, actor: Actor, values: Mapping[str, Any]) -> Tag:
        """Raises DuplicateName, and RuleViolation where there are too many."""
        if len(await self.all(tx, actor.tenant)) >= MOST_TAGS:
            raise RuleViolation(TOO_MANY_TAGS, limit=MOST_TAGS)
        tag = Tag(
            actor.tenant,
            new_id(tx.id_time),
            1,
            values["name"],
            name_key(values["name"]),
            values["color"],
            values["active"],
            None,
            tx.now,
            tx.now,
        )
        try:
            await store.insert(tx, tag)
        except UniqueViolation:
            raise DuplicateName(TAG_EXISTS) from None
        await self._changed(tx, actor.tenant)
        after = _shown(tag)
        await _log(tx, actor, "created", tag, {name: {"after": after[name]} for name in after})
        return tag

    async def update(self, tx: Tx, actor: Actor, before: Tag, changes: Mapping[str, Any]) -> Tag:
        """`changes` differ from `before`. Raises DuplicateName."""
        if not changes:
            return before
        name = changes.get("name", before.name)
        after = msgspec.structs.replace(
            before,
            **{**changes, "name_key": name_key(name)},
            version=before.version + 1,
            updated_at=tx.now,
        )
        try:
            await store.update(tx, after)
        except UniqueViolation:
            raise DuplicateName(TAG_EXISTS) from None
        await self._changed(tx, actor.tenant)
        was, is_now = _shown(before), _shown(after)
        differing = [each for each in was if was[each] != is_now[each]]
        changed = {each: {"before": was[each], "after": is_now[each]} for each in differing}
        await _log(tx, actor, "updated", after, changed, [Details(after.version, differing)])
        return after

    async def merge(self, tx: Tx, actor: Actor, tag: Tag, into_id: str) -> Tag:
        """Raises BadRequest for itself, RuleViolation for a tag that does not exist."""
        if into_id == tag.id:
            raise BadRequest([FieldError("intoTagId", "value", {"text": MERGED_WITH_ITSELF})])
        into = (await self._catalogue.of(tx, actor.tenant)).get(into_id)
        if into is None:
            raise RuleViolation(TAG_UNKNOWN)
        # First of all: it waits for those who are giving the tag to records.
        await self._changed(tx, actor.tenant)
        await self._replace(tx, actor, tag, into)
        await store.merge_merged(tx, tag, into.id)
        merged = msgspec.structs.replace(
            tag, merged_into=into.id, version=tag.version + 1, updated_at=tx.now
        )
        await store.update(tx, merged)
        self._catalogue.changed(tx, actor.tenant)
        shown = {"mergedInto": {"before": None, "after": into.name}}
        await _log(tx, actor, "deleted", tag, shown, [Details(merged.version)])
        return into

    async def _changed(self, tx: Tx, tenant: str) -> None:
        await store.touch(tx, tenant)
        self._catalogue.changed(tx, tenant)


def _shown(tag: Tag) -> dict[str, Any]:
    """The members that change, as the audit log shows them."""
    return {"name": tag.name, "color": tag.color, "active": tag.active}


async def _log(
    tx: Tx,
    actor: Actor,
    action: str,
    tag: Tag,
    changes: Mapping[str, Any],
    details: list[Details] | None = None,
) -> None:
    await audit.record(tx, actor, action, [Action("tag", tag.id, tag.name, changes)])
    event = {
        "tagId": tag.id,
        "tenantId": tag.tenant_id,
        **_shown(tag),
        "createdAt": format_time(tag.created_at),
        "updatedAt": format_time(tag.updated_at),
    }
    await events.emit(tx, actor, _EVENTS[action], [event], details or [])
