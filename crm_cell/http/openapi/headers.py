"""All headers of requests and responses, as components that the operations refer to."""

from re import Pattern
from typing import Any, Final

from crm_cell.fields.checks import OWNER
from crm_cell.http.base_path import BASE_PATH
from crm_cell.http.headers import FORMS, TENANT
from crm_cell.http.openapi.members import MEMBERS
from crm_cell.http.preconditions import IfMatch, IfNoneMatch
from crm_cell.http.routing import Route
from crm_cell.kernel.errors import DuplicateSuspected

_REQUEST_ID: Final = str(MEMBERS["requestId"]["examples"][0])
_TRACE_ID: Final = str(MEMBERS["traceId"]["examples"][0])
_LOCATION: Final = f"{BASE_PATH}/customers/01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"


def request_headers(route: Route) -> list[dict[str, Any]]:
    """References to the headers that the operation reads, required ones first."""
    names: list[str] = [] if route.open else ["X-Tenant-Id"]
    names.append("X-Request-ID.required" if route.needs_request_id else "X-Request-ID")
    if route.kind == "write":
        names += ["Idempotency-Key", "X-Change-Origin"]
    if any(isinstance(each, DuplicateSuspected) for each in route.rejections):
        names.append("X-Allow-Duplicate")
    if IfMatch in route.binding.kinds.values():
        names.append("If-Match")
    if route.conditional:
        names.append("If-None-Match")
    if IfNoneMatch in route.binding.kinds.values():
        names.append("If-None-Match.create")
    if not route.open:
        names.append("X-User-Id")
    names += ["Accept-Language", "X-Trace-Id", "X-Span-Id", "traceparent"]
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def reference_headers(*names: str) -> dict[str, Any]:
    """References to the headers of a response: those of all responses, and `names`."""
    every = ("X-Request-ID", "X-Response-Time", "Server-Timing", *_PROTECTION, *_RATES, *names)
    return {name: {"$ref": f"#/components/headers/{name}"} for name in every}


def _parameter(
    name: str, meaning: str, example: str, form: Pattern[str] | None = None
) -> dict[str, Any]:
    """The example is part of the schema, because Swagger UI sends examples of the parameter."""
    bounds = {"pattern": f"^{form.pattern}$"} if form else {}
    return {
        "name": name,
        "in": "header",
        "description": meaning,
        "schema": {"type": "string", **bounds, "examples": [example]},
    }


_REQUEST: Final = [
    _parameter("X-Tenant-Id", "租户 · The tenant", "demo", TENANT)
    | {"required": True, "example": "demo"},
    _parameter(
        "X-Request-ID",
        "请求ID，原样返回；写请求的幂等键 · Id of the request, echoed; the key of a write",
        _REQUEST_ID,
        FORMS["X-Request-ID"],
    ),
    _parameter(
        "X-User-Id",
        "平台用户编号：只见本人负责的数据，新建数据归其负责；非 ASCII 字符以 UTF-8 字节发送，"
        "或按 RFC 8187 写作 UTF-8''%E5%BC%A0 "
        "· A user id of the platform: sees only what is theirs, owns what is created; characters "
        "beyond ASCII as UTF-8 bytes, or as UTF-8''%E5%BC%A0 (RFC 8187)",
        "alice",
        OWNER,
    ),
    _parameter(
        "Idempotency-Key",
        "幂等键，优先于 X-Request-ID · The key of a write, in place of X-Request-ID",
        "order-2026-0001",
        FORMS["Idempotency-Key"],
    ),
    _parameter(
        "X-Change-Origin",
        "变更来源系统，记入审计与事件 · The system that a change comes from, for audit and events",
        "erp",
        FORMS["X-Change-Origin"],
    ),
    _parameter(
        "X-Allow-Duplicate",
        "已确认不是重复的原因，记入审计；有此请求头则不因疑似重复而拒绝；"
        "非 ASCII 字符写法同 X-User-Id"
        " · Why it is written although it may be a duplicate, for the audit log: nothing is refused"
        " as one then; characters beyond ASCII as in X-User-Id",
        "another branch",
        FORMS["X-Allow-Duplicate"],
    ),
    _parameter(
        "If-Match",
        "上次读到的 ETag；已被修改则 412 · The ETag last read; 412 when it has changed since",
        '"1"',
    ),
    _parameter(
        "If-None-Match",
        "上次读到的 ETag；未变则 304，无正文 · The ETag last read; when unchanged, 304 and no body",
        '"1"',
    ),
    _parameter("X-Trace-Id", "链路ID · Id of the trace", _TRACE_ID, FORMS["X-Trace-Id"]),
    _parameter("X-Span-Id", "跨度ID · Id of the span", "00f067aa0ba902b7", FORMS["X-Span-Id"]),
    _parameter(
        "traceparent",
        "W3C 链路上下文，无 X-Trace-Id 时采用 · W3C trace context, where X-Trace-Id is absent",
        f"00-{_TRACE_ID}-00f067aa0ba902b7-01",
    ),
    _parameter(
        "Accept-Language",
        "错误文字的语言：zh（默认）或 en · The language of errors: zh by default, or en",
        "zh-CN",
    ),
]

PARAMETERS: Final = {parameter["name"]: parameter for parameter in _REQUEST}
PARAMETERS["If-None-Match.create"] = _parameter(
    "If-None-Match", "`*` 仅在不存在时创建，否则 412 · `*`: create only, 412 if it exists", "*"
)
PARAMETERS["X-Request-ID.required"] = PARAMETERS["X-Request-ID"] | {"required": True}


def _header(meaning: str, example: object, kind: str = "string") -> dict[str, Any]:
    return {"description": meaning, "schema": {"type": kind}, "example": example}


_RATES: Final = ("RateLimit-Policy", "RateLimit")
_PROTECTION: Final = {
    "Cache-Control": _header("不得缓存 · For no cache to keep", "no-store"),
    "Content-Security-Policy": _header(
        "不得作为页面展示 · For no browser to show as a page",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    "Referrer-Policy": _header("不透露来源地址 · Tells nobody the address", "no-referrer"),
    "X-Content-Type-Options": _header("类型即所示 · Of the type that it says", "nosniff"),
}

RESPONSE_HEADERS: Final = _PROTECTION | {
    "X-Request-ID": _header("请求ID · Id of the request", _REQUEST_ID) | {"required": True},
    "X-Response-Time": _header("处理毫秒数 · Whole milliseconds that it took", 3, "integer")
    | {"required": True},
    "Server-Timing": _header("处理毫秒数，含小数 · The same with fractions", "total;dur=2.874")
    | {"required": True},
    "ETag": _header(
        "版本，供 If-Match 与 If-None-Match 使用 · The version, for If-Match and If-None-Match",
        '"1"',
    ),
    "Location": _header("新资源的地址 · Where the new resource is", _LOCATION),
    "Idempotent-Replayed": _header(
        "true 表示为首次请求的返回 · true when this is the answer that the first try was given",
        "true",
    ),
    "Content-Disposition": _header("建议的文件名 · A name for the file", "attachment"),
    "RateLimit-Policy": _header(
        "限流规则，启用时 · The limits, where there are any: quota and window in seconds",
        '"tenant";q=1000;w=10',
    ),
    "RateLimit": _header(
        "余量与恢复秒数，启用时 · What is left of them, and seconds until all is again",
        '"tenant";r=998;t=1',
    ),
    "Retry-After": _header("多少秒后重试 · Seconds to wait before the next try", 1, "integer"),
    "WWW-Authenticate": _header("认证方式 · How to authenticate", "Bearer"),
    "Accept": _header("请求体可用的类型 · What a body may be declared as", "application/json"),
    "Accept-Patch": _header(
        "PATCH 请求体可用的类型 · What the body of a PATCH may be declared as",
        "application/merge-patch+json, application/json",
    ),
    "Accept-Encoding": _header("请求体可用的编码 · How a body may be encoded", "identity"),
}
