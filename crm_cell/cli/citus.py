"""`crm-cell distribute`: distributes the tables of a PostgreSQL database over Citus workers."""

import typer

from crm_cell.cli.caller import progress
from crm_cell.cli.database import ready_settings
from crm_cell.cli.errors import CommandError
from crm_cell.storage.citus import distribution, rebalancing
from crm_cell.storage.open import is_postgres, place_of


def distribute(*, apply: bool) -> None:
    url = _url()
    statements = distribution.distribute(url) if apply else distribution.statements(url)
    for statement in statements:
        typer.echo(f"{statement};")
    if not statements:
        typer.echo("-- every table is distributed, and every worker has what it needs")


def rebalance() -> None:
    with progress() as bar:
        task = bar.add_task("moves", total=None)
        moves = rebalancing.rebalance(
            _url(), lambda done, total: bar.update(task, completed=done, total=total)
        )
    typer.echo(f"shard moves: {moves}" if moves else "every worker has its share already")


def _url() -> str:
    url = ready_settings().database_url
    if not is_postgres(url):
        raise CommandError(f"{place_of(url)}: a file: Citus distributes what is in PostgreSQL")
    return url
