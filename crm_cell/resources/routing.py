"""The routes of a resource, from its declaration."""

from typing import Annotated, Any, Generic

import msgspec

from crm_cell.fields import OnDelete
from crm_cell.http.paging import Listing, Page, RequestedListing
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.request import Request
from crm_cell.http.responses import Resource as ResourceAnswer
from crm_cell.http.revealing import Reason, Revealed, revealable
from crm_cell.http.routing import Routes, StoredFaults, Tag
from crm_cell.http.schema import Body, Patch, Query, View
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.scopes import REVEAL as REVEAL_SCOPE
from crm_cell.resources.batch.routes import BatchRoutes
from crm_cell.resources.bodies import create_body, filters_of, list_query, patch_fields, values_of
from crm_cell.resources.export_routes import add_export
from crm_cell.resources.external.routes import ExternalRoutes
from crm_cell.resources.handlers import Handler, described
from crm_cell.resources.importing.importer import Importer
from crm_cell.resources.importing.routes import add_import
from crm_cell.resources.listing.answering import Lists
from crm_cell.resources.listing.searching import requested, search_body
from crm_cell.resources.messages import not_found
from crm_cell.resources.option_fields import options_of
from crm_cell.resources.record import R
from crm_cell.resources.rejections import Rejections, declared_rejections
from crm_cell.resources.resource import Verbs
from crm_cell.resources.service import Service
from crm_cell.resources.texts import description, summary
from crm_cell.resources.views import ViewMakers, camel, checksum_of_figures, view_type
from crm_cell.resources.warnings import warnings_of
from crm_cell.storage.engine import Reader, Tx


class ResourceRoutes(Generic[R]):
    """The routes for the verbs of a resource. Domains add more in `add_own`."""

    def __init__(self, service: Service[R]) -> None:
        self.service = service
        self.resource = resource = service.resource
        self.view: type[View] = view_type(resource)
        self.views = ViewMakers(resource, self.view)
        self.make_view = self.views.masked
        self._figures = checksum_of_figures(resource)
        self.create_body = self.body_of_create
        self.patch = patch_fields(resource, self.view)
        self.query: type[Query] = list_query(resource)
        self.lists = Lists(service, self.view)
        self.routes = Routes(
            resource.path,
            tag=Tag(resource.tag, resource.label[0], resource.tag_description),
            members={camel(resource.id_member): service.services.registry.id_schema(resource)},
            missing=not_found(resource),
            authorize_replay=service.authorize_replay,
        )
        self._add()
        self.add_own()

    @property
    def body_of_create(self) -> type[Body]:
        return create_body(self.resource)

    @property
    def body_of_row(self) -> type[Body]:
        """Of an import."""
        return create_body(self.resource)

    def add_own(self) -> None:
        """Routes beyond the declared ones."""

    def answer(self, tx: Tx, record: R, *, created: bool = False) -> ResourceAnswer[Any]:
        """`created`: by a request to another path than that of the list."""
        path = f"{self.resource.path}/{record.id}" if created else None
        view, figures = self.make_view(record), self._figures(record)
        if self.resource.warns and (warnings := warnings_of(tx, record.id)):
            view.warnings = warnings
        return ResourceAnswer(view, record.id, record.version, path, figures)

    def shown(self, actor: Actor, record: R) -> ResourceAnswer[Any]:
        """The answer to a read."""
        view, full = self.views.of(actor, 1)(record), self.views.is_full(actor)
        figures = self._figures(record)
        return ResourceAnswer(view, record.id, record.version, None, figures, full)

    def _add(self) -> None:
        verbs = self.resource.verbs
        one = f"/{{{self.resource.id_member}}}"
        if verbs & Verbs.LIST:
            self._read(
                "list_",
                "",
                self._list,
                {"query": self.query, "page": RequestedListing},
                self._paged,
            )
            self._add_search()
        if verbs & Verbs.CREATE:
            self._write(
                "create",
                "POST",
                "",
                self._create,
                {"body": self.create_body},
                status=201,
                stored_faults=self._option_faults,
            )
        if verbs & Verbs.READ:
            self._read("get", one, self._get, {self.resource.id_member: str}, self.answered)
        if verbs & Verbs.UPDATE:
            self._write(
                "update",
                "PATCH",
                one,
                self._update,
                self.update_parameters,
                stored_faults=self._option_faults,
            )
        if verbs & Verbs.REVEAL:
            self._add_reveal(one)
        if verbs & Verbs.DELETE:
            self._write(
                "delete",
                "DELETE",
                one,
                self._delete,
                {self.resource.id_member: str, "condition": IfMatch},
                returns=None,
                long=self._cascades,
            )
        if verbs & Verbs.RESTORE:
            self._write(
                "restore",
                "POST",
                f"{one}/restore",
                self._restore,
                {self.resource.id_member: str},
                long=self._cascades,
            )
        self._add_many()

    def _add_many(self) -> None:
        """Routes that read or write many records."""
        verbs = self.resource.verbs
        if self.resource.has_external_ids:
            ExternalRoutes(self).add()
            BatchRoutes(self).add()
        if verbs & Verbs.IMPORT:
            importer = Importer(self.service, (self.body_of_row, self.patch), self.make_view)
            text = summary(self.resource, "import"), description(self.resource, "import")
            add_import(self.routes, importer, *text)
        if verbs & Verbs.EXPORT:
            text = summary(self.resource, "export"), description(self.resource, "export")
            add_export(self.routes, self.service, self.lists.finding, *text)

    # Types for the routing layer, parametrised with the generated classes.

    @property
    def answered(self) -> Any:
        view: Any = self.view
        return ResourceAnswer[view]

    @property
    def _paged(self) -> Any:
        view: Any = self.view
        return Listing[view]

    @property
    def update_parameters(self) -> dict[str, Any]:
        patch: Any = self.patch
        return {
            self.resource.id_member: str,
            "patch": Patch[patch],
            "condition": IfMatch,
        }

    @property
    def _cascades(self) -> bool:
        """Whether deleting or restoring a record also deletes or restores its children."""
        return any(
            field.reference is not None and field.reference.on_delete is OnDelete.CASCADE
            for _, field in self.service.services.registry.children(self.resource)
        )

    @property
    def _option_faults(self) -> StoredFaults | None:
        check = self.service.option_check
        return check.unknown if options_of(self.resource) else None

    # Handlers

    async def _list(
        self, tx: Reader, actor: Actor, query: Query, page: RequestedListing
    ) -> Page[Any] | Listing[Any]:
        filters = filters_of(self.resource, query)
        if page.wanted is not None:
            return await self.lists.answer(tx, actor, filters, page)
        found = await self.service.page(tx, actor, filters, page)
        return page.answer(found, self.views.of(actor, len(found.rows)))

    async def _create(self, tx: Tx, actor: Actor, body: Body) -> ResourceAnswer[Any]:
        return self.answer(tx, await self.service.create(tx, actor, values_of(body)))

    async def _get(self, tx: Reader, actor: Actor, identifier: str) -> ResourceAnswer[Any]:
        return self.shown(actor, await self.service.get(tx, actor, identifier))

    async def _update(
        self, tx: Tx, actor: Actor, identifier: str, patch: Patch[Any], condition: IfMatch
    ) -> ResourceAnswer[Any]:
        current = await self.service.get_writable(tx, actor, identifier)
        changes = self.changes(current, patch, condition)
        return self.answer(tx, await self.service.update(tx, actor, current, changes))

    def changes(self, current: R, patch: Patch[Any], condition: IfMatch) -> dict[str, Any]:
        """The fields that a patch changes. Raises PreconditionFailed and BadRequest."""
        condition.require(current.version)
        return patch.against(self.make_view(current), current)

    async def _delete(self, tx: Tx, actor: Actor, identifier: str, condition: IfMatch) -> None:
        current = await self.service.get_writable(tx, actor, identifier, as_member=False)
        condition.require(current.version)
        await self.service.delete(tx, actor, current)

    async def _restore(self, tx: Tx, actor: Actor, identifier: str) -> ResourceAnswer[Any]:
        return self.answer(tx, await self.service.restore(tx, actor, identifier))

    def _add_search(self) -> None:
        async def search(
            tx: Reader, actor: Actor, body: Body, request: Request
        ) -> Page[Any] | Listing[Any]:
            query, page = requested(body, self.query, actor, request.path)
            return await self._list(tx, actor, query, page)

        parameters = {"body": search_body(self.resource), "request": Request}
        described = self._described(
            "search", search, {"tx": Reader, "actor": Actor, **parameters}, self._paged
        )
        self.routes.search(
            "/search", summary(self.resource, "search"), rejections=self.rejections("list_")
        )(described)

    def _add_reveal(self, one: str) -> None:
        resource, name = self.resource, self.resource.record.__name__
        members = [camel(field.name) for field in resource.encrypted]
        body = msgspec.defstruct(
            f"{name}Reveal",
            [("fields", Annotated[list[str], revealable(*members)]), ("reason", Reason)],
            bases=(Body,),
            kw_only=True,
            rename="camel",
        )
        view = msgspec.defstruct(
            f"Revealed{name}View",
            [(resource.id_member, str), ("revealed", Revealed)],
            bases=(View,),
            kw_only=True,
            rename="camel",
            namespace={"__doc__": f"What was asked for of a {resource.label[1].lower()}, in full."},
        )

        def in_full(record: R, members: list[str]) -> ResourceAnswer[Any]:
            shown = {
                resource.id_member: record.id,
                "revealed": self.service.revealed(record, members),
            }
            return ResourceAnswer(view(**shown), record.id, record.version)

        async def reveal(tx: Tx, actor: Actor, identifier: str, body: Any) -> ResourceAnswer[Any]:
            found = await self.service.reveal(tx, actor, identifier, body.fields, body.reason)
            return in_full(found, body.fields)

        async def reread(tx: Tx, actor: Actor, identifier: str, body: Any) -> ResourceAnswer[Any]:
            """Answers a replay, without counting a second reveal."""
            return in_full(await self.service.get_writable(tx, actor, identifier), body.fields)

        self._write(
            "reveal",
            "POST",
            f"{one}/reveal",
            reveal,
            {resource.id_member: str, "body": body},
            returns=ResourceAnswer[view],  # type: ignore[valid-type]  # made above
            scope=REVEAL_SCOPE,
            reread=reread,
        )

    # Declaring

    def _read(
        self, name: str, path: str, handler: Handler, parameters: dict[str, Any], returns: Any
    ) -> None:
        described = self._described(
            name, handler, {"tx": Reader, "actor": Actor, **parameters}, returns
        )
        self.routes.read(path, summary(self.resource, name), rejections=self.rejections(name))(
            described
        )

    def _write(
        self,
        name: str,
        method: str,
        path: str,
        handler: Handler,
        parameters: dict[str, Any],
        *,
        returns: Any = ...,
        **options: Any,
    ) -> None:
        returns = self.answered if returns is ... else returns
        described = self._described(
            name, handler, {"tx": Tx, "actor": Actor, **parameters}, returns
        )
        self.routes.write(
            method, path, summary(self.resource, name), rejections=self.rejections(name), **options
        )(described)

    def _described(
        self, name: str, handler: Handler, parameters: dict[str, Any], returns: Any
    ) -> Handler:
        return described(
            handler,
            self.resource.operations.get(name, name),
            description(self.resource, name),
            parameters,
            returns,
        )

    def rejections(self, name: str) -> Rejections:
        """Errors of an operation beyond those of every route: see `Service.rejections`."""
        return [*declared_rejections(self.service, name), *self.service.rejections.get(name, ())]
