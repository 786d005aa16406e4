"""What a caller can be allowed. Each is granted by itself: none contains another."""

from typing import Final

READ: Final = "crm:read"
WRITE: Final = "crm:write"
ALL: Final = "crm:all"
"""Sees the whole tenant, not only what is their own."""
EXPORT: Final = "crm:export"
REVEAL: Final = "crm:reveal"
"""Sees a telephone number or an e-mail address in full."""
ADMIN: Final = "crm:admin"
"""Reads the audit trail, and why somebody sees a record."""

SCOPES: Final = (READ, WRITE, ALL, EXPORT, REVEAL, ADMIN)
EVERY_SCOPE: Final = frozenset(SCOPES)
