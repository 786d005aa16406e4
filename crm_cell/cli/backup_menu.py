"""The commands `backup` and `restore` of the menu."""

from pathlib import Path
from typing import Annotated

import typer

from crm_cell.cli.complaint import told


def backup(
    file: Annotated[Path, typer.Argument(help="Where to: a name that is not taken.")],
) -> None:
    """Copy the SQLite database to a file, with its checksum beside it; may run beside the service.

    The copy holds every write that was acknowledged before the command began. PostgreSQL is
    backed up with its own programs.
    """
    with told():
        from crm_cell.cli import backing_up

        backing_up.backup(file)


def restore(
    file: Annotated[Path, typer.Argument(help="What `crm-cell backup` wrote.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Only verify; may run beside the service.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move the database that is there aside.")
    ] = False,
) -> None:
    """Verify a backup, and put it where CRM_DATABASE_URL says. Stop the service first.

    What is verified, on a copy: the checksum, the file's integrity, its schema, the counters and
    the audit trail. A backup of an older release is brought to this release's schema.
    """
    with told():
        from crm_cell.cli import backing_up

        backing_up.restore(file, verify=verify, replace=replace)
