"""The banner of `serve`: the addresses of the service and its data, a command to try it, and
the console."""

import structlog
import typer

from crm_cell import __version__
from crm_cell.settings import Settings
from crm_cell.storage.open import place_of

log = structlog.get_logger()


def banner(settings: Settings, *, has_demo: bool) -> str:
    """`has_demo`: whether the tenant `demo` has data."""
    address = base_address(settings)
    return "\n".join(
        [
            f"crm-cell {__version__} at {address}",
            f"  docs   {address}/docs  {address}/redoc",
            f"  data   {place_of(settings.database_url)}",
            f"  try    {_try(settings, address, has_demo=has_demo)}",
            *_console(settings, address, has_demo=has_demo),
        ]
    )


def base_address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def show(text: str) -> None:
    """Print the text. Errors are ignored, e.g. a closed pipe or a full disk behind a redirect."""
    try:
        typer.echo(text)
    except OSError as error:
        log.warning("banner_not_shown", error=str(error))


def _console(settings: Settings, address: str, *, has_demo: bool) -> list[str]:
    """The console, if it is built; where anybody may, the link enters the demo at once."""
    # Imported here: no other command serves pages.
    from crm_cell.http.pages import console

    if not console.is_built():
        return []
    opens_demo = settings.auth_mode == "dev" and not settings.signing_secret and has_demo
    return [f"  open   {address}/console/{'?demo' if opens_demo else ''}"]


def _try(settings: Settings, address: str, *, has_demo: bool) -> str:
    """A command to try. Without demo data, or if callers need credentials, it calls /health."""
    if settings.auth_mode != "dev" or settings.signing_secret or not has_demo:
        return f"curl {address}/health"
    return (
        f"curl -H 'Authorization: Bearer any' -H 'X-Tenant-Id: demo'"
        f" '{address}/customers?pageSize=3'"
    )
