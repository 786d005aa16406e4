"""`crm-cell move`: transfers all data from one database into another."""

from collections.abc import Iterable

import typer
from rich.progress import Progress

from crm_cell.cli.caller import progress
from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.storage.migrate import migrate, schema_version
from crm_cell.storage.open import UnsupportedDatabase, check_url, place_of, sole_service
from crm_cell.storage.schema_version import SCHEMA_VERSION
from crm_cell.storage.transfer import transfer
from crm_cell.storage.transfer.tables import TransferRefused
from crm_cell.storage.transfer.transfer import TransferResult


def move(source: str, target: str) -> None:
    _check_urls(source, target)
    _check_source(source)
    with sole_service(source), sole_service(target):
        _prepare(target)
        try:
            with progress() as bars:
                moved = transfer.transfer(source, target, _Bars(bars))
        except TransferRefused as error:
            raise CommandError(f"{place_of(target)}: {error}") from error
    _report(moved)
    typer.echo(
        f"all of {place_of(source)} is now in {place_of(target)};"
        " the service rebuilds the search index when it starts"
    )


class _Bars:
    """A progress bar for copying and one for comparing, with the current table."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars

    def begins(self, what: str, rows: int, done: int) -> None:
        self._what = what
        self._task = self._bars.add_task(what, total=rows, completed=done)

    def advances(self, table: str, rows: int) -> None:
        self._bars.update(self._task, description=f"{self._what} {table}", advance=rows)


def _check_urls(source: str, target: str) -> None:
    for option, url in (("--from", source), ("--to", target)):
        try:
            check_url(url)
        except UnsupportedDatabase as error:
            raise CommandError(f"{option} {error}", MISUSED) from error
    if place_of(source) == place_of(target):
        raise CommandError("--from and --to are the same database", MISUSED)


def _check_source(source: str) -> None:
    version = schema_version(source)
    if version is None:
        raise CommandError(f"{place_of(source)}: there is no database")
    if version != SCHEMA_VERSION:
        raise CommandError(
            f"{place_of(source)}: its schema is {version}, this release's {SCHEMA_VERSION}:"
            " run crm-cell migrate"
        )


def _prepare(target: str) -> None:
    """Raises CommandError for a target with the schema of another release, which may be in use."""
    version = schema_version(target)
    if version not in (None, SCHEMA_VERSION):
        raise CommandError(
            f"{place_of(target)}: its schema is {version}, this release's {SCHEMA_VERSION}:"
            " the target must be new"
        )
    migrate(target)


def _report(moved: Iterable[TransferResult]) -> None:
    for table in moved:
        typer.echo(
            f"{table.table}: {table.sums['rows']} rows, the same on both sides, {table.digest}"
        )
