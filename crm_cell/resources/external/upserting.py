"""Finding, creating and changing a record by its id in another system."""

from collections.abc import Callable
from typing import Generic, Protocol

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict
from crm_cell.kernel.ids import new_id
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.external.store import ExternalKey
from crm_cell.resources.messages import EXTERNAL_ID_TAKEN, restore_first
from crm_cell.resources.record import R
from crm_cell.resources.service import Service, Values
from crm_cell.storage.engine import Reader, Tx


class MustExist(Protocol):
    """A condition of the caller's."""

    def require_missing_allowed(self) -> None:
        """Raises PreconditionFailed where the caller wants no record created."""
        ...


class Upserter(Generic[R]):
    """Of one resource."""

    def __init__(self, service: Service[R]) -> None:
        self._service = service

    def key(self, source: str, external_id: str) -> ExternalKey:
        return ExternalKey(self._service.resource.name, str(source), str(external_id))

    async def get(self, tx: Reader, actor: Actor, key: ExternalKey) -> R:
        """Raises NotFound, also where the caller may not see the record."""
        identifier = await external_ids.record_of(tx, actor.tenant, key)
        if identifier is None:
            raise self._service.not_found()
        return await self._service.get(tx, actor, identifier)

    async def current(
        self, tx: Tx, actor: Actor, key: ExternalKey, condition: MustExist
    ) -> R | None:
        """The record, locked, for the caller to change; None where there is none as yet.

        Raises Conflict where it is deleted, or is not the caller's to see: an external id, like a
        name, is unique in its tenant. Raises Forbidden and, by `condition`, PreconditionFailed.
        """
        identifier = await external_ids.record_of(tx, actor.tenant, key)
        record = None
        if identifier is not None:
            record = await self._service.store.find(tx, actor, identifier, tx.for_update)
        if record is None:
            condition.require_missing_allowed()
            if identifier is not None:
                await self.raise_conflict(tx, actor, identifier)
            return None
        await self._service.check_writable(tx, actor, record)
        return record

    async def create(
        self, tx: Tx, actor: Actor, key: ExternalKey, values: Callable[[], Values]
    ) -> R | None:
        """The new record; None where somebody else has just created it."""
        given = values()
        identifier = new_id(tx.id_time)
        if tx.serialized:
            # Nobody else can claim it: so the record goes first, and a refusal has written nothing.
            record = await self._service.create(tx, actor, given, identifier=identifier)
            await external_ids.claim(tx, actor.tenant, key, identifier)
            return record
        if not await external_ids.claim(tx, actor.tenant, key, identifier):
            return None
        return await self._service.create(tx, actor, given, identifier=identifier)

    async def raise_conflict(self, tx: Tx, actor: Actor, identifier: str) -> None:
        """Unless it has just been erased."""
        store = self._service.store
        found = await store.find_including_deleted(tx, actor.tenant, identifier)
        if found is None:
            return
        if found[1] is not None and await store.is_readable(tx, actor, identifier):
            raise Conflict(restore_first(self._service.resource))
        raise Conflict(EXTERNAL_ID_TAKEN)
