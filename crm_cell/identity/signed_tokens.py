"""Mode `jwt`: verifies tokens that an issuer has signed."""

import math
from collections.abc import Mapping
from typing import Any, Protocol

import jwt
import msgspec

from crm_cell.http.auth import Identity
from crm_cell.identity.claims import ClaimMapping
from crm_cell.identity.signing_keys import SigningKey
from crm_cell.identity.timestamps import is_timestamp
from crm_cell.kernel.errors import Unauthorized
from crm_cell.kernel.messages import TOKEN_EXPIRED

# How far the issuer's clock may differ from ours.
LEEWAY_SECONDS = 30.0
# The library checks signature, issuer and audience. This module checks times, by the same clock as
# the TTL of the cache.
_CHECKS: Any = {
    "require": ["exp", "iss", "aud"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "enforce_minimum_key_length": True,
}


class KeyFinder(Protocol):
    known_seconds: float
    """TTL of identities that its keys have verified."""

    async def key_for(self, name: str | None, now: float) -> SigningKey | None:
        """The key of that name, or the only one. Raises Unavailable if it cannot be fetched."""
        ...

    async def stop(self) -> None: ...


class StaticKey:
    """A key from the settings. Ignores the `kid` of tokens."""

    known_seconds = math.inf

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    async def key_for(self, name: str | None, now: float) -> SigningKey:  # noqa: ARG002
        return self._key

    async def stop(self) -> None:
        """Nothing is open."""


class Expected(msgspec.Struct, frozen=True):
    """Required values in every token."""

    issuer: str
    audience: str
    types: frozenset[str]
    """Values of `typ`, in lower case, without `application/`."""


class SignedTokens:
    refusal_seconds = 0.0
    """Rejections are not cached: verifying is cheaper than an entry."""

    def __init__(
        self,
        keys: KeyFinder,
        expected: Expected,
        claim_mapping: ClaimMapping,
        max_age_seconds: int = 0,
    ) -> None:
        """`max_age_seconds` limits the lifetime of all tokens; 0: no limit."""
        self._keys = keys
        self._expected = expected
        self._claims = claim_mapping
        self._max_age = max_age_seconds

    async def verify(self, token: str, now: float) -> tuple[Identity, float]:
        try:
            header = jwt.get_unverified_header(token)
            self._check_header(header)
            key = await self._keys.key_for(header.get("kid"), now)
            if key is None:
                raise Unauthorized(why="no key of the name in the token's kid")
            claims = self._verified(token, key)
        except jwt.PyJWTError as error:
            raise Unauthorized(why=f"{type(error).__name__}: {error}") from error
        expires = _expiry(claims, now, self._max_age)
        identity = self._claims.identity(claims)
        return identity, min(expires, now + self._keys.known_seconds)

    async def stop(self) -> None:
        await self._keys.stop()

    def _check_header(self, header: Mapping[str, Any]) -> None:
        """Rejects tokens for other purposes, and those with extensions (`crit`)."""
        kind = header.get("typ")
        if not isinstance(kind, str) or "crit" in header:
            raise Unauthorized(why="no typ, or a crit, in the token's header")
        if kind.lower().removeprefix("application/") not in self._expected.types:
            raise Unauthorized(why="the token's typ is none of CRM_JWT_TYPES")

    def _verified(self, token: str, key: SigningKey) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm],
            options=_CHECKS,
            audience=self._expected.audience,
            issuer=self._expected.issuer,
        )
        return claims


def _expiry(claims: Mapping[str, Any], now: float, max_age: int) -> float:
    """The expiry. Raises Unauthorized for a token that is expired or not valid yet."""
    expires = _timestamp(claims, "exp")
    for name in ("nbf", "iat"):
        if name in claims and _timestamp(claims, name) - LEEWAY_SECONDS > now:
            raise Unauthorized(why=f"{name} is in the future")
    if max_age:
        issued = _timestamp(claims, "iat")
        if expires - issued > max_age:
            raise Unauthorized(why="valid for longer than CRM_JWT_MAX_AGE_SECONDS")
        expires = min(expires, issued + max_age)
    if expires + LEEWAY_SECONDS <= now:
        raise Unauthorized(TOKEN_EXPIRED)
    return expires


def _timestamp(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not is_timestamp(value):
        raise Unauthorized(why=f"{name} is missing, or no time in seconds before 2286")
    return value
