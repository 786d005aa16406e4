"""The gateway's signature: each part counts, and only for a while."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator

import pytest

from crm_cell.app import Cell
from crm_cell.http.routing import Route
from crm_cell.http.signature import sign
from crm_cell.settings import Settings
from tests.every_route import EVERY, GUARDED, each, nowhere
from tests.wire import Header, Heard, ask, faults, refused
from tests.world import Caller, Running, nothing_changes

pytestmark = pytest.mark.one_database

SECRET = "a secret that nobody guesses"
BODY = '{"name": "客户"}'.encode()
OPEN = [route for route in EVERY if route.open]


@pytest.fixture
async def signed(settings: Settings, cell: Running) -> AsyncIterator[Cell]:
    """The service behind a gateway that signs, on the same database as `cell`."""
    service = Cell(
        Settings(
            database_url=settings.database_url,
            demo=False,
            auth_mode="gateway",
            signing_secret=SECRET,
            metrics_token="for prometheus",
        ),
        cell.log.append,
    )
    await service.start()
    yield service
    await service.stop()


class Gateway:
    """Signs as the contract says, computed here anew; parts can be signed otherwise than sent."""

    def __init__(self, method: str = "GET", path: str = "/customers", body: bytes = b"") -> None:
        self.parts: dict[str, bytes] = {
            "method": method.encode(),
            "path": path.encode(),
            "body": body,
            "x-request-id": b"request-1",
            "x-tenant-id": b"acme",
            "x-trace-id": b"",
            "x-signature-time": b"%d" % time.time(),
        }

    def headers(self, **otherwise: bytes) -> list[Header]:
        """The headers of a request, signed as if its parts were `otherwise`."""
        signed = self.parts | {name.replace("_", "-"): part for name, part in otherwise.items()}
        digest = hmac.new(SECRET.encode(), b"|".join(signed.values()), hashlib.sha256).hexdigest()
        return [
            (b"authorization", b"Bearer test"),
            (b"content-type", b"application/json"),
            *((n.encode(), v) for n, v in self.parts.items() if n.startswith("x-") and v),
            (b"x-signature", digest.encode()),
        ]

    async def send(
        self,
        service: Cell,
        *,
        query: bytes = b"",
        headers: list[Header] | None = None,
        prefix: str = "",
    ) -> Heard:
        return await ask(
            service,
            self.parts["method"].decode(),
            prefix + self.parts["path"].decode(),
            query=query,
            headers=self.headers() if headers is None else headers,
            body=self.parts["body"],
        )


def test_the_signature_is_the_one_that_the_platform_computes() -> None:
    headers = {
        "X-Request-ID": "r-1",
        "X-Tenant-Id": "acme",
        "X-Trace-Id": "",
        "X-Signature-Time": "1795400760",
    }
    said = 'POST|/customers|{"name":"客户"}|r-1|acme||1795400760'
    expected = hmac.new(SECRET.encode(), said.encode(), hashlib.sha256).hexdigest()
    assert sign(SECRET, "POST", "/customers", '{"name":"客户"}'.encode(), headers) == expected
    del headers["X-Trace-Id"]
    assert sign(SECRET, "POST", "/customers", '{"name":"客户"}'.encode(), headers) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_what_the_gateway_signed_is_let_in(method: str, signed: Cell) -> None:
    heard = await Gateway(method, body=BODY if method == "POST" else b"").send(signed)
    assert heard.status == (201 if method == "POST" else 200)


@each(GUARDED)
async def test_nothing_guarded_answers_without_a_signature(
    route: Route, signed: Cell, cell: Running
) -> None:
    gateway = Gateway(route.method, nowhere(route), b"{}")
    unsigned = [header for header in gateway.headers() if header[0] != b"x-signature"]
    async with nothing_changes(cell):
        heard = await gateway.send(signed, headers=unsigned)
        assert refused(heard, 403, "SIGNATURE_INVALID")["message"] == "请求签名无效"
    assert (await gateway.send(signed)).status != 403


@each(OPEN)
async def test_the_open_paths_need_no_signature(route: Route, signed: Cell) -> None:
    expected = 400 if route.path == "/calendar.ics" else 200  # it has a token of its own
    assert (await ask(signed, "GET", route.path, headers=[])).status == expected


async def test_prometheus_signs_nothing_but_has_a_token(signed: Cell) -> None:
    headers = [(b"authorization", b"Bearer for prometheus"), (b"accept", b"text/plain")]
    assert (await ask(signed, "GET", "/metrics", headers=headers)).status == 200
    headers[0] = (b"authorization", b"Bearer another")
    refused(await ask(signed, "GET", "/metrics", headers=headers), 403, "SIGNATURE_INVALID")


async def test_an_id_in_upper_case_is_signed_as_it_was_sent(signed: Cell, acme: Caller) -> None:
    path = f"/customers/{(await acme.customer())['customerId'].upper()}"
    gateway = Gateway("GET", path)
    assert (await gateway.send(signed)).status == 200
    lower = gateway.headers(path=path.lower().encode())
    refused(await gateway.send(signed, headers=lower), 403, "SIGNATURE_INVALID")


# Each part counts


TAMPERED = [
    ("method", b"PATCH"),
    ("method", b"post"),
    ("path", b"/contacts"),
    ("path", b"/customers/"),
    ("path", b"/api/v1/crm/customers"),
    ("body", b""),
    ("body", b'{"name": "other"}'),
    ("body", BODY + b" "),
    ("x_request_id", b"request-2"),
    ("x_request_id", b""),
    ("x_tenant_id", b"globex"),
    ("x_trace_id", b"trace"),
    ("x_signature_time", b"1"),
    ("x_signature_time", b""),
]


@pytest.mark.parametrize(("part", "other"), TAMPERED)
async def test_a_signature_of_anything_else_is_refused(
    part: str, other: bytes, signed: Cell, cell: Running
) -> None:
    gateway = Gateway("POST", body=BODY)
    async with nothing_changes(cell):
        heard = await gateway.send(signed, headers=gateway.headers(**{part: other}))
        refused(heard, 403, "SIGNATURE_INVALID")


def test_each_part_that_is_signed_is_tampered_with() -> None:
    assert {part.replace("_", "-") for part, _ in TAMPERED} == Gateway().parts.keys()


@pytest.mark.parametrize(
    "signature",
    [b"", b"0", b"0" * 64, b"g" * 64, b"\xff", b"sha256=" + b"0" * 64, b"0" * 100_000],
)
async def test_what_is_no_signature_is_refused(signature: bytes, signed: Cell) -> None:
    gateway = Gateway()
    headers = [*gateway.headers()[:-1], (b"x-signature", signature)]
    refused(await gateway.send(signed, headers=headers), 403, "SIGNATURE_INVALID")


async def test_a_trace_id_is_signed_when_it_is_there(signed: Cell) -> None:
    gateway = Gateway()
    gateway.parts["x-trace-id"] = b"trace-1"
    assert (await gateway.send(signed)).status == 200
    unsigned_trace = gateway.headers(x_trace_id=b"")
    refused(await gateway.send(signed, headers=unsigned_trace), 403, "SIGNATURE_INVALID")


async def test_parts_cannot_be_moved_over_their_borders(signed: Cell) -> None:
    """Without a rule for `|`, one signature would fit two tenants."""
    gateway = Gateway()
    gateway.parts["x-request-id"] = b"r|acme"
    refused(await gateway.send(signed), 403, "SIGNATURE_INVALID")
    gateway = Gateway()
    gateway.parts["x-tenant-id"] = b"acme|t"
    assert faults(await gateway.send(signed)) == {("X-Tenant-Id", "malformed")}
    gateway = Gateway(path="/customers|x")
    assert (await gateway.send(signed)).status in (403, 404)
    gateway = Gateway(path="/customers/a|b")
    refused(await gateway.send(signed), 403, "SIGNATURE_INVALID")
    gateway = Gateway()
    gateway.parts["x-signature-time"] += b"|"
    refused(await gateway.send(signed), 403, "SIGNATURE_INVALID")


# For a while


@pytest.mark.parametrize("seconds", [-290, -1, 0, 1, 290])
async def test_clocks_may_differ_by_five_minutes(seconds: int, signed: Cell) -> None:
    gateway = Gateway()
    gateway.parts["x-signature-time"] = b"%d" % (time.time() + seconds)
    assert (await gateway.send(signed)).status == 200


@pytest.mark.parametrize("seconds", [-(10**9), -310, 310, 10**9])
async def test_a_stale_or_future_signature_is_refused(seconds: int, signed: Cell) -> None:
    gateway = Gateway()
    gateway.parts["x-signature-time"] = b"%d" % (time.time() + seconds)
    refused(await gateway.send(signed), 403, "SIGNATURE_INVALID")


@pytest.mark.parametrize(
    "moment", [b"", b"now", b"1e9", b"-1", b"%d.5", b"%d000", b"+%d", b"\xb2", b"9" * 5000]
)
async def test_a_time_that_is_no_unix_time_is_refused(moment: bytes, signed: Cell) -> None:
    gateway = Gateway()
    gateway.parts["x-signature-time"] = moment.replace(b"%d", b"%d" % time.time())
    refused(await gateway.send(signed), 403, "SIGNATURE_INVALID")


# What is not part of it


async def test_a_repeated_signature_is_good_since_retries_repeat_it(
    signed: Cell, cell: Running
) -> None:
    gateway = Gateway("POST", body=BODY)
    headers = gateway.headers()
    first = await gateway.send(signed, headers=headers)
    again = await gateway.send(signed, headers=headers)
    assert (again.status, again.body) == (first.status, first.body)
    assert again.header("idempotent-replayed") == "true"


async def test_a_recorded_write_cannot_be_done_again_under_another_key(
    signed: Cell, cell: Running, acme: Caller
) -> None:
    """One recorded POST /payments, sent again with three invented keys, gave three payments."""
    contract = await acme.contract(await acme.customer())
    body = f'{{"contractId":"{contract["contractId"]}","amountCents":5,"paymentAt":"2026-11-20"}}'
    recorded = Gateway("POST", "/payments", body.encode())
    headers = recorded.headers()
    assert (await recorded.send(signed, headers=headers)).status == 201
    async with nothing_changes(cell):
        for key in (b"invented-1", b"invented-2", b"invented-3"):
            heard = await recorded.send(signed, headers=[*headers, (b"idempotency-key", key)])
            assert faults(heard) == {("Idempotency-Key", "not_signed")}
        same = [*headers, (b"idempotency-key", b"request-1")]
        heard = await recorded.send(signed, headers=same)
        assert (heard.status, heard.header("idempotent-replayed")) == (201, "true")


async def test_an_unsigned_key_decides_no_write_of_any_kind(
    signed: Cell, cell: Running, acme: Caller
) -> None:
    customer = await acme.customer()
    path = f"/customers/{customer['customerId']}"
    for method, body, request_id in (
        ("PATCH", b'{"status":2}', b"request-1"),
        ("DELETE", b"", b"request-1"),
        ("DELETE", b"", b""),  # which may come without an id
    ):
        recorded = Gateway(method, path, body)
        recorded.parts["x-request-id"] = request_id
        headers = [*recorded.headers(), (b"idempotency-key", b"invented")]
        async with nothing_changes(cell):
            heard = await recorded.send(signed, headers=headers)
            assert faults(heard) == {("Idempotency-Key", "not_signed")}


async def test_the_query_is_not_signed(signed: Cell) -> None:
    gateway = Gateway()
    assert (await gateway.send(signed, query=b"page=2&pageSize=7")).json()["page"] == 2


async def test_the_path_is_signed_without_the_gateways_prefix(signed: Cell) -> None:
    gateway = Gateway("POST", body=BODY)
    assert (await gateway.send(signed, prefix="/api/v1/crm")).status == 201


async def test_a_user_is_not_signed_and_still_narrows(signed: Cell) -> None:
    gateway = Gateway()
    headers = [*gateway.headers(), (b"x-user-id", b"alice")]
    assert (await gateway.send(signed, headers=headers)).json()["total"] == 0


async def test_a_signature_is_looked_at_in_dev_mode_too(settings: Settings) -> None:
    with_secret = Settings(database_url=settings.database_url, demo=False, signing_secret=SECRET)
    service = Cell(with_secret, lambda _line: None)
    await service.start()
    gateway = Gateway()
    assert (await gateway.send(service)).status == 200
    headers = gateway.headers(path=b"/")
    refused(await gateway.send(service, headers=headers), 403, "SIGNATURE_INVALID")
    await service.stop()


async def test_a_body_past_the_limit_is_not_even_hashed(signed: Cell) -> None:
    gateway = Gateway("POST", body=b" " * (1024 * 1024 + 1))
    refused(await gateway.send(signed), 413, "PAYLOAD_TOO_LARGE")


async def test_a_token_is_asked_for_before_the_signature(signed: Cell) -> None:
    gateway = Gateway()
    headers = [header for header in gateway.headers() if header[0] != b"authorization"]
    refused(await gateway.send(signed, headers=headers), 401, "UNAUTHORIZED")
