"""`crm-cell import --resource`: imports records of any resource like POST /…/import, directly into
the database. May run beside the service."""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import typer

from crm_cell.cli.caller import caller, progress
from crm_cell.cli.database import with_database
from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.cli.faulty_rows import FaultyRows
from crm_cell.fields.external_ids import SOURCE
from crm_cell.http.responses import RolledBack
from crm_cell.kernel.actor import Actor
from crm_cell.registry import make_services
from crm_cell.resources.bodies import create_body, patch_fields
from crm_cell.resources.importing.files.content import OnDisk
from crm_cell.resources.importing.files.rows import Row
from crm_cell.resources.importing.headings import LEFT_OUT, Headings, folded
from crm_cell.resources.importing.importer import Importer
from crm_cell.resources.importing.report import reason
from crm_cell.resources.importing.rows import RowReader
from crm_cell.resources.importing.table import FileTable
from crm_cell.resources.importing.writing import Mode, Written
from crm_cell.resources.listing.times import DEFAULT_ZONE, zone_named
from crm_cell.resources.resource import Verbs
from crm_cell.resources.service import Service
from crm_cell.resources.views import view_maker, view_type
from crm_cell.settings import read_settings
from crm_cell.storage.engine import Database, Reader, Tx

# The maximum of one request.
_BATCH = 2000
# The service retries every 10 ms while it waits for the lock.
_PAUSE_SECONDS = 0.05
_DIGEST_CHARACTERS = 40


def service_named(name: str, verb: Verbs) -> Service[Any]:
    """By the name of its path: `contacts`. Raises CommandError."""
    made = make_services(deals=read_settings().deals)
    services = [each for each in made if each.resource.verbs & verb]
    found = next((each for each in services if each.resource.tag == name), None)
    if found is None:
        known = ", ".join(each.resource.tag for each in services)
        raise CommandError(f"--resource {name}: there are {known}", MISUSED)
    return found


def import_resource(
    path: Path,
    tenant: str,
    user: str | None,
    resource: str,
    *,
    dry_run: bool,
    encoding: str | None,
    upsert: bool,
    faulty: Path | None,
    maps: Sequence[str],
    source: str | None,
) -> None:
    if source is not None and not SOURCE.fullmatch(source):
        raise CommandError(f"--source {source}: not the name of a system", MISUSED)
    actor = caller(tenant, user)
    service = service_named(resource, Verbs.IMPORT)
    view = view_type(service.resource)
    bodies = create_body(service.resource), patch_fields(service.resource, view)
    importer = Importer(service, bodies, view_maker(service.resource, view))
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: not a file: it is read more than once", MISUSED)
    _map(maps, importer.headings)
    table = FileTable(OnDisk(path), importer.headings, encoding)
    _refuse_absent(path, maps, table)
    _print_format(path, table)
    run = _Run(
        _with_key(actor, path), importer, table, dry_run=dry_run, upsert=upsert, source=source
    )
    with_database(run.all)
    run.print_counts()
    if faulty is not None and (many := run.faulty.write(faulty)):
        typer.echo(f"{faulty}: {many} rows", err=True)
    if run.refused:
        raise CommandError(f"{run.refused} of {run.count} rows were not imported, see above")


def _map(maps: Sequence[str], headings: Headings) -> None:
    for item in maps:
        heading, equals, meant = (each.strip() for each in item.rpartition("="))
        if not equals or not folded(heading) or not headings.map(heading, meant):
            known = ", ".join(headings.labels)
            takes = f"a member, one of {known}, or {LEFT_OUT} (left out)"
            raise CommandError(f"--map {item}: not HEADING=MEMBER with {takes}", MISUSED)


def _refuse_absent(path: Path, maps: Sequence[str], table: FileTable) -> None:
    there = {folded(each) for each in table.headings}
    for item in maps:
        heading = item.rpartition("=")[0].strip()
        if folded(heading) not in there:
            shown = _shown(", ".join(filter(None, table.headings)))
            raise CommandError(f'{path}: no column is "{heading}" (--map), only {shown}', MISUSED)


def _with_key(actor: Actor, path: Path) -> Actor:
    """Contracts and payments of one file are never entered twice."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:_DIGEST_CHARACTERS]
    return msgspec.structs.replace(actor, key=f"file-{digest}", request_id=f"file-{digest}")


def _print_format(path: Path, table: FileTable) -> None:
    if not table.source.certain:
        typer.echo(f"{path}: read as {table.source.described}", err=True)
    left_out = [
        text
        for text, column in zip(table.headings, table.columns, strict=True)
        if text and (column is None or not column.is_read)
    ]
    if left_out:
        typer.echo(f"{path}: columns left out: {_shown(', '.join(left_out))}", err=True)


class _Run:
    """The import of a table, and its counts so far."""

    def __init__(
        self,
        actor: Actor,
        importer: Importer[Any],
        table: FileTable,
        *,
        dry_run: bool,
        upsert: bool,
        source: str | None,
    ) -> None:
        self._actor = actor
        self._importer = importer
        self._table = table
        self._dry_run = dry_run
        self._source = source
        self._mode: Mode = "upsert" if upsert else "create"
        self._done = dict.fromkeys(("created", "updated", "unchanged"), 0)
        self.faulty = FaultyRows(table.headings)
        self.count = 0
        self.refused = 0

    async def _make_reader(self, database: Database) -> RowReader:
        zone = zone_named(DEFAULT_ZONE)
        assert zone is not None, "the default zone is always there"
        service, tenant = self._importer.service, self._actor.tenant
        services = service.services

        async def read(tx: Reader) -> RowReader:
            return RowReader(
                service.resource,
                self._importer.headings,
                zone,
                await services.options.of(tx, tenant),
                await services.tags.of(tx, tenant),
            )

        return await database.read("import.settings", tenant, read)

    async def all(self, database: Database) -> None:
        self._reader = await self._make_reader(database)
        total = sum(1 for _ in self._table.rows())
        with progress() as bar:
            task = bar.add_task(self._importer.service.resource.tag, total=total)
            for batch in _batches(self._table.rows()):
                self._note(batch, await self._write(database, batch))
                bar.advance(task, len(batch))
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _write(self, database: Database, batch: Sequence[Row]) -> list[Written[Any]]:
        async def unit(tx: Tx) -> list[Written[Any]]:
            rows = [
                self._reader.of_cells(self.count + at, row.place, row.cells, self._table.columns)
                for at, row in enumerate(batch)
            ]
            written = await self._importer.writer.write(
                tx, self._actor, rows, self._mode, self._source
            )
            if self._dry_run:
                raise RolledBack(written)
            return written

        name = f"{self._importer.service.resource.tag}.import"
        try:
            return await database.write(name, self._actor.tenant, unit, long=True)
        except RolledBack as rolled_back:
            found: Any = rolled_back.result
            return list(found)

    def _note(self, batch: Sequence[Row], written: Sequence[Written[Any]]) -> None:
        self.count += len(batch)
        for row, each in zip(batch, written, strict=True):
            if each.error is None:
                assert each.done is not None, "a row is written or refused"
                self._done[each.done] += 1
                continue
            self.refused += 1
            why = reason(each.error, "en")
            self.faulty.add(row.cells, why)
            typer.echo(f"{row.place}: {_shown(why)}", err=True)

    def print_counts(self) -> None:
        would = "would be " if self._dry_run else ""
        typer.echo(f"{would}created: {self._done['created']}")
        if self._done["updated"]:
            typer.echo(f"{would}updated: {self._done['updated']}")
        if self._done["unchanged"]:
            typer.echo(f"unchanged: {self._done['unchanged']}")


def _shown(text: str) -> str:
    """Escapes control characters, which could manipulate the terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch
