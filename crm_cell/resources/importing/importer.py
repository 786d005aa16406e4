"""Imports rows of one resource: of JSON or of a file."""

from datetime import tzinfo
from functools import partial
from typing import Any, Generic

import msgspec

from crm_cell.http.responses import RolledBack
from crm_cell.http.schema import Body, PatchFields
from crm_cell.http.uploads import Upload
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.messages import Language
from crm_cell.resources.importing.headings import Heading, Headings
from crm_cell.resources.importing.report import Reporter, taken
from crm_cell.resources.importing.rows import ImportRow, RowReader
from crm_cell.resources.importing.table import UploadedRows
from crm_cell.resources.importing.writing import Mode, RowWriter
from crm_cell.resources.record import R
from crm_cell.resources.service import Service
from crm_cell.reveals import dry_runs
from crm_cell.storage.engine import Tx


class How(msgspec.Struct, frozen=True):
    """What a request says of its import."""

    mode: Mode
    zone: tzinfo
    language: Language
    dry_run: bool
    source: str | None = None
    """The system whose ids rows may refer to records by."""


class Importer(Generic[R]):
    def __init__(
        self, service: Service[R], bodies: tuple[type[Body], type[PatchFields]], make_view: Any
    ) -> None:
        self.service = service
        self.writer = RowWriter(service, *bodies, make_view)
        self.headings = Headings(service.resource, service.services.registry)
        self.reporter: Reporter[R] = Reporter(service.resource)

    async def run(self, tx: Tx, actor: Actor, body: Any, how: How) -> Any:
        """The report. Raises RolledBack with it for a dry run."""
        options = await self.service.services.options.of(tx, actor.tenant)
        tags = await self.service.services.tags.of(tx, actor.tenant)
        reader = RowReader(self.service.resource, self.headings, how.zone, options, tags)
        rows, columns, left_aside = self._rows(reader, body)
        written = await self.writer.write(tx, actor, rows, how.mode, how.source)
        report = self.reporter.report(
            tx, written, columns, left_aside, how.language, dry_run=how.dry_run
        )
        if how.dry_run:
            raise RolledBack(
                report,
                partial(
                    dry_runs.record,
                    actor=actor,
                    resource_type=self.service.resource.name,
                    rows=len(rows),
                    taken=taken(written),
                    most=self.service.services.limits.dry_run_rows_per_day,
                ),
            )
        return report

    def _rows(
        self, reader: RowReader, body: Any
    ) -> tuple[list[ImportRow], list[Heading], list[str]]:
        """The rows, the columns that are read, and the headings of those that are not."""
        if not isinstance(body, Upload):
            return [reader.of_item(at, item) for at, item in enumerate(body.items)], [], []
        assert isinstance(body, UploadedRows), "the reader of this route makes them"
        columns = [reader.heading(each) for each in body.headings]
        rows = [
            reader.of_cells(at, row.place, row.cells, columns) for at, row in enumerate(body.rows)
        ]
        known = [each for each in columns if each is not None and each.is_read]
        others = [
            text
            for text, each in zip(body.headings, columns, strict=True)
            if text and (each is None or not each.is_read)
        ]
        return rows, known, others
