"""From what a token or the platform says about somebody to an Identity."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import structlog

from crm_cell.http.auth import Identity
from crm_cell.http.fields import is_owner
from crm_cell.http.headers import is_tenant
from crm_cell.kernel.errors import CellNotAllowed, Unauthorized
from crm_cell.kernel.scopes import EVERY_SCOPE

log = structlog.get_logger()

CELL = "crm"
"""How the platform calls this cell."""
# What others have made up is logged, but not all of it.
_MOST_LOGGED = 64

Roles = Mapping[str, frozenset[str]]

EVERYBODY = "*"
"""A role that everybody has who is let in."""


class Places(msgspec.Struct, frozen=True):
    """Where to look for what: names, the first that is there counts. `a.b` is b inside of a."""

    user: tuple[str, ...]
    tenant: tuple[str, ...]
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    cells: tuple[str, ...] = ()


class Grants(msgspec.Struct, frozen=True):
    """`default_tenant` is for those whose claims name none; without it they are let in only where
    `tenant_from_header` says that somebody else has checked X-Tenant-Id."""

    places: Places
    roles: Roles
    default_tenant: str | None = None
    tenant_from_header: bool = False

    def identity(self, claims: Mapping[str, Any]) -> Identity:
        """Raises Unauthorized for claims that name nobody, or no tenant, and CellNotAllowed."""
        claimed = _found(claims, self.places.user)
        user = _text(claimed)
        if not is_owner(user):
            raise Unauthorized(why=_wrong(claimed, "user", self.places.user))
        self._check_cells(claims)
        return Identity(user, self._tenant(claims), self._scopes(claims))

    def _check_cells(self, claims: Mapping[str, Any]) -> None:
        """Who says nothing of cells has none to tell apart; an empty list allows none."""
        for name in self.places.cells:
            if name in claims and CELL not in _words(claims[name]):
                raise CellNotAllowed(why=f"{name} does not name {CELL}")

    def _tenant(self, claims: Mapping[str, Any]) -> str | None:
        claimed = _found(claims, self.places.tenant)
        if claimed is None:
            if self.default_tenant is None and not self.tenant_from_header:
                raise Unauthorized(
                    "token_without_tenant", why=_wrong(None, "tenant", self.places.tenant)
                )
            return None if self.tenant_from_header else self.default_tenant
        tenant = _text(claimed)
        if not is_tenant(tenant):
            why = _wrong(claimed, "tenant", self.places.tenant)
            raise Unauthorized("token_without_tenant", why=why)
        return tenant

    def _scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """What is granted by name and what the roles grant, added up. The rest is for others."""
        granted = EVERY_SCOPE & set(_words(_found(claims, self.places.scopes)))
        roles = list(_words(_found(claims, self.places.roles)))
        for role in (EVERYBODY, *roles):
            granted |= self.roles.get(role, frozenset())
        if not granted:
            log.warning("token_grants_nothing", why=self._of_no_use(roles))
        return frozenset(granted)

    def _of_no_use(self, roles: list[str]) -> str:
        if not roles:
            return f"no role in {', '.join(self.places.roles)}, no scope of this service"
        return f"unknown role {', '.join(roles)[:_MOST_LOGGED]}; CRM_ROLES defines the known ones"


def _wrong(value: Any, what: str, names: tuple[str, ...]) -> str:
    """Never the value, which may be anything."""
    fault = f"no {what} in" if value is None else f"malformed {what} in"
    return f"{fault} {', '.join(names)}"


def read_roles(text: str) -> Roles:
    """Raises ValueError for what is not JSON, or grants a scope that there is not."""
    try:
        roles = msgspec.json.decode(text, type=dict[str, list[str]])
    except msgspec.DecodeError:
        raise ValueError('must be JSON like {"sales": ["crm:read", "crm:write"]}') from None
    for role, scopes in roles.items():
        if unknown := set(scopes) - EVERY_SCOPE:
            raise ValueError(f"{role} is granted {min(unknown)}, which is no scope")
    return {role: frozenset(scopes) for role, scopes in roles.items()}


def _found(claims: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Null is as good as absent. A name with dots in it may also be one name: https://crm/tenant."""
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
    """Platforms number their users; a token's words are text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _words(value: Any) -> Iterator[str]:
    """A list of names, or names between blanks."""
    if isinstance(value, str):
        yield from value.split()
    elif isinstance(value, list):
        yield from (word for word in value if isinstance(word, str))
