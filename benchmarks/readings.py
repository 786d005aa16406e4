"""What users read all day in a large database: with tokens, as leaders have them."""

import statistics
import time
from typing import Final
from urllib.parse import quote

import jwt
import msgspec

from benchmarks.caller import Caller
from benchmarks.databases import Place
from benchmarks.growth import Reading
from benchmarks.load import NextRequest
from benchmarks.processes import Cores
from benchmarks.seed_rows import TENANT, customer_id
from benchmarks.servers import service
from benchmarks.traffic import cycle
from crm_cell.kernel.scopes import ALL, READ, TEAM

_ISSUER, _AUDIENCE, _SECRET = "https://issuer.example", "crm", "a secret for the benchmarks alone"
_SETTINGS: Final = {
    "CRM_AUTH_MODE": "jwt",
    "CRM_JWT_SECRET": _SECRET,
    "CRM_JWT_ISSUER": _ISSUER,
    "CRM_JWT_AUDIENCE": _AUDIENCE,
}
_HOURS: Final = 12
_LEAST_TURNS: Final = 40
_LIST: Final = "list, all"
_MOST_OF_LIST: Final = 2
"""How much longer a list may take that is filtered, sorted or a team's."""
_A_LEVEL: Final = quote('level = "level.a"')


class _Question(msgspec.Struct, frozen=True):
    user: str
    scope: str
    paths: list[str]
    most_ms: float | None = None
    """None for a share of `_LIST`."""
    by_p95: bool = False


def _questions() -> dict[str, _Question]:
    """The owner 1 has a tenth of all customers, the owner 300 a thousandth, as the teams have of
    five large owners and of 200 small ones."""
    manager, rep = ("manager", ALL), ("owner-300", "")
    five, many = ("leader-of-5", TEAM), ("leader-of-200", TEAM)
    sorted_, filtered = "/customers?sort=-updatedAt", f"/customers?filter={_A_LEVEL}"
    timelines = [f"/customers/{customer_id(number)}/timeline" for number in range(300)]
    words = ("客户", "客户 0123", "0123456", "kehu", "kh 09", "nobody")
    searches = [f"/search?q={quote(word)}" for word in words]
    return {
        _LIST: _Question(*manager, ["/customers"]),
        "list, team of 5": _Question(*five, ["/customers"]),
        "list, team of 200": _Question(*many, ["/customers"]),
        "list, sorted": _Question(*manager, [sorted_]),
        "list, sorted, owner of a tenth": _Question("owner-1", "", [sorted_]),
        "list, sorted, team of 200": _Question(*many, [sorted_]),
        "list, filtered": _Question(*manager, [filtered]),
        "list, filtered and sorted": _Question(*manager, [f"{filtered}&sort=-updatedAt"]),
        "list, filtered, team of 200": _Question(*many, [filtered]),
        "Today": _Question(*rep, ["/today"], 20),
        "Today, team of 5": _Question(*five, ["/today?scope=team"], 20),
        "timeline": _Question(*manager, timelines, 15),
        "board": _Question(*manager, ["/opportunities/board"], 30),
        "search, p95": _Question(*manager, searches, 50, by_p95=True),
    }


def readings(place: Place, cores: Cores, seconds: float) -> list[Reading]:
    found: list[Reading] = []
    with service(place, cores, settings=_SETTINGS) as running, Caller(running.port) as caller:
        for name, asked in _questions().items():
            print(name, flush=True)
            taken = _milliseconds(caller, _requests(asked), seconds)
            p95 = statistics.quantiles(taken, n=20)[-1]
            ms = round(p95 if asked.by_p95 else statistics.median(taken), 3)
            base = found[0].ms if found else ms
            found.append(Reading(name, ms, asked.most_ms or round(_MOST_OF_LIST * base, 3)))
    return found


def _milliseconds(caller: Caller, next_request: NextRequest, seconds: float) -> list[float]:
    taken: list[float] = []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends or len(taken) < _LEAST_TURNS:
        taken.append(caller.milliseconds(next_request()))
    return taken


def _requests(asked: _Question) -> NextRequest:
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": asked.user,
        "tenant_id": TENANT,
        "scope": f"{READ} {asked.scope}",
        "exp": int(time.time()) + _HOURS * 3_600,
    }
    head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {jwt.encode(claims, _SECRET)}\r\n"
    return cycle([f"GET {path} HTTP/1.1\r\n{head}\r\n".encode() for path in asked.paths])
