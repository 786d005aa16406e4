"""What `serve` says first: where the service is, where its data lies, and how to try it."""

from crm_cell import __version__
from crm_cell.settings import Settings
from crm_cell.storage.open import place_of


def banner(settings: Settings) -> str:
    address = base_address(settings)
    return "\n".join(
        [
            f"crm-cell {__version__} at {address}",
            f"  docs   {address}/docs  {address}/redoc",
            f"  data   {place_of(settings.database_url)}",
            f"  try    {_try(settings, address)}",
        ]
    )


def base_address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _try(settings: Settings, address: str) -> str:
    """A command to paste; where callers need a signature, the one path that needs nothing."""
    if settings.auth_mode != "dev" or settings.signing_secret:
        return f"curl {address}/health"
    return (
        f"curl -H 'Authorization: Bearer any' -H 'X-Tenant-Id: demo'"
        f" '{address}/customers?pageSize=3'"
    )
