"""GET /metrics for Prometheus: the process's own figures, and nobody's business."""

import time

import httpx
import pytest

from crm_cell.http.auth import Identity
from crm_cell.http.limits.body_timeout import BodyTimeouts
from crm_cell.http.observability.prometheus import Exposition
from crm_cell.http.observability.telemetry import Telemetry
from crm_cell.http.readiness import Readiness
from crm_cell.http.request import Request
from crm_cell.http.routing import Route
from crm_cell.http.signature import sign
from crm_cell.kernel.errors import Unauthorized
from crm_cell.registry import make_services
from crm_cell.reports.routes import report_routes
from crm_cell.reports.service import Reports
from crm_cell.settings import Settings
from tests.world import Caller, Running, check_frame, faults, refused

PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
)
SECRET = "a secret of the gateway"
OWN_TOKEN = {"Authorization": "Bearer scrape-me"}


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    extra = getattr(request, "param", {})
    return settings.model_copy(update={"metrics_token": "scrape-me", **extra})


async def scrape(cell: Running, path: str = "/metrics", **headers: str) -> httpx.Response:
    given = {"Accept": "text/plain"} | OWN_TOKEN | headers
    answer = await cell.client.get(path, headers=given)
    check_frame(answer)
    return answer


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/crm/metrics"])
async def test_its_own_token_is_enough(path: str, cell: Running) -> None:
    answer = await scrape(cell, path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "# TYPE crm_http_requests_total counter" in answer.text


async def test_it_speaks_openmetrics_where_that_is_named(cell: Running) -> None:
    answer = await scrape(cell, Accept=PROMETHEUS)
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")


async def test_it_counts_requests_by_route_and_times_them(acme: Caller, cell: Running) -> None:
    contract = await acme.contract(await acme.customer())
    for _ in range(2):
        await acme.get(f"/contracts/{contract['contractId']}")
    await acme.get("/contracts/unknown")
    found = (await scrape(cell)).text
    one = 'method="GET",route="/contracts/{contract_id}"'
    assert f'crm_http_requests_total{{{one},status="200"}} 2.0' in found
    assert f'crm_http_requests_total{{{one},status="404"}} 1.0' in found
    assert f'crm_http_request_duration_seconds_count{{{one},status="200"}} 2.0' in found
    assert f'crm_http_request_duration_seconds_bucket{{le="+Inf",{one},status="200"}} 2.0' in found


async def test_it_tells_nobodys_business(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(name="杭州云图")
    await acme.opportunity(customer, amountCents=987_654_321)
    found = (await scrape(cell)).text
    for secret in ("acme", "杭州云图", "987654321", customer["customerId"], "customer_total"):
        assert secret not in found


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/plain, application/json", ""])
async def test_who_names_no_such_format_gets_json(accept: str, acme: Caller) -> None:
    answer = await acme.get("/metrics", headers={"Accept": accept})
    assert answer.json()["cell"] == "crm"


async def test_other_routes_answer_in_json_whatever_is_accepted(acme: Caller) -> None:
    answer = await acme.get("/contracts", headers={"Accept": "text/plain"})
    assert answer.headers["content-type"] == "application/json"


async def test_a_token_that_lets_others_in_will_do(cell: Running) -> None:
    assert (await scrape(cell, Authorization="Bearer anybody")).status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic scrape-me"])
async def test_a_missing_token_is_refused(authorization: str, cell: Running) -> None:
    answer = await scrape(cell, Authorization=authorization)
    refused(answer, 401, "UNAUTHORIZED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_in_json_the_tenant_has_to_be_named(cell: Running) -> None:
    refused(await scrape(cell, Accept="application/json"), 400, "MISSING_TENANT_ID")


async def test_what_is_asked_wrongly_is_refused(cell: Running) -> None:
    assert faults(await scrape(cell, "/metrics?name=x")) == {("name", "unknown")}
    malformed = await scrape(cell, **{"X-User-Id": "a" * 256})
    assert faults(malformed) == {("X-User-Id", "malformed")}


@pytest.mark.parametrize("settings", [{"signing_secret": SECRET}], indirect=True)
async def test_only_its_own_token_needs_no_signature(cell: Running) -> None:
    assert (await scrape(cell)).status_code == 200
    other = {"Authorization": "Bearer anybody"}
    refused(await scrape(cell, **other), 403, "SIGNATURE_INVALID")
    signed_at = {"X-Signature-Time": str(int(time.time()))}
    signature = sign(SECRET, "GET", "/metrics", b"", signed_at)
    assert (
        await scrape(cell, **other, **signed_at, **{"X-Signature": signature})
    ).status_code == 200


class Nobody:
    """Lets nobody in, as a verifier of tokens does with one it has not issued."""

    async def identify(self, token: str) -> Identity:
        raise Unauthorized

    async def stop(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("own", "sent", "admitted"),
    [("secret", "secret", True), ("secret", "secret2", False), (None, "None", False)],
)
async def test_any_other_token_is_for_the_authenticator_to_judge(
    own: str | None, sent: str, admitted: bool, cell: Running
) -> None:
    telemetry = Telemetry(cell.log.append)
    exposition = Exposition(telemetry, Nobody(), token=own, signing_secret=None)
    request = request_with({"Authorization": f"Bearer {sent}"}, cell)
    if admitted:
        assert (await exposition.answer(metrics_route(), request)).status == 200
    else:
        with pytest.raises(Unauthorized):
            await exposition.answer(metrics_route(), request)


def metrics_route() -> Route:
    routes = report_routes(Reports(make_services())).routes
    return next(route for route in routes if route.path == "/metrics")


def request_with(headers: dict[str, str], cell: Running) -> Request:
    async def nothing_more() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    scope = {"method": "GET", "query_string": b""}
    database, arrivals = cell.service.database, BodyTimeouts()
    request = Request(scope, nothing_more, "/metrics", database, arrivals, Readiness())
    request.headers = headers
    return request
