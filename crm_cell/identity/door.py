"""The door: every token is judged once, and known again for as long as its judge allows."""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog

from crm_cell.http.auth import Identity
from crm_cell.identity.kept import Kept
from crm_cell.kernel.errors import CellNotAllowed, CrmError, RateLimited, Unauthorized

log = structlog.get_logger()

Now = Callable[[], float]
"""Seconds since 1970, as the times in tokens are."""

# What RFC 6750 allows a bearer token to be, and longer than any real one.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}=*")
# Some hundred bytes each. Refusals are kept apart: a flood of bad tokens drives out no good one.
_MOST_KNOWN = 10_000
_MOST_REFUSED = 2_000
# Tokens that are being checked at the same time. Behind a slow platform, tokens that somebody makes
# up would otherwise wait by the thousand.
_MOST_ASKED = 500


class Judge(Protocol):
    refusal_seconds: float
    """How long a refusal may be remembered."""

    async def judge(self, token: str, now: float) -> tuple[Identity, float]:
        """Who it is, and until when that may be remembered. Raises Unauthorized, or Unavailable
        when it cannot be told now."""
        ...

    async def stop(self) -> None: ...


class Keys(Judge, Protocol):
    def names_a_key(self, token: str) -> bool: ...


class Refused(msgspec.Struct, frozen=True):
    """What is remembered of a refusal; an exception would keep the frames that it went through."""

    details: str | None = None
    cell: bool = False
    """Known to the platform, but not for this cell."""

    def error(self) -> CrmError:
        return CellNotAllowed() if self.cell else Unauthorized(self.details)


Outcome = Identity | Refused | CrmError


class Door:
    """An Authenticator. Keys for machines are known by their form; the rest is for `judge`."""

    def __init__(self, judge: Judge, keys: Keys, now: Now = time.time) -> None:
        self._judge = judge
        self._keys = keys
        self._now = now
        self._known: Kept[Identity] = Kept(_MOST_KNOWN)
        self._refused: Kept[Refused] = Kept(_MOST_REFUSED)
        self._asked: dict[bytes, asyncio.Task[Outcome]] = {}

    async def identify(self, token: str) -> Identity:
        # Never the token itself: memory is dumped, swapped and copied.
        name = hashlib.sha256(token.encode()).digest()
        now = self._now()
        known = self._known.get(name, now)
        if known is not None:
            return known
        found = self._refused.get(name, now) or await self._ask_once(name, token)
        if isinstance(found, Identity):
            return found
        raise found.error() if isinstance(found, Refused) else found

    async def stop(self) -> None:
        for asked in self._asked.values():
            asked.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
        await self._judge.stop()
        await self._keys.stop()

    async def _ask_once(self, name: bytes, token: str) -> Outcome:
        """Whoever brings the same token meanwhile waits for the same answer; one who hangs up does
        not take it from the others."""
        asked = self._asked.get(name)
        if asked is None:
            if len(self._asked) >= _MOST_ASKED:
                log.warning("too_many_unknown_tokens", most=_MOST_ASKED)
                return RateLimited()
            asked = self._asked[name] = asyncio.create_task(self._ask(name, token))
            asked.add_done_callback(lambda _: self._asked.pop(name))
        return await asyncio.shield(asked)

    async def _ask(self, name: bytes, token: str) -> Outcome:
        if not _TOKEN.fullmatch(token):
            log.info("token_refused", why="no bearer token by RFC 6750, or longer than 8192")
            return Refused()
        judge = self._keys if self._keys.names_a_key(token) else self._judge
        now = self._now()
        try:
            identity, until = await judge.judge(token, now)
        except (Unauthorized, CellNotAllowed) as refusal:
            log.info("token_refused", why=refusal.why)
            refused = Refused(refusal.details, cell=isinstance(refusal, CellNotAllowed))
            self._refused.keep(name, refused, now, now + judge.refusal_seconds)
            return refused
        except CrmError as error:
            return error
        self._known.keep(name, identity, now, until)
        return identity
