"""`crm-cell keys`: creates encryption keys and rotates them."""

import os
from functools import partial
from typing import TYPE_CHECKING

import typer

from crm_cell.cli.caller import progress
from crm_cell.cli.database import with_database
from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.encryption.key_source import KEY_BYTES, key_text
from crm_cell.registry import make_services
from crm_cell.resources.reindexing import rewrite_rows
from crm_cell.settings import read_settings
from crm_cell.storage.engine import Database

if TYPE_CHECKING:
    from crm_cell.encryption.rotation import RotationResult


def new() -> None:
    typer.echo(key_text(os.urandom(KEY_BYTES)))


def rotate(*, master_only: bool) -> None:
    from crm_cell.encryption.rotation import ConcurrentRotation, Rotation

    async def work(database: Database) -> "RotationResult":
        from crm_cell.encryption.database import EncryptedDatabase

        if not isinstance(database, EncryptedDatabase):
            raise CommandError("CRM_ENCRYPTION_KEY: must be set, to the key to rotate to", MISUSED)
        services = make_services(search_texts=read_settings().search_texts)
        with progress() as bar:
            task = bar.add_task("rows", total=None)
            rotation = Rotation(
                database,
                on_total=lambda total: bar.update(task, total=total),
                on_rows=lambda rows: bar.advance(task, rows),
                rewritten=partial(rewrite_rows, services),
            )
            return await rotation.run(master_only=master_only)

    try:
        _report(with_database(work))
    except ConcurrentRotation as error:
        raise CommandError("another rotation is running: let it finish") from error


def _report(rotated: "RotationResult") -> None:
    typer.echo(f"keys of tenants under the new CRM_ENCRYPTION_KEY: {rotated.rewrapped}")
    typer.echo(f"tenants encrypted with new keys: {rotated.tenants}, {rotated.rows} rows")
    if rotated.finished:
        typer.echo(
            "this finished an earlier rotation, or encrypted plaintext;"
            " run it again to rotate the keys of all tenants"
        )
