"""The path under which callers reach the service, which may stand behind a proxy's prefix.

A gateway that strips `/api/v1/crm` and one that does not are both served, and so is any other
prefix that the operator names. Nothing is read from X-Forwarded-Prefix: every caller can send it.
"""

import re

BASE_PATH = "/api/v1/crm"
_FORM = re.compile(r"/|(?:/[A-Za-z0-9._~-]+)+")
# The first parts of the service's own paths, which no prefix may hide.
OWN = frozenset(
    (
        "audit-logs",
        "contacts",
        "contracts",
        "customers",
        "docs",
        "follow-ups",
        "health",
        "livez",
        "metrics",
        "openapi.json",
        "opportunities",
        "payments",
        "readyz",
        "redoc",
        "reports",
    )
)
_DOTS = re.compile(r"/\.{1,2}(?:/|$)")


class BasePath:
    def __init__(self, public: str = BASE_PATH) -> None:
        self.public = public.rstrip("/")
        """What a Location begins with; empty where the service is reached at the root."""
        self._bases = [base for base in dict.fromkeys((self.public, BASE_PATH)) if base]
        self._starts = tuple(self._bases)

    def without(self, path: str) -> str:
        """The path as it is behind a gateway that strips the prefix."""
        if not path.startswith(self._starts):
            return path
        for base in self._bases:
            if path == base:
                return "/"
            if path.startswith(f"{base}/"):
                return path[len(base) :]
        return path


def check_base_path(path: str) -> None:
    """Raises ValueError for what is no path, and for one that hides a path of the service."""
    if not _FORM.fullmatch(path) or _DOTS.search(path):
        raise ValueError("must be a path such as /tools/crm, without a slash at its end, or /")
    first = path.split("/")[1]
    if first in OWN:
        raise ValueError(f"/{first} is a path of the service itself")
