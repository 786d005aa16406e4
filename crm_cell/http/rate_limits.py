"""How many requests a tenant, and a token, may make of this process: a bucket of tokens for each.

A bucket is one number, the moment at which it will be full again (the generic cell rate
algorithm). Told by the headers of the IETF's draft-ietf-httpapi-ratelimit-headers.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil
from time import monotonic

from crm_cell.http.answers import Header
from crm_cell.kernel.errors import RateLimited

# Some 150 bytes each. Whoever is forgotten was quiet longest, and has a full bucket anyway.
_MOST_KEPT = 20_000
# Of sums of seconds: far below the time between two requests.
_ROUNDING = 1e-6


class Buckets:
    """Those of one policy."""

    def __init__(self, name: str, per_second: int, burst_seconds: int) -> None:
        self.policy = b'"%b";q=%d;w=%d' % (name.encode(), per_second * burst_seconds, burst_seconds)
        self._told = b'"%b";r=%%d;t=%%d' % name.encode()
        self._per_second = per_second
        self._interval = 1 / per_second
        self.most_missing = burst_seconds - self._interval + _ROUNDING
        """With more, there is nothing to take."""
        self._window = burst_seconds
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()

    def missing(self, key: Hashable, now: float) -> float:
        """Seconds until the bucket is full: 0 to the whole window."""
        missing = self._full_at.get(key, now) - now
        return missing if missing > 0 else 0.0

    def take(self, key: Hashable, missing: float, now: float) -> bytes:
        """Tells what is left."""
        missing += self._interval
        full_at = self._full_at
        full_at[key] = now + missing
        full_at.move_to_end(key)
        if len(full_at) > _MOST_KEPT:
            full_at.popitem(last=False)
        return self.told(missing)

    def told(self, missing: float) -> bytes:
        left = (self._window - missing) * self._per_second + _ROUNDING
        return self._told % (left, -int(-missing // 1))


class RateLimits:
    """0 is no limit. Where there is none at all, nothing is counted and nothing told."""

    def __init__(
        self,
        *,
        tenant: int = 0,
        token: int = 0,
        burst_seconds: int = 1,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._of_tenants = Buckets("tenant", tenant, burst_seconds) if tenant else None
        self._of_tokens = Buckets("token", token, burst_seconds) if token else None
        both = [buckets for buckets in (self._of_tenants, self._of_tokens) if buckets]
        self._policy: Header = (b"ratelimit-policy", b", ".join(each.policy for each in both))
        self._now = now
        self.on = bool(both)

    def spend(self, tenant: str, token: str) -> list[Header]:
        """Raises RateLimited, with the same headers, when either has nothing left; then neither
        is charged."""
        now = self._now()
        # The token itself is nobody's to keep; two of one hash would share a bucket.
        key = hash(token)
        tenants, tokens = self._of_tenants, self._of_tokens
        of_tenant = tenants.missing(tenant, now) if tenants else 0.0
        of_token = tokens.missing(key, now) if tokens else 0.0
        if (tenants and of_tenant > tenants.most_missing) or (
            tokens and of_token > tokens.most_missing
        ):
            raise self._refusal(of_tenant, of_token)
        left = tenants.take(tenant, of_tenant, now) if tenants else b""
        if tokens:
            of_tokens = tokens.take(key, of_token, now)
            left = b"%b, %b" % (left, of_tokens) if left else of_tokens
        return [self._policy, (b"ratelimit", left)]

    def _refusal(self, of_tenant: float, of_token: float) -> RateLimited:
        asked = [
            (buckets, missing)
            for buckets, missing in ((self._of_tenants, of_tenant), (self._of_tokens, of_token))
            if buckets
        ]
        told = b", ".join(buckets.told(missing) for buckets, missing in asked)
        wait = max(missing - buckets.most_missing for buckets, missing in asked)
        policy = self._policy[1].decode()
        headers = {"RateLimit-Policy": policy, "RateLimit": told.decode()}
        return RateLimited(ceil(wait), headers=headers)
