"""Verifies the gateway's signature: a recent, unchanged request that passed the gateway."""

import hashlib
import hmac
import time
from collections.abc import Mapping

from crm_cell.kernel.errors import FieldError, SignatureInvalid

# The tolerated difference of clocks, and how long a retry of the same bytes stays valid.
_WINDOW_SECONDS = 300
_SIGNED_HEADERS = ("X-Request-ID", "X-Tenant-Id", "X-Trace-Id", "X-Signature-Time")


def sign(secret: str, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Hex HMAC-SHA256 of METHOD|path|body|X-Request-ID|X-Tenant-Id|X-Trace-Id|X-Signature-Time."""
    parts = [method.encode(), path.encode(), body]
    parts += [headers.get(name, "").encode("latin-1") for name in _SIGNED_HEADERS]
    return hmac.new(secret.encode(), b"|".join(parts), hashlib.sha256).hexdigest()


def verify(secret: str, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Raises SignatureInvalid. `path` is without the gateway's prefix.

    A `|` in a signed header is invalid, because one signature would fit two tenants.
    """
    ambiguous = any("|" in headers.get(name, "") for name in _SIGNED_HEADERS)
    if ambiguous or "|" in path or not _is_recent(headers.get("X-Signature-Time", "")):
        raise SignatureInvalid
    expected = sign(secret, method, path, body, headers)
    if not hmac.compare_digest(expected.encode(), headers.get("X-Signature", "").encode("latin-1")):
        raise SignatureInvalid


def unsigned_key(headers: Mapping[str, str]) -> list[FieldError]:
    """The error for an Idempotency-Key that differs from the signed X-Request-ID. An attacker could
    otherwise replay a recorded write under new keys."""
    key = headers.get("Idempotency-Key")
    if key is None or key == headers.get("X-Request-ID"):
        return []
    return [FieldError("Idempotency-Key", "not_signed")]


def _is_recent(signed_at: str) -> bool:
    if not (signed_at.isascii() and signed_at.isdigit() and len(signed_at) <= 12):
        return False
    return abs(time.time() - int(signed_at)) <= _WINDOW_SECONDS
