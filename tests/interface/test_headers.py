"""Every header rule of the contract's first section, on the wire."""

import pytest

from crm_cell.app import Cell
from crm_cell.http.routing import Route
from crm_cell.kernel.ids import is_id
from crm_cell.settings import Settings
from tests.every_route import GUARDED, WRITES, each, nowhere
from tests.wire import READ, WRITE, Header, ask, faults, refused, without
from tests.world import Caller, Running, audit, nothing_changes

pytestmark = pytest.mark.one_database

AUTHORIZATION, TENANT = READ
NEW = b'{"name": "New"}'
NEEDS_REQUEST_ID = [route for route in WRITES if route.method in ("POST", "PATCH")]


# Authorization


@each(GUARDED)
async def test_without_a_token_nobody_is_let_in(route: Route, cell: Running) -> None:
    async with nothing_changes(cell):
        heard = await ask(cell.service, route.method, nowhere(route), headers=[TENANT])
        assert refused(heard, 401, "UNAUTHORIZED")["message"] == "未登录或令牌无效"
        assert heard.header("www-authenticate") == "Bearer"


@pytest.mark.parametrize(
    "value", [b"", b"Bearer", b"Bearer ", b"Basic dGVzdA==", b"test", b"Bearertest", b"\xff"]
)
async def test_what_is_no_bearer_token_lets_nobody_in(value: bytes, cell: Running) -> None:
    headers = [(b"authorization", value), TENANT]
    heard = await ask(cell.service, "GET", "/customers", headers=headers)
    refused(heard, 401, "UNAUTHORIZED")
    assert heard.header("www-authenticate") == "Bearer"


@pytest.mark.parametrize("value", [b"Bearer x", b"bearer x", b"BEARER  x ", b"Bearer \xc3\xa9"])
async def test_the_word_bearer_may_be_written_in_any_case(value: bytes, cell: Running) -> None:
    headers = [(b"authorization", value), TENANT]
    assert (await ask(cell.service, "GET", "/customers", headers=headers)).status == 200


@pytest.mark.parametrize("path", ["/health", "/livez", "/readyz", "/openapi.json"])
async def test_the_open_paths_need_neither_token_nor_tenant(path: str, cell: Running) -> None:
    for where in (path, f"/api/v1/crm{path}"):
        assert (await ask(cell.service, "GET", where, headers=[])).status == 200


# X-Tenant-Id


@each(GUARDED)
async def test_without_a_tenant_there_is_nothing(route: Route, cell: Running) -> None:
    async with nothing_changes(cell):
        heard = await ask(cell.service, route.method, nowhere(route), headers=[AUTHORIZATION])
        body = refused(heard, 400, "MISSING_TENANT_ID")
        assert body["message"] == "缺少请求头 X-Tenant-Id"


@pytest.mark.parametrize(
    "tenant", [b"", b"a b", b"a/b", b"a|b", b"a" * 65, b"caf\xc3\xa9", b"a\x00", b"'--", b"a,b"]
)
async def test_a_malformed_tenant_is_refused(tenant: bytes, cell: Running) -> None:
    headers = [AUTHORIZATION, (b"x-tenant-id", tenant)]
    heard = await ask(cell.service, "GET", "/customers", headers=headers)
    assert faults(heard) == {("X-Tenant-Id", "malformed")}


@pytest.mark.parametrize("tenant", [b"a", b"a" * 64, b"A.b_c-9", b"-", b" acme "])
async def test_a_tenant_is_of_letters_digits_dots_hyphens_and_underscores(
    tenant: bytes, cell: Running
) -> None:
    headers = [AUTHORIZATION, (b"x-tenant-id", tenant)]
    assert (await ask(cell.service, "GET", "/customers", headers=headers)).status == 200


async def test_the_default_tenant_fills_a_missing_one_only(settings: Settings) -> None:
    with_default = Settings(
        database_url=settings.database_url, demo=False, default_tenant_id="acme"
    )
    service = Cell(with_default, lambda _line: None)
    await service.start()
    created = await ask(
        service, "POST", "/customers", headers=without(WRITE, b"x-tenant-id"), body=NEW
    )
    assert created.json()["tenantId"] == "acme"
    other = [AUTHORIZATION, (b"x-tenant-id", b"globex")]
    assert (await ask(service, "GET", "/customers", headers=other)).json()["total"] == 0
    empty = [AUTHORIZATION, (b"x-tenant-id", b"")]
    heard = await ask(service, "GET", "/customers", headers=empty)
    assert faults(heard) == {("X-Tenant-Id", "malformed")}
    await service.stop()


# X-Request-ID


@each(NEEDS_REQUEST_ID)
async def test_a_write_needs_a_request_id(route: Route, cell: Running) -> None:
    headers = without(WRITE, b"x-request-id")
    async with nothing_changes(cell):
        heard = await ask(cell.service, route.method, nowhere(route), headers=headers, body=b"{}")
        # Told together with what the body lacks.
        assert ("X-Request-ID", "required") in faults(heard)


MALFORMED_IDS = [b"", b" ", b"a b", b"a" * 129, b"a/b", b"a,b", b"a|b", b"\xc3\xa9", b"a\x7f"]


@pytest.mark.parametrize("method", ["POST"])
@pytest.mark.parametrize("request_id", MALFORMED_IDS)
async def test_a_malformed_request_id_is_refused_and_not_echoed(
    method: str, request_id: bytes, cell: Running
) -> None:
    headers = [*without(WRITE, b"x-request-id"), (b"x-request-id", request_id)]
    async with nothing_changes(cell):
        heard = await ask(cell.service, method, "/customers", headers=headers, body=NEW)
        assert faults(heard) == {("X-Request-ID", "malformed")}
        assert is_id(heard.header("x-request-id") or "")


@pytest.mark.parametrize("request_id", ["a", "a" * 128, "A.b_c:d-9", "0"])
async def test_a_request_id_comes_back(request_id: str, cell: Running) -> None:
    headers = [*READ, (b"x-request-id", request_id.encode())]
    for path in ("/customers", "/customers/none", "/nowhere", "/health"):
        heard = await ask(cell.service, "GET", path, headers=headers)
        assert heard.header("x-request-id") == request_id


async def test_a_missing_request_id_is_made_up_a_new_one_each_time(cell: Running) -> None:
    made = [
        (await ask(cell.service, "GET", path)).header("x-request-id") or ""
        for path in ("/customers", "/nowhere", "/health", "/docs")
    ]
    assert [is_id(each) for each in made] == [True] * 4
    assert len(set(made)) == 4


# Repeated lines


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "X-Tenant-Id",
        "X-Request-ID",
        "X-User-Id",
        "X-Trace-Id",
        "X-Span-Id",
        "traceparent",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "Accept-Language",
        "X-Signature",
        "X-Signature-Time",
    ],
)
async def test_a_second_line_of_a_header_is_refused(name: str, cell: Running) -> None:
    first = dict(WRITE).get(name.lower().encode(), b"application/json")
    twice = [(name.lower().encode(), first)] * 2
    headers = [*without(WRITE, name.lower().encode()), *twice]
    async with nothing_changes(cell):
        heard = await ask(cell.service, "POST", "/customers", headers=headers, body=NEW)
        assert faults(heard) == {(name, "repeated")}


async def test_headers_that_mean_nothing_here_may_come_as_often_as_they_like(
    cell: Running,
) -> None:
    headers = [*READ, (b"via", b"a"), (b"via", b"b"), (b"x-forwarded-for", b"\xff\x00")]
    assert (await ask(cell.service, "GET", "/customers", headers=headers)).status == 200


# X-User-Id


@pytest.mark.parametrize(
    "user",
    [
        b"",
        b"a\x01b",
        b"a" * 256,
        b"a\x7f",
        b"\xc2\x85",
        b"\xe5\xbc",
        b"\xff",
        b"utf-8''%ff",
        b"utf-8''",
    ],
)
async def test_a_malformed_user_id_never_widens_what_is_seen(user: bytes, cell: Running) -> None:
    heard = await ask(cell.service, "GET", "/customers", headers=[*READ, (b"x-user-id", user)])
    assert faults(heard) == {("X-User-Id", "malformed")}


@pytest.mark.parametrize(
    "user", ["a" * 255, "li.lei@example.com", "user:7_x-Y", "a b", "a/b", "a,b"]
)
async def test_a_user_id_names_the_owner(user: str, cell: Running) -> None:
    headers = [*WRITE, (b"x-user-id", user.encode())]
    heard = await ask(cell.service, "POST", "/customers", headers=headers, body=NEW)
    assert heard.json()["ownerId"] == user
    assert audit(cell)[0]["actor"] == user


# Idempotency-Key, If-Match, tracing


@pytest.mark.parametrize("key", [b"", b"a b", b"a" * 256, b"\xc3\xa9"])
async def test_a_malformed_idempotency_key_is_refused(key: bytes, cell: Running) -> None:
    headers = [*WRITE, (b"idempotency-key", key)]
    async with nothing_changes(cell):
        heard = await ask(cell.service, "POST", "/customers", headers=headers, body=NEW)
        assert faults(heard) == {("Idempotency-Key", "malformed")}


PARENT = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("sent", "trace", "span"),
    [
        ([(b"x-trace-id", b"t-1"), (b"x-span-id", b"s-1")], "t-1", "s-1"),
        ([(b"traceparent", PARENT)], "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"),
        ([(b"traceparent", PARENT), (b"x-trace-id", b"t-1")], "t-1", "00f067aa0ba902b7"),
        ([(b"traceparent", b"anything")], "", ""),
        ([], "", ""),
    ],
)
async def test_trace_and_span_go_into_the_log_the_audit_and_the_event(
    sent: list[Header], trace: str, span: str, cell: Running
) -> None:
    await ask(cell.service, "POST", "/customers", headers=[*WRITE, *sent], body=NEW)
    (line,) = cell.log
    assert (line.trace_id, line.span_id, line.request_id) == (trace, span, "request-1")
    assert cell.rows("SELECT trace_id FROM audit_logs") == [(trace or None,)]
    assert cell.rows("SELECT trace_id FROM events") == [(trace or None,)]


@pytest.mark.parametrize("name", ["X-Trace-Id", "X-Span-Id"])
@pytest.mark.parametrize("value", [b"a b", b"a" * 129, b"138 1234 5678", b"a|b"])
async def test_a_malformed_trace_refuses_no_read_and_is_not_logged(
    name: str, value: bytes, cell: Running
) -> None:
    headers = [*READ, (name.lower().encode(), value)]
    heard = await ask(cell.service, "GET", "/customers", headers=headers)
    assert heard.status == 200
    (line,) = cell.log
    assert (line.trace_id, line.span_id) == ("", "")


@pytest.mark.parametrize("name", ["X-Trace-Id", "X-Span-Id"])
@pytest.mark.parametrize("value", [b"a b", b"a" * 129, b"138 1234 5678", b"a|b"])
async def test_a_malformed_trace_of_a_write_is_refused_and_not_logged(
    name: str, value: bytes, cell: Running
) -> None:
    headers = [*WRITE, (name.lower().encode(), value)]
    async with nothing_changes(cell):
        heard = await ask(cell.service, "POST", "/customers", headers=headers, body=NEW)
        assert faults(heard) == {(name, "malformed")}
    (line,) = cell.log
    assert (line.trace_id, line.span_id) == ("", "")


@pytest.mark.parametrize("value", [b"", b"Root=1-67891233-abcdef012345678912345678;Sampled=1"])
async def test_whatever_a_tracer_writes_is_no_reason_to_refuse(value: bytes, cell: Running) -> None:
    heard = await ask(cell.service, "GET", "/customers", headers=[*READ, (b"x-trace-id", value)])
    assert heard.status == 200
    assert cell.log[0].trace_id == value.decode()


async def test_the_log_names_no_user_by_their_number(cell: Running) -> None:
    numbers = [b"13812345678", b"138 1234 5678", b"8613812345678", b"tel:13812345678"]
    for user in numbers:
        await ask(cell.service, "GET", "/customers", headers=[*READ, (b"x-user-id", user)])
    assert [line.user for line in cell.log] == [
        "138****5678",
        "138**** 5678",
        "86138****5678",
        "tel:138****5678",
    ]


# Base paths and the frame


@each(GUARDED)
async def test_every_path_answers_under_both_base_paths(route: Route, cell: Running) -> None:
    answers = [
        await ask(cell.service, route.method, base + nowhere(route)) for base in ("", "/api/v1/crm")
    ]
    # The answers name their request and, of `/whoami`, their time.
    bodies = [{**heard.json(), "requestId": "", "serverTime": ""} for heard in answers]
    assert (answers[0].status, bodies[0]) == (answers[1].status, bodies[1])
    assert answers[0].json().get("message") != "路径不存在"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/crmcustomers",
        "/api/v1/crm/api/v1/crm/customers",
        "/api/v1/customers",
        "/API/v1/crm/customers",
        "//customers",
        "/customers//",
        "customers",
        "",
    ],
)
async def test_nothing_answers_under_another_base_path(path: str, cell: Running) -> None:
    refused(await ask(cell.service, "GET", path), 404, "NOT_FOUND")


async def test_the_base_path_itself_is_the_root(cell: Running) -> None:
    root, base = [await ask(cell.service, "GET", path) for path in ("/", "/api/v1/crm")]
    assert (base.status, base.header("content-type")) == (root.status, root.header("content-type"))


async def test_a_location_leads_back_through_the_gateway(acme: Caller) -> None:
    for base in ("", "/api/v1/crm"):
        answer = await acme.post(f"{base}/customers", {"name": f"New {base}"})
        where = answer.headers["location"]
        assert where == f"/api/v1/crm/customers/{answer.json()['customerId']}"
        assert (await acme.get(where)).json() == answer.json()


async def test_the_time_taken_is_told_in_whole_milliseconds_and_finer(cell: Running) -> None:
    for path in ("/customers", "/nowhere", "/docs"):
        heard = await ask(cell.service, "GET", path)
        whole = int(heard.header("x-response-time") or "")
        name, _, fine = (heard.header("server-timing") or "").partition(";dur=")
        assert (name, int(float(fine))) == ("total", whole)
