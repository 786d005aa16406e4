"""Mode `dev`: any token will do, and one that is a JSON object of claims is taken at its word."""

from typing import Any

import msgspec
import structlog

from crm_cell.http.auth import FROM_HEADERS, Identity
from crm_cell.identity.claims import ClaimMapping
from crm_cell.kernel.errors import Unauthorized

log = structlog.get_logger()


class DevTokens:
    """An Authenticator. Claims only restrict what any other token may, so none is verified."""

    def __init__(self, claim_mapping: ClaimMapping) -> None:
        # As with other tokens, X-Tenant-Id names the tenant where the claims do not.
        self._claim_mapping = msgspec.structs.replace(claim_mapping, tenant_from_header=True)

    async def identify(self, token: str) -> Identity:
        claims = _claims_in(token)
        if claims is None:
            return FROM_HEADERS
        try:
            return self._claim_mapping.identity(claims)
        except Unauthorized as refusal:
            log.info("token_refused", why=refusal.why)
            raise

    async def stop(self) -> None:
        """There are no connections."""


def _claims_in(token: str) -> dict[str, Any] | None:
    """None for a token that only begins as claims do: it is a token like any other."""
    if not token.startswith("{"):
        return None
    try:
        return msgspec.json.decode(token, type=dict[str, Any])
    except msgspec.DecodeError:
        return None
