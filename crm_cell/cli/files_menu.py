"""The commands `import` and `export` of the menu."""

from pathlib import Path
from typing import Annotated, Any

import typer

from crm_cell.cli.errors import MISUSED, CommandError, report_errors
from crm_cell.cli.options import Tenant, User


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file, .xlsx, .json or .ndjson.")],
    tenant: Tenant,
    user: User = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show the first rows, report the result, and write nothing."
        ),
    ] = False,
    encoding: Annotated[
        str | None,
        typer.Option(help="The file's encoding, if it cannot be detected.", metavar="NAME"),
    ] = None,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="The member of a column: name, contactPhone …, or - to ignore it."
            " May be repeated.",
            metavar="HEADING=MEMBER",
        ),
    ] = None,
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown", help="Ignore unknown columns.")
    ] = False,
    resource: Annotated[
        str, typer.Option(help="What the rows are: customers, contacts, tasks …", metavar="NAME")
    ] = "customers",
    upsert: Annotated[
        bool, typer.Option("--upsert", help="Also change the records whose id a row has.")
    ] = False,
    faulty: Annotated[
        Path | None,
        typer.Option(help="Write the invalid rows to this CSV file, with reasons.", metavar="FILE"),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="The system whose ids rows may refer to records by.", metavar="NAME"),
    ] = None,
) -> None:
    """Create a customer, or another record, from each row of a file; may run beside the service.

    Headings may be in Chinese or English, or in the formats of Google Contacts, Outlook and WeCom.
    Existing rows of the service's own exports stay unchanged. Valid rows are imported; invalid ones
    are listed with their line, and the exit code is then 1.
    """
    with report_errors():
        if resource != "customers" or upsert:
            _import_resource(
                file,
                tenant,
                user,
                resource,
                dry_run=dry_run,
                encoding=encoding,
                upsert=upsert,
                faulty=faulty,
                maps=maps or [],
                source=source,
            )
            return
        if source is not None:
            raise CommandError("--source: customers refer to no record", MISUSED)
        from crm_cell.cli.import_file import import_file

        import_file(
            file,
            tenant,
            user,
            dry_run=dry_run,
            encoding=encoding,
            maps=maps or [],
            ignore_unknown=ignore_unknown,
            faulty=faulty,
        )


def _import_resource(
    file: Path, tenant: str, user: str | None, resource: str, **options: Any
) -> None:
    from crm_cell.cli.import_resource import import_resource

    import_resource(file, tenant, user, resource, **options)


def export(
    file: Annotated[Path, typer.Argument(help="The file to write: .csv, .xlsx or .ndjson.")],
    tenant: Tenant,
    user: User = None,
    resource: Annotated[
        str, typer.Option(help="What to export: customers, contacts, tasks …", metavar="NAME")
    ] = "customers",
    columns: Annotated[
        str, typer.Option(help="Headings: names of members, or labels-zh, labels-en.")
    ] = "names",
) -> None:
    """Write all customers, or other records, to a file, phone numbers masked; may run beside the
    service."""
    with report_errors():
        from crm_cell.cli.export_file import export_file

        export_file(file, tenant, user, resource, columns)
