"""Rate limits per tenant and per token, in each process: token buckets.

A bucket is one number, the time at which it will be full again (generic cell rate algorithm).
Headers follow draft-ietf-httpapi-ratelimit-headers of the IETF.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil
from time import monotonic

from crm_cell.http.responses import Header
from crm_cell.kernel.errors import RateLimited

# Some 150 bytes each. The least recently used bucket is evicted, which is full again anyway.
_MAX_BUCKETS = 20_000
# Tolerance for sums of seconds, far below the time between two requests.
_ROUNDING = 1e-6


class Buckets:
    """The buckets of one policy."""

    def __init__(self, name: str, per_second: int, burst_seconds: int) -> None:
        self.policy = b'"%b";q=%d;w=%d' % (name.encode(), per_second * burst_seconds, burst_seconds)
        self._format = b'"%b";r=%%d;t=%%d' % name.encode()
        self._per_second = per_second
        self._interval = 1 / per_second
        self.max_missing = burst_seconds - self._interval + _ROUNDING
        """If more is missing, the bucket has no token left."""
        self._window = burst_seconds
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()

    def missing(self, key: Hashable, now: float) -> float:
        """Seconds until the bucket is full: 0 to the whole window."""
        missing = self._full_at.get(key, now) - now
        return missing if missing > 0 else 0.0

    def take(self, key: Hashable, missing: float, now: float) -> bytes:
        """Take one token and return the value of the RateLimit header."""
        missing += self._interval
        full_at = self._full_at
        full_at[key] = now + missing
        full_at.move_to_end(key)
        if len(full_at) > _MAX_BUCKETS:
            full_at.popitem(last=False)
        return self.header_value(missing)

    def header_value(self, missing: float) -> bytes:
        left = (self._window - missing) * self._per_second + _ROUNDING
        return self._format % (left, -int(-missing // 1))


class RateLimits:
    """Limits in requests per second; 0: no limit. With no limit at all, it adds no headers."""

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
        """Take a token from both buckets and return the headers. If either is empty, raises
        RateLimited with the same headers and takes from neither."""
        now = self._now()
        # The token itself must not stay in memory. Tokens with equal hashes share a bucket.
        key = hash(token)
        tenants, tokens = self._of_tenants, self._of_tokens
        of_tenant = tenants.missing(tenant, now) if tenants else 0.0
        of_token = tokens.missing(key, now) if tokens else 0.0
        if (tenants and of_tenant > tenants.max_missing) or (
            tokens and of_token > tokens.max_missing
        ):
            raise self._refusal(of_tenant, of_token)
        left = tenants.take(tenant, of_tenant, now) if tenants else b""
        if tokens:
            of_tokens = tokens.take(key, of_token, now)
            left = b"%b, %b" % (left, of_tokens) if left else of_tokens
        return [self._policy, (b"ratelimit", left)]

    def _refusal(self, of_tenant: float, of_token: float) -> RateLimited:
        limited = [
            (buckets, missing)
            for buckets, missing in ((self._of_tenants, of_tenant), (self._of_tokens, of_token))
            if buckets
        ]
        values = b", ".join(buckets.header_value(missing) for buckets, missing in limited)
        wait = max(missing - buckets.max_missing for buckets, missing in limited)
        policy = self._policy[1].decode()
        headers = {"RateLimit-Policy": policy, "RateLimit": values.decode()}
        return RateLimited(ceil(wait), headers=headers)
