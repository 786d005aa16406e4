"""GET /metrics for Prometheus, which sends no tenant and no signature."""

import hmac
from collections.abc import Mapping

from crm_cell.http import signature
from crm_cell.http.auth import Authenticator, bearer_token, require
from crm_cell.http.binding import read_query
from crm_cell.http.headers import wrong_forms
from crm_cell.http.observability.telemetry import Telemetry
from crm_cell.http.request import Request
from crm_cell.http.responses import Answer
from crm_cell.http.routing import Route
from crm_cell.kernel.errors import BadRequest

# A route with these media types is answered here if the client accepts one of them.
MEDIA = ("text/plain", "application/openmetrics-text")


class Exposition:
    """The metrics of the process, which contain no tenant data."""

    def __init__(
        self,
        telemetry: Telemetry,
        authenticator: Authenticator,
        *,
        token: str | None,
        signing_secret: str | None,
    ) -> None:
        self._telemetry = telemetry
        self._authenticator = authenticator
        self._token = token
        self._signing_secret = signing_secret

    async def answer(self, route: Route, request: Request) -> Answer:
        await self._authorize(route, request)
        if field_errors := wrong_forms(request.headers, request_id_needed=False, reads=True):
            raise BadRequest(field_errors)
        read_query(request.query, ())
        return self._telemetry.exposition(_accepted(request.headers))

    async def _authorize(self, route: Route, request: Request) -> None:
        """CRM_METRICS_TOKEN suffices; any other token is authenticated as on other routes."""
        token = bearer_token(request.headers)
        if self._token is not None and hmac.compare_digest(token.encode(), self._token.encode()):
            return
        require(await self._authenticator.identify(token), route.scope)
        if self._signing_secret is not None:
            await request.read_body(route.body_limit)
            signature.verify(
                self._signing_secret, request.method, request.path, request.body, request.headers
            )


def is_wanted(route: Route, headers: Mapping[str, str]) -> bool:
    if not route.media or not set(MEDIA) <= set(route.media):
        return False
    accepted = _accepted(headers)
    return any(media in accepted for media in MEDIA) and "application/json" not in accepted


def _accepted(headers: Mapping[str, str]) -> str:
    return headers.get("Accept", "").lower()
