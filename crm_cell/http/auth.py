"""Authorization: tenant, user and scopes of a request. app.py chooses the Authenticator."""

from collections.abc import Mapping
from typing import Protocol

import msgspec
import structlog

from crm_cell.http.headers import is_tenant
from crm_cell.kernel.errors import (
    BadRequest,
    FieldError,
    Forbidden,
    MissingTenant,
    ScopeMissing,
    TenantMismatch,
    Unauthorized,
)
from crm_cell.kernel.messages import OTHER_USER
from crm_cell.kernel.scopes import ALL, TEAM, UNRESTRICTED

log = structlog.get_logger()


class Identity(msgspec.Struct, frozen=True):
    """The result of authentication. Without a user or tenant, the headers decide."""

    user: str | None = None
    tenant: str | None = None
    scopes: frozenset[str] = UNRESTRICTED
    is_api_key: bool = False


FROM_HEADERS = Identity()


class Authenticator(Protocol):
    async def identify(self, token: str) -> Identity:
        """Raises Unauthorized or CellNotAllowed for an invalid token, and Unavailable or
        RateLimited if it cannot be verified now."""
        ...

    async def stop(self) -> None:
        """Close connections to other services."""
        ...


class AnyToken:
    """Modes `dev` and `gateway`: accepts any token, because only local clients, or requests with
    the gateway's signature, reach the service."""

    async def identify(self, token: str) -> Identity:  # noqa: ARG002 - any token is valid
        return FROM_HEADERS

    async def stop(self) -> None:
        """There are no connections."""


def bearer_token(headers: Mapping[str, str]) -> str:
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    token = given.strip()
    if not token or scheme.lower() != "bearer":
        log.info("token_refused", why="no bearer token in Authorization")
        raise Unauthorized
    return token


def tenant_of(headers: Mapping[str, str], identity: Identity, default: str | None) -> str:
    given = headers.get("X-Tenant-Id")
    if given is not None and not is_tenant(given):
        raise BadRequest([FieldError("X-Tenant-Id", "malformed")])
    if given is not None and identity.tenant is not None and given != identity.tenant:
        raise TenantMismatch
    tenant = given or identity.tenant or default
    if tenant is None:
        raise MissingTenant
    return tenant


def require(identity: Identity, scope: str) -> None:
    """The only check of scopes. Each route declares the scope that it needs, if any."""
    if scope not in identity.scopes and scope:
        raise ScopeMissing(scope)


def scope_of(headers: Mapping[str, str], identity: Identity) -> tuple[str | None, str | None]:
    """The acting user, and the owner whose records are visible. X-User-Id never grants access."""
    given = headers.get("X-User-Id")
    if identity.user is None:
        return given, given
    if ALL in identity.scopes:
        return identity.user, given
    # Whom a leader may act for is known when the teams are: see `Admission`.
    if given is not None and given != identity.user and TEAM not in identity.scopes:
        raise Forbidden(OTHER_USER, details=OTHER_USER)
    return identity.user, identity.user
