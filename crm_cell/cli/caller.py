"""The user for whom a command acts, and the progress bar."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.fields.checks import is_owner
from crm_cell.http.headers import is_tenant
from crm_cell.kernel.actor import Actor


def caller(tenant: str, user: str | None) -> Actor:
    """The actor, as from the headers X-Tenant-Id and X-User-Id."""
    if not is_tenant(tenant):
        raise CommandError(f"--tenant {tenant}: not a tenant's id", MISUSED)
    if user is not None and not is_owner(user):
        raise CommandError(f"--user {user}: not a user's id", MISUSED)
    return Actor(tenant, user=user, owner=user)


def progress() -> Progress:
    """A progress bar on standard error, if that is a terminal."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    )
