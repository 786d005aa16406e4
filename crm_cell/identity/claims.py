"""Converts the claims of a token, or the platform's description of a user, to an Identity."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import structlog

from crm_cell.fields.checks import is_owner
from crm_cell.http.auth import Identity
from crm_cell.http.headers import is_tenant
from crm_cell.kernel.errors import CellNotAllowed, Unauthorized
from crm_cell.kernel.messages import TOKEN_WITHOUT_TENANT
from crm_cell.kernel.scopes import EVERY_SCOPE

log = structlog.get_logger()

CELL = "crm"
"""Name of this cell on the platform."""
# Truncates untrusted text in the log.
_MAX_LOGGED = 64

Roles = Mapping[str, frozenset[str]]

ANY_ROLE = "*"
"""A role in CRM_ROLES that every authenticated user has."""


class ClaimNames(msgspec.Struct, frozen=True):
    """Names of claims; the first one present counts. `a.b` is the member b of a."""

    user: tuple[str, ...]
    tenant: tuple[str, ...]
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    cells: tuple[str, ...] = ()


class ClaimMapping(msgspec.Struct, frozen=True):
    """`default_tenant` applies to claims without a tenant. Without it, such tokens are valid only
    with `tenant_from_header`, where an upstream service has checked X-Tenant-Id."""

    names: ClaimNames
    roles: Roles
    default_tenant: str | None = None
    tenant_from_header: bool = False

    def identity(self, claims: Mapping[str, Any]) -> Identity:
        """Raises Unauthorized for claims without a user or a tenant, and CellNotAllowed."""
        claimed = _found(claims, self.names.user)
        user = _text(claimed)
        if not is_owner(user):
            raise Unauthorized(why=_wrong(claimed, "user", self.names.user))
        self._check_cells(claims)
        return Identity(user, self._tenant(claims), self._scopes(claims))

    def _check_cells(self, claims: Mapping[str, Any]) -> None:
        """Claims without a list of cells allow all; an empty list allows none."""
        for name in self.names.cells:
            if name in claims and CELL not in _words(claims[name]):
                raise CellNotAllowed(why=f"{name} does not name {CELL}")

    def _tenant(self, claims: Mapping[str, Any]) -> str | None:
        claimed = _found(claims, self.names.tenant)
        if claimed is None:
            if self.default_tenant is None and not self.tenant_from_header:
                raise Unauthorized(
                    TOKEN_WITHOUT_TENANT, why=_wrong(None, "tenant", self.names.tenant)
                )
            return None if self.tenant_from_header else self.default_tenant
        tenant = _text(claimed)
        if not is_tenant(tenant):
            why = _wrong(claimed, "tenant", self.names.tenant)
            raise Unauthorized(TOKEN_WITHOUT_TENANT, why=why)
        return tenant

    def _scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """The union of scopes granted directly and by roles. Ignores scopes of other services."""
        granted = EVERY_SCOPE & set(_words(_found(claims, self.names.scopes)))
        roles = list(_words(_found(claims, self.names.roles)))
        for role in (ANY_ROLE, *roles):
            granted |= self.roles.get(role, frozenset())
        if not granted:
            log.warning("token_grants_nothing", why=self._why_no_scopes(roles))
        return frozenset(granted)

    def _why_no_scopes(self, roles: list[str]) -> str:
        if not roles:
            return f"no role in {', '.join(self.names.roles)}, no scope of this service"
        return f"unknown role {', '.join(roles)[:_MAX_LOGGED]}; CRM_ROLES defines the known ones"


def _wrong(value: Any, what: str, names: tuple[str, ...]) -> str:
    """For the log. Leaves out the value, which is untrusted."""
    fault = f"no {what} in" if value is None else f"malformed {what} in"
    return f"{fault} {', '.join(names)}"


def read_roles(text: str) -> Roles:
    """Raises ValueError for invalid JSON and for unknown scopes."""
    try:
        roles = msgspec.json.decode(text, type=dict[str, list[str]])
    except msgspec.DecodeError:
        raise ValueError('must be JSON like {"sales": ["crm:read", "crm:write"]}') from None
    for role, scopes in roles.items():
        if unknown := set(scopes) - EVERY_SCOPE:
            raise ValueError(f"{role} is granted {min(unknown)}, which is no scope")
    return {role: frozenset(scopes) for role, scopes in roles.items()}


def _found(claims: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The first claim that is not null. A name with dots may also be literal: https://crm/tenant."""
    for name in names:
        value = claims.get(name)
        if value is None:
            value = _inside(claims, name.split("."))
        if value is not None:
            return value
    return None


def _inside(claims: Any, path: list[str]) -> Any:
    for part in path:
        claims = claims.get(part) if isinstance(claims, Mapping) else None
    return claims


def _text(value: Any) -> str:
    """Accepts integers too, because some platforms use numbers as ids."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _words(value: Any) -> Iterator[str]:
    """The names in a list, or in a text separated by spaces."""
    if isinstance(value, str):
        yield from value.split()
    elif isinstance(value, list):
        yield from (word for word in value if isinstance(word, str))
