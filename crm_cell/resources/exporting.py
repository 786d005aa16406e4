"""Streams the records of a resource as a file.

Reads chunks, newest first, each in its own transaction. So no transaction stays open while a slow
client reads, and memory holds one chunk at a time.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import tzinfo
from typing import Any, Generic

import msgspec

from crm_cell.audit.unmasked import record_unmasked
from crm_cell.http.files import FILES, File
from crm_cell.http.paging import Listing, Page, RequestedExportPage
from crm_cell.http.responses import Stream
from crm_cell.http.schema import View
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.messages import Language
from crm_cell.kernel.paging import PageRequest
from crm_cell.options.options import TenantOptions
from crm_cell.resources.export_rows import (
    MakeRow,
    Titles,
    labelled_maker,
    labelled_type,
    row_maker,
    row_type,
)
from crm_cell.resources.file_columns import file_columns
from crm_cell.resources.listing.found import Finding, Found
from crm_cell.resources.record import R
from crm_cell.resources.service import Service
from crm_cell.storage.engine import Database, Reader
from crm_cell.tags.tags import TenantTags

# Large enough that passing it to a thread costs little, small enough to take under 10 ms.
_CHUNK = 1000
# What a filter or a sort may take of each chunk: an export waits where a list is refused.
_SECONDS = 20.0


class Rows(msgspec.Struct, frozen=True):
    """How the rows of a file look: their type, and how one is made."""

    type: type[View]
    make: MakeRow


class Exporter(Generic[R]):
    """Exports the records of one resource that a caller may see."""

    def __init__(self, service: Service[R], finding: Finding[R] | None = None) -> None:
        """`finding` is needed where a page is asked for by a filter or a sort."""
        self._service = service
        self._finding = finding
        resource = service.resource
        self._columns = file_columns(resource, service.services.registry)
        kind = row_type(resource, tuple(self._columns))
        self.rows = Rows(kind, row_maker(resource, self._columns, kind))
        """With the names of members as headings, and values as in responses."""
        full = row_maker(resource, self._columns, kind, in_full=True)
        self._full_rows = Rows(kind, full) if resource.encrypted else self.rows
        self._titled = {each.name: each.title_of for each in self._columns if each.title_of}
        self._name = f"{resource.tag}.export"

    def rows_for(self, actor: Actor) -> Rows:
        """Masked, or in full."""
        return self.rows if actor.in_full is None else self._full_rows

    async def labelled(
        self, database: Database, actor: Actor, language: Language, zone: tzinfo
    ) -> Rows:
        """With labels as headings, and values as people write them."""
        services = self._service.services

        async def read(tx: Reader) -> tuple[TenantOptions, TenantTags]:
            return (
                await services.options.of(tx, actor.tenant),
                await services.tags.of(tx, actor.tenant),
            )

        settings = await database.read(self._name, actor.tenant, read)
        resource, full = self._service.resource, actor.in_full is not None
        kind = labelled_type(resource, self._columns, language)
        make = labelled_maker(resource, self._columns, kind, language, zone, settings, in_full=full)
        return Rows(kind, make)

    def _count(self, actor: Actor, many: int) -> None:
        """Of rows that are shown."""
        if actor.in_full is not None and self._service.resource.encrypted:
            actor.in_full.count(self._service.resource.name, many)

    async def stream(
        self,
        database: Database,
        actor: Actor,
        kind: str,
        page_request: RequestedExportPage,
        rows: Rows | None = None,
    ) -> Stream:
        """The requested page or, without one, all records."""
        await self._check(database, actor, page_request)
        name = f"{self._service.resource.tag}.{kind}"
        headers = [
            (b"content-type", FILES[kind].media.encode()),
            (b"content-disposition", f'attachment; filename="{name}"'.encode()),
        ]
        if page_request.named:
            pieces = self.pieces(database, actor, kind, page_request, rows=rows, one_page=True)
        else:
            whole = msgspec.structs.replace(page_request, size=_CHUNK)
            pieces = self.pieces(database, actor, kind, whole, rows=rows)
        return Stream(pieces, headers)

    async def _check(
        self, database: Database, actor: Actor, page_request: RequestedExportPage
    ) -> None:
        """Fails if the database is unavailable, or for a filter that is wrong or too broad, while
        the status can still be an error."""
        if page_request.wanted is None:
            await self.total(database, actor)
            return
        first = msgspec.structs.replace(page_request, size=1, page=page_request.offset + 1)
        await database.read(
            self._name, actor.tenant, lambda tx: self._find(tx, actor, first), long=True
        )

    async def page(
        self, database: Database, actor: Actor, page_request: RequestedExportPage
    ) -> Any:
        """The requested page as JSON: a Page of rows, or a Listing."""

        async def unit(tx: Reader) -> Page[Any] | Listing[Any]:
            if page_request.wanted is not None:
                return await self._listing(tx, actor, page_request)
            found = await self._service.page(tx, actor, {}, page_request)
            titles = await self._titles(tx, actor, found.rows)
            make = self.rows_for(actor).make
            self._count(actor, len(found.rows))
            return page_request.answer(found, lambda record: make(record, titles))

        return await database.read(self._name, actor.tenant, unit, long=True)

    async def _listing(
        self, tx: Reader, actor: Actor, page_request: RequestedExportPage
    ) -> Listing[Any]:
        found = await self._find(tx, actor, page_request)
        titles = await self._titles(tx, actor, found.records)
        make = self.rows_for(actor).make
        data = [make(record, titles) for record in found.records]
        self._count(actor, len(data))
        return page_request.listing(data, found.rows.total, behind=found.behind)

    async def total(self, database: Database, actor: Actor) -> int:
        return await database.read(
            self._name, actor.tenant, lambda tx: self._service.total(tx, actor), long=True
        )

    async def pieces(
        self,
        database: Database,
        actor: Actor,
        kind: str,
        start: PageRequest | None = None,
        *,
        rows: Rows | None = None,
        on_rows: Callable[[int], None] = lambda _: None,
        one_page: bool = False,
    ) -> AsyncGenerator[bytes, None]:
        """The file, piece by piece: of the page `start`, or of it and all that follow; of
        everything without one. `on_rows` is called with the number of rows of every chunk. What is
        not masked is on record before it leaves."""
        made: list[File] = []
        shown = rows or self.rows_for(actor)
        try:
            await database.run_long(actor.tenant, lambda: made.append(FILES[kind](shown.type)))
            file = made[0]
            wanted: PageRequest | None = start or PageRequest(size=_CHUNK)
            while wanted is not None:
                piece, count, following = await self._chunk(database, actor, file, shown, wanted)
                on_rows(count)
                self._count(actor, count)
                if piece:
                    await record_unmasked(database, actor)
                    yield piece
                wanted = None if one_page else following
            await record_unmasked(database, actor)
            while piece := await database.run_long(actor.tenant, file.rest):
                yield piece
        finally:
            for file in made:  # also where its caller left while it was being made
                file.close()

    async def _chunk(
        self, database: Database, actor: Actor, file: File, shown: Rows, wanted: PageRequest
    ) -> tuple[bytes, int, PageRequest | None]:
        async def unit(tx: Reader) -> tuple[bytes, int, PageRequest | None]:
            records, following = await self._read(tx, actor, wanted)
            titles = await self._titles(tx, actor, records)
            made = [shown.make(record, titles) for record in records]
            return file.add(made), len(records), following

        return await database.read(self._name, actor.tenant, unit, long=True)

    async def _read(
        self, tx: Reader, actor: Actor, wanted: PageRequest
    ) -> tuple[Sequence[R], PageRequest | None]:
        """The records of a page, and the page behind it."""
        if isinstance(wanted, RequestedExportPage) and wanted.wanted is not None:
            found = await self._find(tx, actor, wanted)
            if found.behind is None:
                return found.records, None
            after, values = found.behind
            return found.records, msgspec.structs.replace(
                wanted, page=1, after=after, behind=list(values)
            )
        page = await self._service.page(tx, actor, {}, wanted)
        return page.rows, PageRequest(size=_CHUNK, after=page.after) if page.after else None

    async def _find(self, tx: Reader, actor: Actor, wanted: RequestedExportPage) -> Found[R]:
        assert self._finding is not None, "routes have it"
        return await self._finding.find(tx, actor, {}, wanted, seconds=_SECONDS)

    async def _titles(self, tx: Reader, actor: Actor, records: Sequence[R]) -> Titles:
        """Of the parents that the caller reads."""
        found: dict[str, dict[str, str]] = {}
        for name, parent in self._titled.items():
            ids = {getattr(record, name) for record in records} - {None}
            store = self._service.services.of(parent).store
            found[name] = await store.titles(tx, actor, ids)
        return found
