"""Which web pages of other origins may read answers (the Fetch standard's CORS protocol).

Off unless origins are named. Each is named exactly, and no credentials of the browser's are ever
allowed: who calls says so in Authorization.
"""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from crm_cell.http.answers import Answer, Header
from crm_cell.kernel.urls import without_credentials

_PREFLIGHT_SECONDS = 600
# What a script has to read beyond the body, and may not unless it is named.
_EXPOSED = (
    "Accept-Patch, Content-Disposition, ETag, Idempotent-Replayed, Location, RateLimit,"
    " RateLimit-Policy, Retry-After, Server-Timing, WWW-Authenticate, X-Request-ID, X-Response-Time"
)
_SENT = (
    "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match,"
    " X-Request-ID, X-Span-Id, X-Tenant-Id, X-Trace-Id, X-User-Id, traceparent"
)
_VARIES: Header = (b"vary", b"Origin")
_PREFLIGHT: list[Header] = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PATCH, DELETE"),
    (b"access-control-allow-headers", _SENT.encode()),
    (b"access-control-max-age", b"%d" % _PREFLIGHT_SECONDS),
]


class Cors:
    def __init__(self, origins: Iterable[str] = ()) -> None:
        self._granted: dict[str | None, Sequence[Header]] = {
            origin: (
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", _EXPOSED.encode()),
                _VARIES,
            )
            for origin in origins
        }
        # A cache must not give one origin the answer that another was given.
        self._otherwise: Sequence[Header] = (_VARIES,) if self._granted else ()

    def headers(self, given: Mapping[str, str]) -> Sequence[Header]:
        """What every answer to such a request has."""
        return self._granted.get(given.get("Origin"), self._otherwise)

    def preflight(self, method: str, given: Mapping[str, str]) -> Answer | None:
        """The answer to a browser that asks whether its script may ask. It shows no token yet."""
        if method != "OPTIONS" or "Access-Control-Request-Method" not in given:
            return None
        return Answer(204, b"", _PREFLIGHT) if given.get("Origin") in self._granted else None


def read_origins(text: str | None) -> list[str]:
    """Between commas. Raises ValueError for what is no origin as browsers write it."""
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
