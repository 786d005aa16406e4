"""The commands `backup` and `restore` of the menu."""

from pathlib import Path
from typing import Annotated

import typer

from crm_cell.cli.errors import report_errors


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write. It must not exist.")],
) -> None:
    """Copy the SQLite database to a file, with its checksum beside it; may run beside the service.

    The backup contains every write that was acknowledged before the command began. Back up
    PostgreSQL with its own tools.
    """
    with report_errors():
        from crm_cell.cli import backup as backup_command

        backup_command.backup(file)


def restore(
    file: Annotated[Path, typer.Argument(help="A file from `crm-cell backup`.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Only verify; may run beside the service.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move an existing database aside.")
    ] = False,
) -> None:
    """Verify a backup and restore it to CRM_DATABASE_URL. Stop the service first.

    On a copy, the command verifies the checksum, the file's integrity, its schema, the counters and
    the audit log. A backup of an older release is migrated to this release's schema.
    """
    with report_errors():
        from crm_cell.cli import backup as backup_command

        backup_command.restore(file, verify=verify, replace=replace)
