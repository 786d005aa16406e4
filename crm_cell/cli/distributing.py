"""`crm-cell distribute`: the tables of a PostgreSQL database, spread over Citus's workers."""

import typer

from crm_cell.cli.complaint import Complaint
from crm_cell.cli.database import ready_settings
from crm_cell.storage import distribution
from crm_cell.storage.open import is_postgres, place_of


def distribute(*, apply: bool) -> None:
    url = ready_settings().database_url
    if not is_postgres(url):
        raise Complaint(f"{place_of(url)}: a file: Citus distributes what is in PostgreSQL")
    statements = distribution.distribute(url) if apply else distribution.statements(url)
    for statement in statements:
        typer.echo(f"{statement};")
    if not statements:
        typer.echo("-- every table is distributed, and every worker has what it needs")
