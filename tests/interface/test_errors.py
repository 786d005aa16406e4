"""Every refusal and failure is the one error body, in the caller's language."""

from collections import defaultdict

import pytest
from structlog.testing import capture_logs

from crm_cell.http.application import Application
from crm_cell.http.auth import AnyToken
from crm_cell.http.observability.telemetry import Telemetry
from crm_cell.http.pages import pages
from crm_cell.http.routing import Routes, Tag
from crm_cell.idempotency.guard import DatabaseIdempotencyGuard
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.storage.engine import Reader, Tx
from tests.every_route import EVERY, NOBODY
from tests.wire import READ, WRITE, Header, ask, refused
from tests.world import Running, nothing_changes

pytestmark = pytest.mark.one_database

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "GE T"]


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/customer",
        "/customers/" + NOBODY + "/nothing",
        "/health/x",
        "/docs/assets/../__init__.py",
        "/docs/x/y",
        "/redocs",
        "/.env",
        "/\x00",
        "/客户",
        "/\ud800",
        "/%2e%2e/",
        "/" * 1000,
        "/a" * 5000,
    ],
)
async def test_an_unknown_path_is_not_found(path: str, cell: Running) -> None:
    async with nothing_changes(cell):
        for method in METHODS:
            heard = await ask(cell.service, method, path, headers=WRITE, body=b"{}")
            assert heard.status == 404 or (heard.status, path[:5]) == (405, "/docs")
            if method != "HEAD" and heard.status == 404:
                assert refused(heard, 404, "NOT_FOUND")["message"] == "路径不存在"


def methods_by_path() -> dict[str, set[str]]:
    found = defaultdict(set)
    for route in EVERY:
        found[route.path].add(route.method)
        if route.method == "GET":
            found[route.path].add("HEAD")
    return found


async def test_a_wrong_method_is_told_every_right_one(cell: Running) -> None:
    for path, allowed in methods_by_path().items():
        for method in METHODS:
            if method in allowed:
                continue
            heard = await ask(cell.service, method, path.replace("{", "").replace("}", ""))
            assert heard.status == 405, (method, path)
            if method != "HEAD":
                body = refused(heard, 405, "METHOD_NOT_ALLOWED")
                assert body["message"] == "请求方法不支持"
            assert set((heard.header("allow") or "").split(", ")) == allowed, path


async def test_a_wrong_method_is_refused_before_anybody_is_asked_for(cell: Running) -> None:
    refused(await ask(cell.service, "PUT", "/customers", headers=[]), 405, "METHOD_NOT_ALLOWED")
    refused(await ask(cell.service, "GET", "/nowhere", headers=[]), 404, "NOT_FOUND")


async def test_head_has_the_status_and_the_headers_of_a_get_without_its_body(
    cell: Running,
) -> None:
    for path, headers in (("/customers", READ), ("/nowhere", READ), ("/customers", ())):
        got = await ask(cell.service, "GET", path, headers=headers)
        head = await ask(cell.service, "HEAD", path, headers=headers)
        assert (head.status, head.body) == (got.status, b"")
        assert head.header("content-type") == got.header("content-type")
        assert head.header("content-length") == str(len(got.body))


# Language

ENGLISH = [
    "en",
    "EN",
    "en-GB",
    "en-US,en;q=0.9",
    "en; q=0.9",
    "zh;q=0.5, en;q=0.8",
    "zh; q=0.5, en; q=0.8",
    "fr, en;q=0.1",
    "en;q=0.001",
    "zh;q=0, en",
    "en;q=1.000,zh;q=0.999",
    "en , zh",
    "en;Q=0.9",
]
CHINESE = [
    "",
    "zh",
    "zh-CN,zh;q=0.9,en;q=0.8",
    "zh-Hant",
    "fr",
    "*",
    "en;q=0",
    "en; q=0",
    "english",
    "zh, en",
    "en;q=x",
    "en;q=nan",
    "en;q=-1",
    ",,,;;;===",
    "zh;q=0.8,en;q=0.8",
]


@pytest.mark.parametrize(
    ("accepted", "message", "details"),
    [(value, "page must be at least 1", "page: must be at least 1") for value in ENGLISH]
    + [(value, "page 不能小于 1", "page: 不能小于 1") for value in CHINESE],
)
async def test_it_is_told_in_the_language_that_is_wanted_most(
    accepted: str, message: str, details: str, cell: Running
) -> None:
    headers = [*READ, (b"accept-language", accepted.encode())]
    heard = await ask(cell.service, "GET", "/customers", query=b"page=0", headers=headers)
    body = refused(heard, 400, "BAD_REQUEST")
    assert (body["message"], body["details"]) == (message, details)
    assert body["errors"] == [
        {"field": "page", "code": "too_small", "message": details.removeprefix("page: ")}
    ]


async def test_without_a_wish_it_is_told_in_chinese(cell: Running) -> None:
    body = refused(await ask(cell.service, "GET", "/nowhere"), 404, "NOT_FOUND")
    assert body["message"] == "路径不存在"


# The details of a fault


async def test_details_name_every_fault_in_one_line(cell: Running) -> None:
    wrong = b'{"status": 9, "x": 1}'
    heard = await ask(cell.service, "POST", "/customers", headers=WRITE, body=wrong)
    body = refused(heard, 400, "BAD_REQUEST")
    assert body["details"] == "; ".join(
        f"{fault['field']}: {fault['message']}" for fault in body["errors"]
    )
    assert len(body["errors"]) == 3


# Crashes and the world's weather

SECRET = "select secret from customers where phone = 13812345678"
broken = Routes("/broken", tag=Tag("broken"))


@broken.read("", "读")
async def read(tx: Reader, actor: Actor) -> None:
    raise RuntimeError(SECRET)


@broken.write("POST", "", "写")
async def write(tx: Tx, actor: Actor) -> None:
    await tx.execute("INSERT INTO counters VALUES (:tenant, 'x', '', 0, 1)", tenant=actor.tenant)
    raise KeyError(SECRET)


@broken.plain("/plain", "裸", open=True)
async def plain() -> None:
    raise RecursionError(SECRET)


@broken.read("/sql", "错")
async def sql(tx: Reader) -> None:
    await tx.fetch_one(SECRET)


@broken.plain("/away", "无")
async def away() -> None:
    raise Unavailable(retry_after_seconds=7)


@broken.plain("/busy", "忙")
async def busy() -> None:
    raise RateLimited


def application(cell: Running) -> Application:
    return Application(
        broken.routes,
        cell.service.database,
        idempotency=DatabaseIdempotencyGuard(cell.service.database),
        authenticator=AnyToken(),
        telemetry=Telemetry(cell.log.append),
        pages=pages(),
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/broken"), ("POST", "/broken"), ("GET", "/broken/plain"), ("GET", "/broken/sql")],
)
async def test_a_crash_tells_nothing_of_the_inside_but_is_logged_with_its_cause(
    method: str, path: str, cell: Running
) -> None:
    async with nothing_changes(cell):
        with capture_logs() as logged:
            heard = await ask(application(cell), method, path, headers=WRITE, body=b"{}")
    body = refused(heard, 500, "INTERNAL_ERROR")
    assert body == {
        "code": "INTERNAL_ERROR",
        "message": "服务内部错误",
        "details": "",
        "requestId": "request-1",
    }
    (line,) = logged
    assert (line["event"], line["requestId"]) == ("internal_error", "request-1")
    assert line["exc_info"]
    assert [access.status for access in cell.log] == [500]


async def test_after_a_crash_the_service_goes_on(cell: Running) -> None:
    service = application(cell)
    with capture_logs():
        for _ in range(3):
            await ask(service, "POST", "/broken", headers=WRITE, body=b"{}")
    assert (await ask(cell.service, "GET", "/customers")).status == 200
    created = await ask(cell.service, "POST", "/customers", headers=WRITE, body=b'{"name":"x"}')
    assert created.status == 201


@pytest.mark.parametrize(
    ("path", "status", "code", "seconds"),
    [("/away", 503, "SERVICE_UNAVAILABLE", "7"), ("/busy", 429, "RATE_LIMIT", "1")],
)
async def test_what_will_pass_says_when_to_come_back(
    path: str, status: int, code: str, seconds: str, cell: Running
) -> None:
    heard = await ask(application(cell), "GET", f"/broken{path}")
    refused(heard, status, code)
    assert heard.header("retry-after") == seconds


# The documentation pages are refused like everything else


@pytest.mark.parametrize(
    "header", [(b"range", b"bytes=99999999-"), (b"range", b"lines=1"), (b"range", b"bytes=0-0")]
)
async def test_a_page_is_given_whole_or_refused_in_the_frame(header: Header, cell: Running) -> None:
    heard = await ask(cell.service, "GET", "/docs", headers=[header])
    assert heard.status in (200, 404)
