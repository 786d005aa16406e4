"""Mode `dev` takes any token, so only programs and pages of this machine may reach it.

Listening on loopback keeps other machines out, but not web pages: a page can bind its own name to
127.0.0.1 after it was loaded (DNS rebinding), and then the browser takes the service for the page's
own server. Such requests carry the page's name in `Host`, and writes carry it in `Origin`.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from crm_cell.kernel.errors import Forbidden, MisdirectedRequest

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{0,5})?")
# What orchestrators and monitors ask, by whatever address they have. It says nothing of a tenant.
_PROBES = frozenset({"/health", "/livez", "/readyz"})
# Callers use one or two; working it out takes five microseconds of each request.
_MOST_HOSTS = 64
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class LocalOnly:
    def __init__(self, origins: Iterable[str] = ()) -> None:
        """`origins` are those of CRM_CORS_ORIGINS, whose pages may write."""
        self._origins = frozenset(origins)

    def check(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Raises MisdirectedRequest for another host, Forbidden for a write of a foreign page."""
        if path in _PROBES:
            return
        host = headers.get("Host", "")
        # Only HTTP/1.0 may leave it out, which no browser speaks.
        if host and not is_local(host):
            raise MisdirectedRequest
        origin = headers.get("Origin")
        if origin is None or method in _READS or origin in self._origins:
            return
        if origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
            raise Forbidden("foreign_origin")


@lru_cache(_MOST_HOSTS)
def is_local(host: str) -> bool:
    """Whether a `Host`, with any port or none, is a name of this machine."""
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
