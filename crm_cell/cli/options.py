"""Options of several commands."""

from typing import Annotated

import typer

Tenant = Annotated[str, typer.Option(help="The tenant, as in X-Tenant-Id.", metavar="ID")]
User = Annotated[
    str | None,
    typer.Option(help="Act as this user, who sees and owns only their own.", metavar="ID"),
]
