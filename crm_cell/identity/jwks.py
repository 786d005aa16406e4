"""The keys of an issuer, from the address at which it publishes them."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from crm_cell.identity.fetching import Fetcher, read_object
from crm_cell.identity.signing_keys import SigningKey, from_jwk
from crm_cell.kernel.errors import Unavailable
from crm_cell.kernel.urls import without_credentials

log = structlog.get_logger()

# A set older than this is fetched anew before it is used: so long may a key outlive its removal,
# together with what is remembered of tokens that it had signed.
_FRESH_SECONDS = 300.0
_KNOWN_SECONDS = 60.0
# Tokens may name keys that there are not, as many as somebody likes to make up.
_COOL_DOWN_SECONDS = 30.0
# Until there is a first set nobody can be let in, so it is tried for more often.
_EAGER_SECONDS = 2.0

KeySet = Mapping[str | None, SigningKey]


class PublishedKeys:
    known_seconds = _KNOWN_SECONDS

    def __init__(self, url: str) -> None:
        self._url = url
        self._fetcher = Fetcher()
        self._keys: KeySet = {}
        self._fetched_at = self._tried_at = -_FRESH_SECONDS
        self._fetching: asyncio.Task[None] | None = None

    async def key_for(self, name: str | None, now: float) -> SigningKey | None:
        """Raises Unavailable as long as the issuer has never answered."""
        if _passed(_FRESH_SECONDS, self._fetched_at, now):
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
        await self._fetcher.stop()

    def _find(self, name: str | None) -> SigningKey | None:
        """A token need not name its key where there is only one."""
        if name is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(name) if isinstance(name, str) else None

    async def _fetch_once(self, now: float) -> None:
        """Whoever comes meanwhile waits for the same answer; soon after it, nobody asks again."""
        if self._fetching is None:
            wait = _COOL_DOWN_SECONDS if self._keys else _EAGER_SECONDS
            if not _passed(wait, self._tried_at, now):
                return
            self._tried_at = now
            self._fetching = asyncio.create_task(self._fetch(now))
        await asyncio.shield(self._fetching)

    async def _fetch(self, now: float) -> None:
        """Without a good answer the last good set stays: an issuer may be away for a while."""
        try:
            answer = read_object(self._url, *await self._fetcher.get(self._url))
            if keys := _keys_in(answer):
                self._keys, self._fetched_at = keys, now
            else:
                log.warning("no_keys", url=without_credentials(self._url))
        except Unavailable:
            log.warning("keys_kept", url=without_credentials(self._url), count=len(self._keys))
        finally:
            self._fetching = None


def _keys_in(answer: Mapping[str, Any]) -> KeySet:
    """The first of each name; those that are no good for signatures are for somebody else."""
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


def _passed(seconds: float, since: float, now: float) -> bool:
    """Also when the clock was put back."""
    return not since <= now < since + seconds
