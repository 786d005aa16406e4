"""The routes of a resource that find its records by their ids in other systems."""

from typing import TYPE_CHECKING, Annotated, Any, Generic

from msgspec import Meta

from crm_cell.http.path_text import EXTERNAL_ID, SOURCE, ExternalId, SourceName
from crm_cell.http.preconditions import IfMatch, IfNoneMatch
from crm_cell.http.responses import Resource as ResourceAnswer
from crm_cell.http.schema import Upsert, View
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, CrmError, Merged
from crm_cell.resources.bodies import upsert_body, values_of
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.external.upserting import Upserter
from crm_cell.resources.handlers import described
from crm_cell.resources.messages import EXTERNAL_ID_TAKEN, restore_first
from crm_cell.resources.record import R
from crm_cell.resources.resource import Verbs
from crm_cell.storage.engine import Reader, Tx

if TYPE_CHECKING:
    from crm_cell.resources.routing import ResourceRoutes

_BY = "/by/{source}/{external_id}"
_NAMES = {"source": SourceName, "external_id": ExternalId}
# Between two looks somebody may have created the record, and somebody else have erased it.
_TRIES = 3


class ExternalIdView(View):
    source: Annotated[str, SOURCE]
    external_id: Annotated[str, EXTERNAL_ID]


class ExternalIdsView(View):
    """The ids of a record in other systems."""

    data: Annotated[
        list[ExternalIdView], Meta(description="按来源排序 · In the order of their sources")
    ]


class ExternalRoutes(Generic[R]):
    """Added to the declared routes of a resource."""

    def __init__(self, declared: "ResourceRoutes[R]") -> None:
        self._declared = declared
        self._resource = declared.resource
        self._service = declared.service
        self._upserter = Upserter(declared.service)

    def add(self) -> None:
        self._add_put()
        self._add_get()
        self._add_list()

    def _add_put(self) -> None:
        resource, body = self._resource, upsert_body(self._resource)
        english = resource.label[1].lower()
        changes = bool(resource.verbs & Verbs.UPDATE)
        otherwise = "change it by a JSON merge patch" if changes else "find that it is as sent"
        text = (
            f"Create the {english} of an external id, or {otherwise}.\n\n"
            "201 where it was created, 200 where it was there. `If-None-Match: *` only creates,"
            " with `If-Match: *` it has to be there; the other way it is 412."
        )
        parameters = {
            "tx": Tx,
            "actor": Actor,
            **_NAMES,
            "body": Upsert[body],  # type: ignore[valid-type]  # made above
            "if_match": IfMatch,
            "if_none_match": IfNoneMatch,
        }
        handler = described(self._put, "put", text, parameters, self._declared.answered)
        self._declared.routes.write(
            "PUT",
            _BY,
            f"按外部编号创建或更新{resource.label[0]}",
            rejections=self._rejections(),
            may_create=True,
        )(handler)

    def _rejections(self) -> list[str | CrmError]:
        restored = [Conflict(restore_first(self._resource))] if self._resource.is_deletable else []
        both = list(self._declared.rejections("create"))
        if self._resource.verbs & Verbs.UPDATE:
            # An external id goes to the record that its own is merged into.
            more = self._declared.rejections("update")
            both += [each for each in more if not isinstance(each, Merged)]
        return [*both, Conflict(EXTERNAL_ID_TAKEN), *restored]

    async def _put(
        self,
        tx: Tx,
        actor: Actor,
        source: SourceName,
        external_id: ExternalId,
        body: Upsert[Any],
        if_match: IfMatch,
        if_none_match: IfNoneMatch,
    ) -> ResourceAnswer[Any]:
        key = self._upserter.key(source, external_id)
        for _ in range(_TRIES):
            current = await self._upserter.current(tx, actor, key, if_match)
            if current is not None:
                if_none_match.require(current.version)
                patch = body.patched(self._declared.patch)
                changes = self._declared.changes(current, patch, if_match)
                after = await self._service.update(tx, actor, current, changes)
                return self._declared.answer(tx, after)
            made = await self._upserter.create(
                tx, actor, key, lambda: values_of(body.created(self._declared.create_body))
            )
            if made is not None:
                return self._declared.answer(tx, made, created=True)
        raise Conflict(EXTERNAL_ID_TAKEN)

    def _add_get(self) -> None:
        resource = self._resource
        text = f"The {resource.label[1].lower()} of an external id."
        parameters = {"tx": Reader, "actor": Actor, **_NAMES}
        handler = described(self._get, "get_by", text, parameters, self._declared.answered)
        self._declared.routes.read(_BY, f"按外部编号查{resource.label[0]}")(handler)

    async def _get(
        self, tx: Reader, actor: Actor, source: SourceName, external_id: ExternalId
    ) -> ResourceAnswer[Any]:
        key = self._upserter.key(source, external_id)
        return self._declared.shown(actor, await self._upserter.get(tx, actor, key))

    def _add_list(self) -> None:
        resource = self._resource
        text = f"The ids of a {resource.label[1].lower()} in other systems."
        parameters = {"tx": Reader, "actor": Actor, resource.id_member: str}
        handler = described(self._list, "external_ids", text, parameters, ExternalIdsView)
        path = f"/{{{resource.id_member}}}/external-ids"
        rejections = self._declared.rejections("external_ids")
        title = f"{resource.label[0]}的外部编号"
        self._declared.routes.read(path, title, rejections=rejections)(handler)

    async def _list(self, tx: Reader, actor: Actor, identifier: str) -> ExternalIdsView:
        record = await self._service.get(tx, actor, identifier)
        found = await external_ids.of_record(tx, actor.tenant, self._resource.name, record.id)
        return ExternalIdsView(
            data=[
                ExternalIdView(source=each.source, external_id=each.external_id) for each in found
            ]
        )
