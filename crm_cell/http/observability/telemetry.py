"""One access log line and one measurement for each request."""

from collections.abc import Callable
from functools import lru_cache

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from crm_cell.fields.checks import is_owner
from crm_cell.http.headers import span_of
from crm_cell.http.observability.measurements import Measurements
from crm_cell.http.request import Request
from crm_cell.http.responses import Answer
from crm_cell.http.routing import Route
from crm_cell.kernel.masking import mask_user


class AccessLine(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The log line of a request. It has the route instead of path and query, which can contain
    personal data."""

    event: str
    method: str
    route: str
    status: int
    ms: float
    request_id: str
    trace_id: str = ""
    span_id: str = ""
    tenant: str = ""
    user: str = ""


# Cache size: the users of a busy hour, each a few dozen bytes.
_MOST_USERS = 2048
_LONGEST_USER = 255


def _loggable(user: str | None) -> str:
    """Leaves out invalid values, which can contain anything, such as a telephone number."""
    return _masked(user) if user and len(user) <= _LONGEST_USER else ""


@lru_cache(_MOST_USERS)
def _masked(user: str) -> str:
    return mask_user(user) if is_owner(user) else ""


class Telemetry:
    def __init__(
        self, write: Callable[[AccessLine], None], measurements: Measurements | None = None
    ) -> None:
        self._write = write
        self._measurements = measurements or Measurements()
        self._registry = CollectorRegistry()
        self._registry.register(self._measurements)

    def record(self, route: Route | None, request: Request, status: int, seconds: float) -> None:
        name = route.path if route else "unmatched"
        # Methods are client input, which must not create new metrics.
        method = request.method if route else "other"
        self._measurements.observe(name, method, status, seconds)
        actor = request.actor
        self._write(
            AccessLine(  # positional, because keywords take half as long again
                "request",
                method if route else request.method[:16],
                name,
                status,
                round(seconds * 1_000_000) / 1000,
                request.request_id,
                actor.trace_id if actor else "",
                span_of(request.headers),
                actor.tenant if actor else "",
                _loggable(actor.user) if actor else "",
            )
        )

    def exposition(self, accept: str) -> Answer:
        """The counters in the Prometheus or the OpenMetrics format."""
        encode, media = choose_encoder(accept)
        return Answer(200, encode(self._registry), [(b"content-type", media.encode())])
