"""Gives the records of one tag another one in its place."""

from typing import Any

import msgspec

from crm_cell.fields.tagging import tag_ids
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict
from crm_cell.resources.record import revised
from crm_cell.resources.service import Service
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Tx
from crm_cell.tags import store
from crm_cell.tags.messages import TOO_MANY_RECORDS
from crm_cell.tags.service import MOST_RECORDS
from crm_cell.tags.tags import Tag


class TagReplacement:
    def __init__(self, services: Services) -> None:
        self._services = [each for each in services if each.tag_check is not None]

    async def __call__(self, tx: Tx, actor: Actor, tag: Tag, into: Tag) -> None:
        ids = await store.records_with(tx, tag.tenant_id, tag.id, limit=MOST_RECORDS + 1)
        if len(ids) > MOST_RECORDS:
            raise Conflict(TOO_MANY_RECORDS, limit=MOST_RECORDS)
        for service in self._services:
            for identifier in ids:
                await self._replace(tx, actor, service, identifier, (tag.id, into.id))

    async def _replace(
        self, tx: Tx, actor: Actor, service: Service[Any], identifier: str, tags: tuple[str, str]
    ) -> None:
        """A deleted record changes without a trace: it is as if it had been deleted later."""
        found = await service.store.find_including_deleted(
            tx, actor.tenant, identifier, tx.for_update
        )
        if found is None:
            return
        record, deleted_at = found
        gone, instead = tags
        ids = [instead if each == gone else each for each in tag_ids(record.tags)]
        changes = {"tags": "\n".join(dict.fromkeys(ids))}
        if deleted_at is not None:
            after = msgspec.structs.replace(record, **changes)
            await service.store.update(tx, record, after, live=False)
            return
        after = revised(record, changes, tx.now)
        await service.store.update(tx, record, after)
        await service.changes.record(tx, actor, "updated", [(record, after)])
