"""`crm-cell --version`."""

from typing import Annotated

import typer


def _print_version(wanted: bool) -> None:
    if wanted:
        from crm_cell import __version__

        typer.echo(f"crm-cell {__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
    ),
]
