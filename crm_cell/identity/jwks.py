"""The JSON Web Key Set (JWKS) of an issuer, fetched and cached."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from crm_cell.identity.http_client import HttpClient, read_object
from crm_cell.identity.signing_keys import SigningKey, from_jwk
from crm_cell.kernel.errors import Unavailable
from crm_cell.kernel.urls import without_credentials

log = structlog.get_logger()

# An older set is fetched again before use. A removed key stays valid for this time, plus the time
# for which tokens that it signed are cached.
_FRESH_SECONDS = 300.0
_KNOWN_SECONDS = 60.0
# Limits fetches for tokens that name unknown keys, which anyone can invent.
_COOL_DOWN_SECONDS = 30.0
# Shorter before the first success, because nobody can log in until then.
_EAGER_SECONDS = 2.0

KeySet = Mapping[str | None, SigningKey]


class PublishedKeys:
    known_seconds = _KNOWN_SECONDS

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = HttpClient()
        self._keys: KeySet = {}
        self._fetched_at = self._tried_at = -_FRESH_SECONDS
        self._fetching: asyncio.Task[None] | None = None

    async def key_for(self, name: str | None, now: float) -> SigningKey | None:
        """Raises Unavailable until the first successful fetch."""
        if _has_elapsed(_FRESH_SECONDS, self._fetched_at, now):
            await self._fetch_once(now)
        found = self._find(name)
        if found is None:
            await self._fetch_once(now)
            found = self._find(name)
        if not self._keys:
            raise Unavailable
        return found

    async def stop(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)
        await self._http.stop()

    def _find(self, name: str | None) -> SigningKey | None:
        """The key by name. A token need not name the only key."""
        if name is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(name) if isinstance(name, str) else None

    async def _fetch_once(self, now: float) -> None:
        """Concurrent callers share one fetch. No fetch starts within the cool-down after one."""
        if self._fetching is None:
            wait = _COOL_DOWN_SECONDS if self._keys else _EAGER_SECONDS
            if not _has_elapsed(wait, self._tried_at, now):
                return
            self._tried_at = now
            self._fetching = asyncio.create_task(self._fetch(now))
        await asyncio.shield(self._fetching)

    async def _fetch(self, now: float) -> None:
        """Keeps the previous keys on failure, because an issuer may be unavailable for a while."""
        try:
            answer = read_object(self._url, *await self._http.get(self._url))
            if keys := _keys_in(answer):
                self._keys, self._fetched_at = keys, now
            else:
                log.warning("no_keys", url=without_credentials(self._url))
        except Unavailable:
            log.warning("keys_kept", url=without_credentials(self._url), count=len(self._keys))
        finally:
            self._fetching = None


def _keys_in(answer: Mapping[str, Any]) -> KeySet:
    """The first key of each name. Ignores keys that do not verify signatures."""
    found: dict[str | None, SigningKey] = {}
    listed = answer.get("keys")
    for jwk in listed if isinstance(listed, list) else []:
        name = jwk.get("kid") if isinstance(jwk, dict) else None
        if not isinstance(jwk, dict) or not isinstance(name, str | None):
            continue
        try:
            found.setdefault(name, from_jwk(jwk))
        except ValueError as error:
            log.info("key_passed_over", kid=name, why=str(error))
    return found


def _has_elapsed(seconds: float, since: float, now: float) -> bool:
    """True also if the clock was set back."""
    return not since <= now < since + seconds
