"""Mode `jwt`: tokens that an issuer has signed, verified here."""

import math
from collections.abc import Mapping
from typing import Any, Protocol

import jwt
import msgspec

from crm_cell.http.auth import Identity
from crm_cell.identity.grants import Grants
from crm_cell.identity.moments import is_moment
from crm_cell.identity.signing_keys import SigningKey
from crm_cell.kernel.errors import Unauthorized

# How far the issuer's clock may differ from ours.
LEEWAY_SECONDS = 30.0
# Signature, issuer and audience are the library's to check; times are checked here, by the same
# clock that bounds how long an identity is remembered.
_CHECKS: Any = {
    "require": ["exp", "iss", "aud"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "enforce_minimum_key_length": True,
}


class KeyFinder(Protocol):
    known_seconds: float
    """How long what was verified by one of its keys may be remembered."""

    async def key_for(self, name: str | None, now: float) -> SigningKey | None:
        """The key of that name, or the only one. Raises Unavailable when that cannot be told."""
        ...

    async def stop(self) -> None: ...


class OneKey:
    """Configured here; the name that a token gives its key means nothing."""

    known_seconds = math.inf

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    async def key_for(self, name: str | None, now: float) -> SigningKey:  # noqa: ARG002
        return self._key

    async def stop(self) -> None:
        """Nothing is open."""


class Expected(msgspec.Struct, frozen=True):
    """What every token must say."""

    issuer: str
    audience: str
    types: frozenset[str]
    """In lower case, without `application/`."""


class SignedTokens:
    refusal_seconds = 0.0
    """Verifying costs less than a place in memory, which anybody could fill."""

    def __init__(
        self, keys: KeyFinder, expected: Expected, grants: Grants, max_age_seconds: int = 0
    ) -> None:
        """`max_age_seconds` bounds how long any token is good, whatever it says; 0 does not."""
        self._keys = keys
        self._expected = expected
        self._grants = grants
        self._max_age = max_age_seconds

    async def judge(self, token: str, now: float) -> tuple[Identity, float]:
        try:
            header = jwt.get_unverified_header(token)
            self._check_header(header)
            key = await self._keys.key_for(header.get("kid"), now)
            if key is None:
                raise Unauthorized(why="no key of the name in the token's kid")
            claims = self._verified(token, key)
        except jwt.PyJWTError as error:
            raise Unauthorized(why=f"{type(error).__name__}: {error}") from error
        expires = _end_of(claims, now, self._max_age)
        identity = self._grants.identity(claims)
        return identity, min(expires, now + self._keys.known_seconds)

    async def stop(self) -> None:
        await self._keys.stop()

    def _check_header(self, header: Mapping[str, Any]) -> None:
        """A token for another purpose, or of a kind that must not be read without knowing more."""
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


def _end_of(claims: Mapping[str, Any], now: float, max_age: int) -> float:
    """Until when the token is good. Raises Unauthorized when it is over, or not yet good."""
    expires = _moment(claims, "exp")
    for name in ("nbf", "iat"):
        if name in claims and _moment(claims, name) - LEEWAY_SECONDS > now:
            raise Unauthorized(why=f"{name} is in the future")
    if max_age:
        issued = _moment(claims, "iat")
        if expires - issued > max_age:
            raise Unauthorized(why="valid for longer than CRM_JWT_MAX_AGE_SECONDS")
        expires = min(expires, issued + max_age)
    if expires + LEEWAY_SECONDS <= now:
        raise Unauthorized("token_expired")
    return expires


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not is_moment(value):
        raise Unauthorized(why=f"{name} is missing, or no time in seconds before 2286")
    return value
