"""`crm-cell import`: imports customers like POST /customers/import, directly into the database.

May run beside the service: it holds the file's write lock for one batch at a time and releases it
in between.
"""

import asyncio
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import typer

from crm_cell.cli.caller import caller, progress
from crm_cell.cli.database import with_database
from crm_cell.cli.errors import CommandError
from crm_cell.cli.faulty_rows import FaultyRows
from crm_cell.cli.import_files.columns import column_options
from crm_cell.cli.import_files.table import Line, Table
from crm_cell.customers.file_rows import import_file_rows
from crm_cell.customers.headings import EXPORTED_ONLY, IMPORTED
from crm_cell.customers.importing import Outcome
from crm_cell.customers.refused import Refused
from crm_cell.customers.service import CustomerService
from crm_cell.http.responses import RolledBack
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, DuplicateName, FieldError
from crm_cell.kernel.masking import mask_phone
from crm_cell.registry import make_services
from crm_cell.storage.engine import Database, Tx

# The maximum of one request.
_BATCH = 2000
# The service retries every 10 ms while it waits for the lock.
_PAUSE_SECONDS = 0.05
# The rows that a dry run prints.
_FIRST_ROWS = 3


def import_file(
    path: Path,
    tenant: str,
    user: str | None,
    *,
    dry_run: bool,
    encoding: str | None,
    maps: list[str],
    ignore_unknown: bool,
    faulty: Path | None = None,
) -> None:
    actor = caller(tenant, user)
    table = Table(path, column_options(maps, ignore_unknown=ignore_unknown), encoding)
    _print_format(path, table)
    if dry_run:
        _show_first_rows(path, table)
    run = _Run(actor, table, dry_run=dry_run)
    with_database(run.all)
    typer.echo(f"{'would be created' if dry_run else 'created'}: {run.created}")
    not_imported = [member for member in EXPORTED_ONLY if member in table.columns.choices]
    if run.created and not_imported:
        typer.echo(f"{path}: not imported: {', '.join(not_imported)}", err=True)
    if run.unchanged:
        typer.echo(f"unchanged: {run.unchanged}")
    if faulty is not None and (many := run.faulty.write(faulty)):
        typer.echo(f"{faulty}: {many} rows", err=True)
    if run.refused:
        raise CommandError(f"{run.refused} of {table.count} rows are not customers, see above")


def _print_format(path: Path, table: Table) -> None:
    """Print guesses about the format, and ignored columns."""
    if not table.source.certain:
        typer.echo(f"{path}: read as {table.source.described}", err=True)
    if table.columns.program:
        typer.echo(f"{path}: an export of {table.columns.program}", err=True)
    if table.columns.left_out:
        left_out = _shown(", ".join(table.columns.left_out))
        typer.echo(f"{path}: columns left out: {left_out}", err=True)


def _show_first_rows(path: Path, table: Table) -> None:
    typer.echo(f"{path}: {table.described}")
    for line in islice(table.lines(), _FIRST_ROWS):
        shown = (
            f"{member} {_preview(member, line.members[member])}"
            for member in IMPORTED
            if member in line.members
        )
        typer.echo(f"{line.place}: {', '.join(shown)}")


def _preview(member: str, value: Any) -> str:
    text = str(value).strip()
    return _shown((mask_phone(text) or "") if member == "contactPhone" else text)


class _Run:
    """The import of a table, and its counts so far."""

    def __init__(self, actor: Actor, table: Table, *, dry_run: bool) -> None:
        self._actor = actor
        self._table = table
        self._dry_run = dry_run
        self._service = make_services().get(CustomerService)
        self._names_so_far: set[str] = set()
        self.faulty = FaultyRows(table.columns.headings)
        self.created = 0
        self.unchanged = 0
        self.refused = 0

    async def all(self, database: Database) -> None:
        with progress() as bar:
            task = bar.add_task("customers", total=self._table.count)
            for batch in _batches(self._table.lines()):
                self._print_refused(batch, await self._import(database, batch))
                bar.advance(task, len(batch))
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _import(self, database: Database, batch: list[Line]) -> Outcome:
        async def unit(tx: Tx) -> Outcome:
            outcome = await self._import_batch(tx, batch)
            if self._dry_run:
                raise RolledBack(outcome)
            return outcome

        try:
            return await database.write("customers.import", self._actor.tenant, unit, long=True)
        except RolledBack as rolled_back:
            assert isinstance(rolled_back.result, Outcome)
            return self._without_repeats(rolled_back.result)

    async def _import_batch(self, tx: Tx, batch: list[Line]) -> Outcome:
        rows = [line.members for line in batch]
        return await import_file_rows(
            tx, self._actor, self._service, rows, self._table.columns.choices
        )

    def _without_repeats(self, outcome: Outcome) -> Outcome:
        """A dry run stores no batch, so it has to remember names for the next one."""
        repeated = [row for row in outcome.created if row[1].name_key in self._names_so_far]
        created = [row for row in outcome.created if row not in repeated]
        self._names_so_far.update(customer.name_key for _, customer in created)
        refused = [Refused(index, customer.name, DuplicateName()) for index, customer in repeated]
        return Outcome(created, [*outcome.refused, *refused], outcome.unchanged)

    def _print_refused(self, batch: list[Line], outcome: Outcome) -> None:
        self.created += len(outcome.created)
        self.unchanged += len(outcome.unchanged)
        self.refused += len(outcome.refused)
        for row in sorted(outcome.refused, key=lambda row: row.index):
            line = batch[row.index]
            reason = _by_heading(row, line.headings).reason("en")
            self.faulty.add(line.cells, reason)
            typer.echo(f"{line.place}: {_shown(row.name or '')}: {_shown(reason)}", err=True)


def _by_heading(row: Refused, headings: dict[str, str]) -> Refused:
    """The faults with the headings of the file."""
    if not isinstance(row.error, BadRequest):
        return row
    faults = [_labelled(fault, headings.get(fault.field)) for fault in row.error.field_errors]
    return msgspec.structs.replace(row, error=BadRequest(faults))


def _labelled(fault: FieldError, heading: str | None) -> FieldError:
    if heading is None or heading.casefold() == fault.field.casefold():
        return fault
    return msgspec.structs.replace(fault, label=(heading, heading))


def _shown(name: str) -> str:
    """Escapes control characters, which could manipulate the terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in name)


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch
