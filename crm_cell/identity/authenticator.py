"""Authenticator with caches: each token is verified once per TTL, which its verifier sets."""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog

from crm_cell.http.auth import Identity
from crm_cell.identity.ttl_cache import TtlCache
from crm_cell.kernel.errors import CellNotAllowed, CrmError, RateLimited, Unauthorized
from crm_cell.kernel.messages import Message

log = structlog.get_logger()

Now = Callable[[], float]
"""Seconds since 1970, the unit of the times in tokens."""

# The form of a bearer token in RFC 6750, with a length above that of any real token.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}=*")
# Some hundred bytes each. Separate caches, so that a flood of bad tokens evicts no good ones.
_MAX_ACCEPTED = 10_000
_MAX_REFUSED = 2_000
# Concurrent verifications. Without a limit, thousands of invented tokens could wait for a slow
# platform.
_MAX_PENDING = 500


class TokenVerifier(Protocol):
    refusal_seconds: float
    """TTL of a rejection in the cache."""

    async def verify(self, token: str, now: float) -> tuple[Identity, float]:
        """The identity, and until when it may be cached. Raises Unauthorized or CellNotAllowed, and
        Unavailable or RateLimited if the token cannot be verified now."""
        ...

    async def stop(self) -> None: ...


class ApiKeyVerifier(TokenVerifier, Protocol):
    def is_api_key(self, token: str) -> bool: ...


class Refused(msgspec.Struct, frozen=True):
    """A rejection in the cache. A cached exception would hold references to stack frames."""

    details: Message | None = None
    cell: bool = False
    """The platform knows the user, but does not allow this cell."""

    def error(self) -> CrmError:
        return CellNotAllowed() if self.cell else Unauthorized(self.details)


Outcome = Identity | Refused | CrmError


class CachingAuthenticator:
    """An Authenticator. `keys` verifies tokens in the form of API keys, `verifier` all others."""

    def __init__(self, verifier: TokenVerifier, keys: ApiKeyVerifier, now: Now = time.time) -> None:
        self._verifier = verifier
        self._keys = keys
        self._now = now
        self._accepted: TtlCache[Identity] = TtlCache(_MAX_ACCEPTED)
        self._refused: TtlCache[Refused] = TtlCache(_MAX_REFUSED)
        self._pending: dict[bytes, asyncio.Task[Outcome]] = {}

    async def identify(self, token: str) -> Identity:
        # The caches hold hashes, because memory may be dumped or swapped to disk.
        name = hashlib.sha256(token.encode()).digest()
        now = self._now()
        known = self._accepted.get(name, now)
        if known is not None:
            return known
        found = self._refused.get(name, now) or await self._verify_once(name, token)
        if isinstance(found, Identity):
            return found
        raise found.error() if isinstance(found, Refused) else found

    async def stop(self) -> None:
        for asked in self._pending.values():
            asked.cancel()
        await asyncio.gather(*self._pending.values(), return_exceptions=True)
        await self._verifier.stop()
        await self._keys.stop()

    async def _verify_once(self, name: bytes, token: str) -> Outcome:
        """Concurrent requests with the same token share one verification. It continues when the
        client of one request disconnects."""
        asked = self._pending.get(name)
        if asked is None:
            if len(self._pending) >= _MAX_PENDING:
                log.warning("too_many_unknown_tokens", most=_MAX_PENDING)
                return RateLimited()
            asked = self._pending[name] = asyncio.create_task(self._verify(name, token))
            asked.add_done_callback(lambda _: self._pending.pop(name))
        return await asyncio.shield(asked)

    async def _verify(self, name: bytes, token: str) -> Outcome:
        if not _TOKEN.fullmatch(token):
            log.info("token_refused", why="no bearer token by RFC 6750, or longer than 8192")
            return Refused()
        verifier = self._keys if self._keys.is_api_key(token) else self._verifier
        now = self._now()
        try:
            identity, until = await verifier.verify(token, now)
        except (Unauthorized, CellNotAllowed) as refusal:
            log.info("token_refused", why=refusal.why)
            refused = Refused(refusal.details, cell=isinstance(refusal, CellNotAllowed))
            self._refused.put(name, refused, now, now + verifier.refusal_seconds)
            return refused
        except CrmError as error:
            return error
        self._accepted.put(name, identity, now, until)
        return identity
