"""On whose behalf a command acts, and how it shows that it is getting on."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.http.fields import is_owner
from crm_cell.http.headers import is_tenant
from crm_cell.kernel.actor import Actor


def caller(tenant: str, user: str | None) -> Actor:
    """What the headers X-Tenant-Id and X-User-Id would make of them."""
    if not is_tenant(tenant):
        raise Complaint(f"--tenant {tenant}: not a tenant's id", MISUSED)
    if user is not None and not is_owner(user):
        raise Complaint(f"--user {user}: not a user's id", MISUSED)
    return Actor(tenant, user=user, owner=user)


def progress() -> Progress:
    """A bar on standard error, and nothing where that is not a terminal."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    )
