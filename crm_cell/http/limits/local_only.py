"""Protects mode `dev`, which accepts any token, from requests of foreign web pages.

Listening on loopback stops other machines, but not web pages: a page can point its own name to
127.0.0.1 after it was loaded (DNS rebinding), so that the browser considers the service part of the
page's origin. Such requests have the page's name in `Host`, and writes have it in `Origin`.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from crm_cell.kernel.errors import Forbidden, MisdirectedRequest
from crm_cell.kernel.messages import FOREIGN_ORIGIN

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{0,5})?")
# Orchestrators and monitors call these by other names. The responses contain no tenant data.
_PROBES = frozenset({"/health", "/livez", "/readyz"})
# Cache size. Clients use one or two names; the check takes five microseconds.
_MOST_HOSTS = 64
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class LocalOnly:
    def __init__(self, origins: Iterable[str] = ()) -> None:
        """Pages of `origins` (CRM_CORS_ORIGINS) may write."""
        self._origins = frozenset(origins)

    def check(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Raises MisdirectedRequest for a foreign host, Forbidden for a write by a foreign page."""
        if path in _PROBES:
            return
        host = headers.get("Host", "")
        # Only HTTP/1.0 allows a missing Host, and no browser uses that.
        if host and not is_local(host):
            raise MisdirectedRequest
        origin = headers.get("Origin")
        if origin is None or method in _READS or origin in self._origins:
            return
        if origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
            raise Forbidden(FOREIGN_ORIGIN)


@lru_cache(_MOST_HOSTS)
def is_local(host: str) -> bool:
    """Whether the value of a `Host` header is a name of this machine. Ports do not matter."""
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return False
    name = found[1]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
