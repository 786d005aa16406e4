"""The commands `import` and `export` of the menu."""

from pathlib import Path
from typing import Annotated

import typer

from crm_cell.cli.complaint import told
from crm_cell.cli.options import Tenant, User


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file, .xlsx, .json or .ndjson.")],
    tenant: Tenant,
    user: User = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show the first rows, report what would happen, and keep nothing."
        ),
    ] = False,
    encoding: Annotated[
        str | None,
        typer.Option(help="The file's encoding, where it cannot be told.", metavar="NAME"),
    ] = None,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="Which member a column is: name, contactPhone, contactEmail, or - to leave it"
            " out. May be repeated.",
            metavar="HEADING=MEMBER",
        ),
    ] = None,
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown", help="Leave out columns that are not known.")
    ] = False,
) -> None:
    """Create a customer of each row of a file; may run beside the service.

    Headings are known in Chinese and English, and as Google Contacts, Outlook and WeCom write
    them. Rows of the service's own exports that are there already stay unchanged. Good rows go
    in, bad ones are listed with their line, and the exit code is 1 when there were any.
    """
    with told():
        from crm_cell.cli.import_file import import_file

        import_file(
            file,
            tenant,
            user,
            dry_run=dry_run,
            encoding=encoding,
            maps=maps or [],
            ignore_unknown=ignore_unknown,
        )


def export(
    file: Annotated[Path, typer.Argument(help="Where to: a name in .csv, .xlsx or .ndjson.")],
    tenant: Tenant,
    user: User = None,
) -> None:
    """Write all customers to a file, phone numbers masked; may run beside the service."""
    with told():
        from crm_cell.cli.export_file import export_file

        export_file(file, tenant, user)
