"""The token of an API key, and the record that is stored for it.

    crm_<tenant>_<id>_<secret>

The tenant is in base64url, so that the query for a key names its tenant; id and secret are in hex.
The secret has 256 random bits, so one SHA-256 is a safe hash, where a password would need a slow
one.
"""

import base64
import hashlib
import re
import secrets

import msgspec

from crm_cell.http.headers import is_tenant

PREFIX = "crm_"
OWN_USER = "key:"
"""What the user ids of keys begin with that act as themselves."""
# Also documented for secret scanners, in docs/concepts/identity.md.
FORM = re.compile(r"crm_([A-Za-z0-9_-]{2,86})_([0-9a-f]{16})_[0-9a-f]{64}")
_ID_BYTES = 8
_SECRET_BYTES = 32


class ApiKey(msgspec.Struct, frozen=True):
    """`user_id` is the acting user, which rotated keys share. Times are milliseconds since 1970."""

    tenant_id: str
    id: str
    version: int
    created_at: int
    updated_at: int
    name: str
    user_id: str
    scopes: str
    """Separated by spaces."""
    token_hash: bytes
    expires_at: int | None
    revoked_at: int | None

    @property
    def is_own_user(self) -> bool:
        """Whether it acts as itself, or as the key that it succeeds, and not as somebody."""
        return self.user_id.startswith(OWN_USER)

    def has_expired(self, now: int) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class TokenParts(msgspec.Struct, frozen=True):
    """The key that a token claims to be, not yet verified."""

    tenant: str
    id: str


def new_id() -> str:
    return secrets.token_hex(_ID_BYTES)


def new_token(tenant: str, key_id: str) -> str:
    return f"{beginning(tenant, key_id)}{secrets.token_hex(_SECRET_BYTES)}"


def beginning(tenant: str, key_id: str) -> str:
    """All of a token but the secret."""
    return f"{PREFIX}{_encoded(tenant)}_{key_id}_"


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def parse_token(token: str) -> TokenParts | None:
    """None for a token that does not have the form of an API key."""
    found = FORM.fullmatch(token)
    tenant = _decoded(found[1]) if found else None
    return TokenParts(tenant, found[2]) if found and tenant else None


def _encoded(tenant: str) -> str:
    return base64.urlsafe_b64encode(tenant.encode()).decode().rstrip("=")


def _decoded(text: str) -> str | None:
    try:
        tenant = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        return None
    return tenant if is_tenant(tenant) and _encoded(tenant) == text else None
