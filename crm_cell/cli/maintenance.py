"""`crm-cell migrate`, `demo` and `contract`."""

from pathlib import Path

import typer

from crm_cell.cli.database import with_database
from crm_cell.cli.errors import CommandError
from crm_cell.settings import read_settings
from crm_cell.storage import migrate as migrations
from crm_cell.storage.engine import Database
from crm_cell.storage.open import place_of, sole_service
from crm_cell.storage.schema_version import SCHEMA_VERSION


def migrate() -> None:
    url = read_settings().database_url
    place = place_of(url)
    with sole_service(url, create=True):
        before = migrations.schema_version(url)
        migrations.migrate(url)
    if before == SCHEMA_VERSION:
        typer.echo(f"{place}: at schema {SCHEMA_VERSION} already")
    else:
        typer.echo(f"{place}: schema {before or 'none'} is now {SCHEMA_VERSION}")


def demo() -> None:
    from crm_cell.demo.filling import DemoSummary
    from crm_cell.demo.filling import fill as fill_demo
    from crm_cell.demo.looking import is_empty

    async def fill(database: Database) -> DemoSummary:
        if not await is_empty(database):
            raise CommandError(
                "the database has customers already: demo data goes into an empty one"
            )
        return await fill_demo(database)

    made = with_database(fill)
    typer.echo(
        f"tenant demo: {made.customers} customers, {made.contacts} contacts, "
        f"{made.opportunities} opportunities, {made.follow_ups} follow-ups,"
        f" {made.contracts} contracts, {made.payments} payments"
    )


def contract(file: Path, *, check: bool) -> None:
    from crm_cell.app import all_routes
    from crm_cell.http.openapi import as_yaml, document

    try:
        written = as_yaml(document(all_routes()))
    except ModuleNotFoundError as error:
        raise CommandError(
            f"{error.name} is not installed: it comes with `make install`"
        ) from error
    if not check:
        file.write_text(written, encoding="utf-8")
    elif file.read_text(encoding="utf-8") != written:
        raise CommandError(f"{file} is out of date: run crm-cell contract")
    typer.echo(f"{file}: {'up to date' if check else 'written'}")
