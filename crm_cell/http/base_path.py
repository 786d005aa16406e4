"""The prefix of public paths, behind a gateway or proxy.

Works with gateways that strip `/api/v1/crm` and with those that do not, and with another prefix
from the settings. Ignores X-Forwarded-Prefix, because any client can send it.
"""

import re

BASE_PATH = "/api/v1/crm"
_FORM = re.compile(r"/|(?:/[A-Za-z0-9._~-]+)+")
# The first segments of the service's own paths, which a prefix must not hide.
OWN = frozenset(
    (
        "api-keys",
        "audit-logs",
        "calendar.ics",
        "changes",
        "console",
        "contacts",
        "contracts",
        "customers",
        "docs",
        "duplicates",
        "fields",
        "follow-ups",
        "goals",
        "handover",
        "handovers",
        "health",
        "livez",
        "merges",
        "metrics",
        "notifications",
        "openapi.json",
        "opportunities",
        "options",
        "payments",
        "tags",
        "tasks",
        "teams",
        "today",
        "recycle-bin",
        "users",
        "views",
        "whoami",
        "readyz",
        "redoc",
        "reports",
        "search",
        "settings",
    )
)
_DOTS = re.compile(r"/\.{1,2}(?:/|$)")


class BasePath:
    def __init__(self, public: str = BASE_PATH) -> None:
        self.public = public.rstrip("/")
        """Prefix of Location headers; empty if the service is at the root."""
        self._bases = [base for base in dict.fromkeys((self.public, BASE_PATH)) if base]
        self._starts = tuple(self._bases)

    def without(self, path: str) -> str:
        """The path without the prefix."""
        if not path.startswith(self._starts):
            return path
        for base in self._bases:
            if path == base:
                return "/"
            if path.startswith(f"{base}/"):
                return path[len(base) :]
        return path


def check_base_path(path: str) -> None:
    """Raises ValueError for an invalid path, and for one that hides a path of the service."""
    if not _FORM.fullmatch(path) or _DOTS.search(path):
        raise ValueError("must be a path such as /tools/crm, without a slash at its end, or /")
    first = path.split("/")[1]
    if first in OWN:
        raise ValueError(f"/{first} is a path of the service itself")
