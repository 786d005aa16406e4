"""`crm-cell import`: what POST /customers/import does, straight on the database.

May run beside the service: it takes the file's write lock for one batch at a time, and leaves it
to the service in between.
"""

import asyncio
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import typer

from crm_cell.cli.caller import caller, progress
from crm_cell.cli.complaint import Complaint
from crm_cell.cli.database import with_database
from crm_cell.cli.reading.columns import wishes
from crm_cell.cli.reading.table import Line, Table
from crm_cell.customers.file_rows import import_file_rows
from crm_cell.customers.headings import EXPORTED_ONLY, IMPORTED
from crm_cell.customers.importing import Outcome, Refused
from crm_cell.http.answers import NotKept
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, DuplicateName, Fault
from crm_cell.kernel.masking import mask_phone
from crm_cell.storage.engine import Database, Tx

# As many as one request may bring.
_BATCH = 2000
# The service, waiting for the lock, tries every 10 ms.
_PAUSE_SECONDS = 0.05
# As many as a dry run shows.
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
) -> None:
    actor = caller(tenant, user)
    table = Table(path, wishes(maps, ignore_unknown=ignore_unknown), encoding)
    _say_how_it_is_read(path, table)
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
    if run.refused:
        raise Complaint(f"{run.refused} of {table.count} rows are not customers, see above")


def _say_how_it_is_read(path: Path, table: Table) -> None:
    """What was not certain, and what is left out."""
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
    """One way through a table, and what has come of it so far."""

    def __init__(self, actor: Actor, table: Table, *, dry_run: bool) -> None:
        self._actor = actor
        self._table = table
        self._dry_run = dry_run
        self._would_be_there: set[str] = set()
        self.created = 0
        self.unchanged = 0
        self.refused = 0

    async def all(self, database: Database) -> None:
        with progress() as bar:
            task = bar.add_task("customers", total=self._table.count)
            for batch in _batches(self._table.lines()):
                self._tell(batch, await self._import(database, batch))
                bar.advance(task, len(batch))
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _import(self, database: Database, batch: list[Line]) -> Outcome:
        async def unit(tx: Tx) -> Outcome:
            outcome = await self._settle(tx, batch)
            if self._dry_run:
                raise NotKept(outcome)
            return outcome

        try:
            return await database.write("customers.import", self._actor.tenant, unit, long=True)
        except NotKept as rolled_back:
            assert isinstance(rolled_back.result, Outcome)
            return self._without_repeats(rolled_back.result)

    async def _settle(self, tx: Tx, batch: list[Line]) -> Outcome:
        rows = [line.members for line in batch]
        return await import_file_rows(tx, self._actor, rows, self._table.columns.choices)

    def _without_repeats(self, outcome: Outcome) -> Outcome:
        """A dry run keeps no batch, so it must remember which names the next one would meet."""
        repeated = [row for row in outcome.created if row[1].name_key in self._would_be_there]
        created = [row for row in outcome.created if row not in repeated]
        self._would_be_there.update(customer.name_key for _, customer in created)
        refused = [Refused(index, customer.name, DuplicateName()) for index, customer in repeated]
        return Outcome(created, [*outcome.refused, *refused], outcome.unchanged)

    def _tell(self, batch: list[Line], outcome: Outcome) -> None:
        self.created += len(outcome.created)
        self.unchanged += len(outcome.unchanged)
        self.refused += len(outcome.refused)
        for row in sorted(outcome.refused, key=lambda row: row.index):
            line = batch[row.index]
            reason = _by_heading(row, line.headings).reason("en")
            typer.echo(f"{line.place}: {_shown(row.name or '')}: {_shown(reason)}", err=True)


def _by_heading(row: Refused, headings: dict[str, str]) -> Refused:
    """With the names that the file has for its columns."""
    if not isinstance(row.error, BadRequest):
        return row
    faults = [_labelled(fault, headings.get(fault.field)) for fault in row.error.faults]
    return msgspec.structs.replace(row, error=BadRequest(faults))


def _labelled(fault: Fault, heading: str | None) -> Fault:
    if heading is None or heading.casefold() == fault.field.casefold():
        return fault
    return msgspec.structs.replace(fault, label=(heading, heading))


def _shown(name: str) -> str:
    """A name may hold what moves a terminal's cursor, or worse."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in name)


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch
