"""Answers of lists that are asked for by the list language."""

from collections.abc import Sequence
from typing import Any, Generic

import msgspec

from crm_cell.fields import Field
from crm_cell.http.paging import Listing, RequestedListing, Wanted, shown
from crm_cell.http.schema import View
from crm_cell.kernel.actor import Actor
from crm_cell.resources.listing.found import Finding
from crm_cell.resources.listing.selection import Selection, embeddable, show_to
from crm_cell.resources.reading import Filters
from crm_cell.resources.record import R
from crm_cell.resources.service import Service
from crm_cell.resources.services import Services
from crm_cell.resources.views import ViewMakers
from crm_cell.storage.engine import Reader


class Embedded(msgspec.Struct, frozen=True):
    """A member of rows that shows the record that they refer to."""

    name: str
    field: Field
    records: Sequence[Any]
    data: list[dict[str, Any]]

    @property
    def table(self) -> str:
        assert self.field.reference is not None, "only references can be embedded"
        return self.field.reference.path

    @property
    def ids(self) -> list[Any]:
        return [getattr(record, self.field.name) for record in self.records]


class Some(msgspec.Struct, frozen=True):
    """The first rows of a list, in which nothing is embedded yet."""

    data: list[Any]
    total: int
    total_is_minimum: bool
    embedded: Sequence[Embedded]


class Lists(Generic[R]):
    """Of one resource."""

    def __init__(self, service: Service[R], view: type[View]) -> None:
        self.finding = Finding(service.store, service.services.options, service.services.tags)
        self.language = self.finding.language
        self._service = service
        self._views = ViewMakers(service.resource, view)
        self._embeddable = embeddable(service.resource)

    async def answer(
        self, tx: Reader, actor: Actor, filters: Filters, page: RequestedListing
    ) -> Listing[Any]:
        found = await self.finding.find(tx, actor, filters, page)
        rows = found.rows
        data = await self._data(tx, actor, rows.records, found.parsed.selection, page)
        return page.listing(data, rows.total, minimum=rows.total_is_minimum, behind=found.behind)

    async def some(
        self,
        tx: Reader,
        actor: Actor,
        condition: str,
        sort: str,
        embedding: str | None,
        zone: str,
        *,
        size: int,
        most_counted: int,
    ) -> Some:
        """The first rows of a list that is asked for in the list language, and their number, which
        is counted no further than to `most_counted`. `embed` adds what is embedded."""
        page = RequestedListing(
            size=size, wanted=Wanted(condition, sort, None, embedding, True, zone)
        )
        found = await self.finding.find(tx, actor, {}, page, most_counted=most_counted)
        rows, selection = found.rows, found.parsed.selection
        data = self._shown(actor, rows.records, selection, page)
        embedded = self._embedded(selection, rows.records, data)
        return Some(data, rows.total or 0, rows.total_is_minimum, embedded)

    async def _data(
        self,
        tx: Reader,
        actor: Actor,
        records: list[R],
        selection: Selection,
        page: RequestedListing,
    ) -> list[Any]:
        data = self._shown(actor, records, selection, page)
        await embed(tx, actor, self._service.services, self._embedded(selection, records, data))
        return data

    def _shown(
        self, actor: Actor, records: list[R], selection: Selection, page: RequestedListing
    ) -> list[Any]:
        if selection.is_everything:
            return shown(records, self._views.of(actor, len(records)), page.cached)
        make = show_to(actor, self._service.resource, len(records), selection.fields)
        return list(map(make, records))

    def _embedded(
        self, selection: Selection, records: Sequence[Any], data: list[dict[str, Any]]
    ) -> list[Embedded]:
        return [
            Embedded(name, self._embeddable[name], records, data) for name in selection.embedded
        ]


async def embed(tx: Reader, actor: Actor, services: Services, embedded: Sequence[Embedded]) -> None:
    """Adds the records that are referred to, as the caller may read them, or null: those of one
    resource with one statement."""
    for table in dict.fromkeys(each.table for each in embedded):
        parent = services.registry.of_table(table)
        into = [each for each in embedded if each.table == table]
        wanted = {identifier for each in into for identifier in each.ids} - {None}
        found = await services.of(parent).store.find_readable(tx, actor, wanted)
        make = show_to(actor, parent, len(found))
        views = {identifier: make(record) for identifier, record in found.items()}
        for each in into:
            for identifier, row in zip(each.ids, each.data, strict=True):
                row[each.name] = views.get(identifier)
