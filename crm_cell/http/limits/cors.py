"""CORS: which web pages of other origins may read responses.

Off unless origins are configured, each by its exact name. Cookies are never allowed, because
clients authenticate with the Authorization header.
"""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from crm_cell.http.responses import Answer, Header
from crm_cell.kernel.urls import without_credentials

_PREFLIGHT_SECONDS = 600
# Response headers that scripts need and may only read if they are listed.
_EXPOSED = (
    "Accept-Patch, Content-Disposition, ETag, Idempotent-Replayed, Location, RateLimit,"
    " RateLimit-Policy, Retry-After, Server-Timing, WWW-Authenticate, X-Request-ID, X-Response-Time"
)
_SENT = (
    "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match,"
    " X-Allow-Duplicate, X-Change-Origin, X-Request-ID, X-Span-Id, X-Tenant-Id, X-Trace-Id,"
    " X-User-Id, traceparent"
)
_VARY: Header = (b"vary", b"Origin")
_PREFLIGHT: list[Header] = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", _SENT.encode()),
    (b"access-control-max-age", b"%d" % _PREFLIGHT_SECONDS),
]


class Cors:
    def __init__(self, origins: Iterable[str] = ()) -> None:
        self._allowed: dict[str | None, Sequence[Header]] = {
            origin: (
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", _EXPOSED.encode()),
                _VARY,
            )
            for origin in origins
        }
        # A cache must not serve the response for one origin to another.
        self._otherwise: Sequence[Header] = (_VARY,) if self._allowed else ()

    def headers(self, given: Mapping[str, str]) -> Sequence[Header]:
        """The CORS headers of every response to this request."""
        return self._allowed.get(given.get("Origin"), self._otherwise)

    def preflight(self, given: Mapping[str, str]) -> Answer | None:
        """The response to an OPTIONS request that is a preflight, which has no token; None for
        others."""
        if "Access-Control-Request-Method" not in given:
            return None
        return Answer(204, b"", _PREFLIGHT) if given.get("Origin") in self._allowed else None


def read_origins(text: str | None) -> list[str]:
    """Parse origins, separated by commas. Raises ValueError for an invalid one."""
    origins = [origin.strip() for origin in (text or "").split(",") if origin.strip()]
    for origin in origins:
        parts = urlsplit(origin)
        written = f"{parts.scheme}://{parts.netloc}"
        plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        if not plain or origin != written or origin != origin.lower() or "*" in origin:
            raise ValueError(
                f"{without_credentials(origin)} is no origin, such as https://crm.example.com"
            )
    return origins
