"""From headers to an Actor. Who may come in is decided by an Authenticator that app.py chooses."""

from collections.abc import Mapping
from typing import Protocol

import msgspec
import structlog

from crm_cell.http.headers import is_tenant
from crm_cell.kernel.errors import (
    BadRequest,
    Fault,
    Forbidden,
    MissingTenant,
    ScopeMissing,
    TenantMismatch,
    Unauthorized,
)
from crm_cell.kernel.scopes import ALL, EVERY_SCOPE

log = structlog.get_logger()


class Identity(msgspec.Struct, frozen=True):
    """What a token says by itself. One that names nobody leaves that to the headers."""

    user: str | None = None
    tenant: str | None = None
    scopes: frozenset[str] = EVERY_SCOPE


NOBODY_IN_PARTICULAR = Identity()


class Authenticator(Protocol):
    async def identify(self, token: str) -> Identity:
        """Raises Unauthorized for a token that lets nobody in, Unavailable when that cannot be
        told now."""
        ...

    async def stop(self) -> None:
        """Close what was opened to ask others."""
        ...


class AnyToken:
    """Modes `dev` and `gateway`: whoever reaches the service has been let in already, by being on
    this machine or by the gateway's signature; the token says nothing."""

    async def identify(self, token: str) -> Identity:  # noqa: ARG002 - any will do
        return NOBODY_IN_PARTICULAR

    async def stop(self) -> None:
        """Nothing is open."""


def bearer_token(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        log.info("token_refused", why="no bearer token in Authorization")
        raise Unauthorized
    return token.strip()


def tenant_of(headers: Mapping[str, str], identity: Identity, default: str | None) -> str:
    named = headers.get("X-Tenant-Id")
    if named is not None and not is_tenant(named):
        raise BadRequest([Fault("X-Tenant-Id", "malformed")])
    if named is not None and identity.tenant is not None and named != identity.tenant:
        raise TenantMismatch
    tenant = named or identity.tenant or default
    if tenant is None:
        raise MissingTenant
    return tenant


def require(identity: Identity, scope: str) -> None:
    """The one place where a scope is checked: each route declares which it needs."""
    if scope not in identity.scopes:
        raise ScopeMissing(scope)


def scope_of(headers: Mapping[str, str], identity: Identity) -> tuple[str | None, str | None]:
    """Who acts, and to whose records they are narrowed. X-User-Id never widens anything."""
    named = headers.get("X-User-Id")
    if identity.user is None:
        return named, named
    if ALL in identity.scopes:
        return identity.user, named
    if named is not None and named != identity.user:
        raise Forbidden("other_user", details="other_user")
    return identity.user, identity.user
