"""OAuth scopes. None includes another."""

from typing import Final

READ: Final = "crm:read"
WRITE: Final = "crm:write"
ALL: Final = "crm:all"
"""Access to all records of the tenant, not only the caller's own."""
TEAM: Final = "crm:team"
"""Access to the records of everybody in the teams that the caller leads."""
EXPORT: Final = "crm:export"
REVEAL: Final = "crm:reveal"
"""Shows telephone numbers and e-mail addresses unmasked."""
ADMIN: Final = "crm:admin"
"""Reads the audit log, and explains who may see a record."""

SCOPES: Final = (READ, WRITE, TEAM, ALL, EXPORT, REVEAL, ADMIN)
EVERY_SCOPE: Final = frozenset(SCOPES)
"""What tokens and roles can grant."""
UNMASKED: Final = "crm:unmasked"
"""Reads show telephone numbers, e-mail addresses and what else is masked in full. Only for API keys
that act as no user; in none of the others."""
KEY_SCOPES: Final = (*SCOPES, UNMASKED)
UNRESTRICTED: Final = EVERY_SCOPE - {TEAM}
"""Of callers who are not asked for a token: with `crm:all` there is no need for `crm:team`."""
