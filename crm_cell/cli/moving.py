"""`crm-cell move`: all that a database holds goes into another one."""

from collections.abc import Iterable

import typer
from rich.progress import Progress

from crm_cell.cli.caller import progress
from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.storage import moving
from crm_cell.storage.migrate import migrate, schema_version
from crm_cell.storage.moving import Moved
from crm_cell.storage.moving_tables import MoveRefused
from crm_cell.storage.open import UnsupportedDatabase, check_url, place_of, sole_service
from crm_cell.storage.schema import SCHEMA_VERSION


def move(source: str, target: str) -> None:
    _check_urls(source, target)
    _check_source(source)
    with sole_service(source), sole_service(target):
        _prepare(target)
        try:
            with progress() as bars:
                moved = moving.move(source, target, _Bars(bars))
        except MoveRefused as error:
            raise Complaint(f"{place_of(target)}: {error}") from error
    _report(moved)
    typer.echo(f"all of {place_of(source)} is now in {place_of(target)}")


class _Bars:
    """One for the copying and one for the comparing, with the table where it is."""

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
            raise Complaint(f"{option} {error}", MISUSED) from error
    if place_of(source) == place_of(target):
        raise Complaint("--from and --to are the same database", MISUSED)


def _check_source(source: str) -> None:
    version = schema_version(source)
    if version is None:
        raise Complaint(f"{place_of(source)}: there is no database")
    if version != SCHEMA_VERSION:
        raise Complaint(
            f"{place_of(source)}: its schema is {version}, this release's {SCHEMA_VERSION}:"
            " crm-cell migrate brings it there"
        )


def _prepare(target: str) -> None:
    """What has tables of another release is somebody's, so it is left as it is."""
    version = schema_version(target)
    if version not in (None, SCHEMA_VERSION):
        raise Complaint(
            f"{place_of(target)}: its schema is {version}, this release's {SCHEMA_VERSION}:"
            " the target must be new"
        )
    migrate(target)


def _report(moved: Iterable[Moved]) -> None:
    for table in moved:
        typer.echo(
            f"{table.table}: {table.sums['rows']} rows, the same on both sides, {table.digest}"
        )
