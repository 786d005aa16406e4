"""`crm-cell import`: what POST /customers/import does, straight on the database.

May run beside the service: it takes the file's write lock for one batch at a time, and leaves it
to the service in between.
"""

import asyncio
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import typer

from crm_cell.cli.caller import caller, progress
from crm_cell.cli.complaint import Complaint
from crm_cell.cli.database import with_database
from crm_cell.cli.table import Line, Table
from crm_cell.customers.importing import Outcome, Refused, import_rows
from crm_cell.http.answers import NotKept
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import DuplicateName
from crm_cell.storage.engine import Database, Tx

# As many as one request may bring.
_BATCH = 2000
# The service, waiting for the lock, tries every 10 ms.
_PAUSE_SECONDS = 0.05


def import_file(path: Path, tenant: str, user: str | None, *, dry_run: bool) -> None:
    actor = caller(tenant, user)
    table = Table(path)
    run = _Run(actor, table, dry_run=dry_run)
    with_database(run.all)
    typer.echo(f"{'would be created' if dry_run else 'created'}: {run.created}")
    if run.refused:
        raise Complaint(f"{run.refused} of {table.count} rows are not customers, see above")


class _Run:
    """One way through a table, and what has come of it so far."""

    def __init__(self, actor: Actor, table: Table, *, dry_run: bool) -> None:
        self._actor = actor
        self._table = table
        self._dry_run = dry_run
        self._would_be_there: set[str] = set()
        self.created = 0
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
            outcome = await import_rows(tx, self._actor, [line.members for line in batch])
            if self._dry_run:
                raise NotKept(outcome)
            return outcome

        try:
            return await database.write("customers.import", self._actor.tenant, unit, long=True)
        except NotKept as rolled_back:
            assert isinstance(rolled_back.result, Outcome)
            return self._without_repeats(rolled_back.result)

    def _without_repeats(self, outcome: Outcome) -> Outcome:
        """A dry run keeps no batch, so it must remember which names the next one would meet."""
        repeated = [row for row in outcome.created if row[1].name_key in self._would_be_there]
        created = [row for row in outcome.created if row not in repeated]
        self._would_be_there.update(customer.name_key for _, customer in created)
        refused = [Refused(index, customer.name, DuplicateName()) for index, customer in repeated]
        return Outcome(created, [*outcome.refused, *refused])

    def _tell(self, batch: list[Line], outcome: Outcome) -> None:
        self.created += len(outcome.created)
        self.refused += len(outcome.refused)
        for row in sorted(outcome.refused, key=lambda row: row.index):
            where = f"line {batch[row.index].number}"
            typer.echo(f"{where}: {_shown(row.name or '')}: {row.reason('en')}", err=True)


def _shown(name: str) -> str:
    """A name may hold what moves a terminal's cursor, or worse."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in name)


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch
