"""What a list or a file shows that is asked for by the list language."""

from collections.abc import Sequence
from typing import Any, Generic

import msgspec

from crm_cell.http.paging import RequestedListing, Wanted
from crm_cell.kernel.actor import Actor
from crm_cell.options.catalogue import Catalogue
from crm_cell.resources.listing.containing import Containing
from crm_cell.resources.listing.language import ListLanguage, Parsed
from crm_cell.resources.listing.reading import ListReader, Rows
from crm_cell.resources.listing.sql import Grouping
from crm_cell.resources.reading import Filters
from crm_cell.resources.record import R
from crm_cell.resources.store import Store
from crm_cell.storage.engine import Reader, Row
from crm_cell.tags.catalogue import TagCatalogue


class Found(msgspec.Struct, Generic[R], frozen=True):
    parsed: Parsed
    rows: Rows[R]

    @property
    def records(self) -> Sequence[R]:
        return self.rows.records

    @property
    def behind(self) -> tuple[str, tuple[Any, ...]] | None:
        """The id and the values of the last row, if another follows."""
        if not self.rows.more:
            return None
        last = self.rows.records[-1]
        return last.id, self.parsed.order.position(last)


class Finding(Generic[R]):
    """Of one resource."""

    def __init__(self, store: Store[R], options: Catalogue, tags: TagCatalogue) -> None:
        self.language = ListLanguage(store, Containing(store), options, tags)
        self._reader = ListReader(store)

    async def find(
        self,
        tx: Reader,
        actor: Actor,
        filters: Filters,
        page: RequestedListing,
        *,
        seconds: float | None = None,
        most_counted: int | None = None,
    ) -> Found[R]:
        """Raises BadRequest, and QueryTooBroad for what takes more than `seconds`, 2 by default."""
        parsed = self.language.parse(page.wanted or Wanted())
        narrowed = await self.language.narrowed(tx, actor, parsed, filters, page)
        if most_counted is not None:
            narrowed = msgspec.structs.replace(narrowed, most_counted=most_counted)
        return Found(parsed, await self._reader.read(tx, actor, narrowed, page, seconds=seconds))

    async def grouped(
        self, tx: Reader, actor: Actor, page: RequestedListing, build: Grouping
    ) -> list[Row]:
        """What `build` makes of the rows that are found: sums, for example. Raises as `find`."""
        parsed = self.language.parse(page.wanted or Wanted())
        narrowed = await self.language.narrowed(tx, actor, parsed, {}, page)
        return await self._reader.grouped(tx, actor, narrowed, build)
