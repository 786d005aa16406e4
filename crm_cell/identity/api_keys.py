"""Keys for machines: the text that is handed out, and what of it is kept.

    crm_<tenant>_<id>_<secret>

The tenant in base64url, so that a key is looked up among its own tenant's; the id and the secret
in hex. The secret is 256 random bits, of which nobody tries many: one SHA-256 keeps it safe, where
a password would need a slow hash.
"""

import base64
import hashlib
import re
import secrets
from typing import ClassVar

import msgspec

from crm_cell.http.headers import is_tenant
from crm_cell.kernel.entity import Entity

PREFIX = "crm_"
# For secret scanners too: docs/concepts/identity.md tells it.
FORM = re.compile(r"crm_([A-Za-z0-9_-]{2,86})_([0-9a-f]{16})_[0-9a-f]{64}")
_ID_BYTES = 8
_SECRET_BYTES = 32


class ApiKey(Entity, frozen=True):
    """`user_id` is who acts; keys that replace one another share it. Times in milliseconds."""

    resource: ClassVar = "api_key"
    private: ClassVar = frozenset({"token_hash"})

    name: str
    user_id: str
    scopes: str
    """Between blanks."""
    token_hash: bytes
    expires_at: int | None
    revoked_at: int | None

    def is_over(self, now: int) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class Named(msgspec.Struct, frozen=True):
    """Which key a token says it is."""

    tenant: str
    id: str


def new_id() -> str:
    return secrets.token_hex(_ID_BYTES)


def new_token(tenant: str, key_id: str) -> str:
    return f"crm_{_encoded(tenant)}_{key_id}_{secrets.token_hex(_SECRET_BYTES)}"


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def named_by(token: str) -> Named | None:
    """None for what is no key of ours, by its form."""
    found = FORM.fullmatch(token)
    tenant = _decoded(found[1]) if found else None
    return Named(tenant, found[2]) if found and tenant else None


def _encoded(tenant: str) -> str:
    return base64.urlsafe_b64encode(tenant.encode()).decode().rstrip("=")


def _decoded(text: str) -> str | None:
    try:
        tenant = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        return None
    return tenant if is_tenant(tenant) and _encoded(tenant) == text else None
