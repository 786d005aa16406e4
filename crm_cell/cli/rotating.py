"""`crm-cell keys`: keys for encryption, made and rotated."""

import os
from typing import TYPE_CHECKING

import typer

from crm_cell.cli.caller import progress
from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.cli.database import with_database
from crm_cell.secrets.sources import KEY_BYTES, key_text
from crm_cell.storage.engine import Database

if TYPE_CHECKING:
    from crm_cell.secrets.rotation import Rotated


def new() -> None:
    typer.echo(key_text(os.urandom(KEY_BYTES)))


def rotate(*, master_only: bool) -> None:
    from crm_cell.secrets.rotation import Interfered, Rotation

    async def work(database: Database) -> "Rotated":
        from crm_cell.secrets.database import SealedDatabase

        if not isinstance(database, SealedDatabase):
            raise Complaint("CRM_ENCRYPTION_KEY: must be set, to the key to rotate to", MISUSED)
        with progress() as bar:
            task = bar.add_task("rows", total=None)
            rotation = Rotation(
                database,
                on_total=lambda total: bar.update(task, total=total),
                on_rows=lambda rows: bar.advance(task, rows),
            )
            return await rotation.run(master_only=master_only)

    try:
        _tell(with_database(work))
    except Interfered as error:
        raise Complaint("another rotation is under way: let it come to its end") from error


def _tell(rotated: "Rotated") -> None:
    typer.echo(f"keys of tenants under the new CRM_ENCRYPTION_KEY: {rotated.rewrapped}")
    typer.echo(f"tenants encrypted anew: {rotated.tenants}, {rotated.rows} rows")
    if rotated.finished:
        typer.echo("this finished what was begun or lay open; run it again to give all new keys")
