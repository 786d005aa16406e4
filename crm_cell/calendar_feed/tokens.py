"""The token in the address of a calendar.

    cal_<tenant>_<secret>

The tenant is in base64url, so that the query for a token names its tenant; the secret has 256
random bits in hex, so one SHA-256 is a safe hash.
"""

import base64
import hashlib
import re
import secrets

from crm_cell.http.headers import is_tenant

FORM = re.compile(r"cal_([A-Za-z0-9_-]{2,86})_[0-9a-f]{64}")
_SECRET_BYTES = 32


def new_token(tenant: str) -> str:
    return f"cal_{_encoded(tenant)}_{secrets.token_hex(_SECRET_BYTES)}"


def tenant_of(token: str) -> str | None:
    """None for what does not have the form of a token."""
    found = FORM.fullmatch(token)
    if found is None:
        return None
    text = found[1]
    try:
        tenant = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        return None
    return tenant if is_tenant(tenant) and _encoded(tenant) == text else None


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
