"""What `serve` says first: where the service is, where its data lies, and how to try it."""

import structlog
import typer

from crm_cell import __version__
from crm_cell.settings import Settings
from crm_cell.storage.open import place_of

log = structlog.get_logger()


def banner(settings: Settings, *, has_demo: bool) -> str:
    """`has_demo`: whether the tenant `demo` has data to look at."""
    address = base_address(settings)
    return "\n".join(
        [
            f"crm-cell {__version__} at {address}",
            f"  docs   {address}/docs  {address}/redoc",
            f"  data   {place_of(settings.database_url)}",
            f"  try    {_try(settings, address, has_demo=has_demo)}",
        ]
    )


def base_address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def show(text: str) -> None:
    """Print it. Nobody may be there to read it: a closed pipe, or a full disk behind a redirect."""
    try:
        typer.echo(text)
    except OSError as error:
        log.warning("banner_not_shown", error=str(error))


def _try(settings: Settings, address: str, *, has_demo: bool) -> str:
    """A command to paste; without demo data, or where callers need a signature, the one path that
    needs nothing."""
    if settings.auth_mode != "dev" or settings.signing_secret or not has_demo:
        return f"curl {address}/health"
    return (
        f"curl -H 'Authorization: Bearer any' -H 'X-Tenant-Id: demo'"
        f" '{address}/customers?pageSize=3'"
    )
